"""Figures of studies, from their JSON (`srcnn.experiments`)."""

from __future__ import annotations

import statistics
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from srcnn.figures.curves import finish

_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#444444")
_LINES = ("-", "--")
_TIMED_SCALE = 3


def time_figure(document: dict[str, Any]) -> Figure:
    """Of a study of models, or of arms: seconds a picture (log axis) against PSNR, on the pictures timed."""
    dataset = document["timed"]
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xscale("log")
    points = _points(document, dataset)
    slowest = max(seconds for _, seconds, _ in points)
    for name, seconds, psnr in points:
        axes.plot(1000 * seconds, psnr, "o", color=_COLORS[0])
        # To the side where there is room.
        side = "right" if seconds == slowest else "left"
        axes.annotate(
            f"{name}  {psnr:.2f}",
            (1000 * seconds, psnr),
            (-7 if side == "right" else 7, -3),
            textcoords="offset points",
            ha=side,
        )
    axes.margins(x=0.2, y=0.15)
    for ticks in (axes.xaxis.set_major_formatter, axes.xaxis.set_minor_formatter):
        ticks(FuncFormatter(lambda value, _: f"{value:g}"))
    name = dataset.capitalize()
    finish(axes, f"ms for a picture of {name}, x3  (left is faster)", f"PSNR on {name} x3, dB")
    machine = document["machine"]
    axes.set_title(f"{machine['cpu']}, {machine['cores']} cores", fontsize=9, color="0.3")
    return figure


def _points(document: dict[str, Any], dataset: str) -> list[tuple[str, float, float]]:
    """(name, seconds, dB) of everything that was timed; bicubic, which is the input, takes none."""
    if "arms" in document:
        return [
            (
                arm["arm"],
                arm["seconds_per_picture"],
                statistics.mean(run["scores"][dataset]["psnr"] for run in arm["runs"]),
            )
            for arm in document["arms"]
        ]
    seconds = document["seconds_per_picture"]
    return [
        (row["model"], seconds[row["model"]], row["mean"]["psnr"])
        for row in document["results"]
        if (row["dataset"], row["scale"]) == (dataset, _TIMED_SCALE) and row["model"] != "bicubic"
    ]


def course_figure(document: dict[str, Any]) -> Figure:
    """Of a study whose runs kept snapshots: PSNR over samples seen, a band between its seeds for each arm."""
    dataset = next(iter(document["datasets"]))
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for k, arm in enumerate(document["arms"]):
        color, line = _COLORS[k % len(_COLORS)], _LINES[k // len(_COLORS)]
        courses = [run["course"] for run in arm["runs"]]
        samples = [point["samples"] for point in courses[0]]
        values = [[point["psnr"] for point in points] for points in zip(*courses, strict=True)]
        means = [statistics.mean(v) for v in values]
        axes.plot(samples, means, line, color=color, label=arm["arm"])
        axes.fill_between(
            samples, [min(v) for v in values], [max(v) for v in values], color=color, alpha=0.2
        )
    finish(axes, "training samples", f"PSNR on {dataset.capitalize()}, dB")
    axes.legend(frameon=False)
    return figure

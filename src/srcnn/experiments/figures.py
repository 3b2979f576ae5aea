"""Figures of studies, drawn from their JSON documents."""

from __future__ import annotations

import statistics

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from srcnn.data.catalog import title_of
from srcnn.experiments.documents import ArmDocument, ArmsDocument, StudyDocument
from srcnn.figures.curves import finish

_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#444444")


def time_figure(document: StudyDocument) -> Figure:
    """Draw the seconds per image (log axis) of every model or arm against its PSNR."""
    dataset = document["timed"]
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xscale("log")
    points = _points(document, dataset)
    slowest = max(seconds for _, seconds, _ in points)
    for name, seconds, psnr in points:
        axes.plot(1000 * seconds, psnr, "o", color=_COLORS[0])
        # Place the label on the side that has room.
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
    name = title_of(dataset)
    finish(axes, f"ms for a picture of {name}, x3  (left is faster)", f"PSNR on {name} x3, dB")
    machine = document["machine"]
    axes.set_title(f"{machine['cpu']}, {machine['cores']} cores", fontsize=9, color="0.3")
    return figure


def _points(document: StudyDocument, dataset: str) -> list[tuple[str, float, float]]:
    """Return (name, seconds, dB) of everything that was timed; bicubic, the input, is not."""
    if "arms" in document:
        return [
            (
                arm["arm"],
                arm["seconds_per_picture"],
                statistics.mean(run["scores"][dataset]["psnr"] for run in arm["runs"]),
            )
            for arm in document["arms"]
            if arm["seconds_per_picture"] is not None
        ]
    seconds = document["seconds_per_picture"]
    return [
        (row["model"], seconds[row["model"]], row["mean"]["psnr"])
        for row in document["results"]
        if (row["dataset"], row["scale"]) == (dataset, document["timed_scale"])
        and row["model"] != "bicubic"
    ]


def course_figure(document: ArmsDocument) -> Figure:
    """Draw PSNR over training samples for arms with snapshots, as a band between the seeds.

    Networks with the same filter sizes in their first two layers share a panel.
    """
    groups: dict[tuple[int, ...], list[ArmDocument]] = {}
    for arm in document["arms"]:
        groups.setdefault(tuple(arm["f"][:2]), []).append(arm)
    figure = Figure(figsize=(max(7, 4 * len(groups)), 4.2), layout="constrained")
    panels = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
    for axes, arms in zip(panels, groups.values(), strict=True):
        for color, arm in zip(_COLORS, arms, strict=False):
            courses = [run["course"] for run in arm["runs"]]
            samples = [point["samples"] for point in courses[0]]
            values = [[point["psnr"] for point in points] for points in zip(*courses, strict=True)]
            means = [statistics.mean(v) for v in values]
            axes.plot(samples, means, color=color, label=arm["arm"])
            axes.fill_between(
                samples, [min(v) for v in values], [max(v) for v in values], color=color, alpha=0.2
            )
        finish(axes, "training samples", "")
        axes.legend(frameon=False, loc="lower right")
    dataset = next(iter(document["datasets"]))
    scale = document["arms"][0]["recipe"]["scale"]
    panels[0].set_ylabel(f"PSNR on {title_of(dataset)} x{scale}, dB")
    return figure

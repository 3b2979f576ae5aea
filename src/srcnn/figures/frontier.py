"""Quality against time: a report of ``srcnn bench --quality``, beside published results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from srcnn.bench.documents import QualityDocument, QualityRow
from srcnn.bench.quality import front
from srcnn.bench.upscalers import OURS
from srcnn.figures.curves import draw, finish
from srcnn.figures.labels import Label, place_labels
from srcnn.figures.published import published
from srcnn.weights.store import is_file_name

_SET, _SET_TITLE = "set5", "Set5"
_COLORS = {
    (None, None): "#000000",
    ("onnxruntime", "fp32"): "#0072b2",
    ("openvino", "fp32"): "#009e73",
    ("openvino", "bf16"): "#7bd3b5",
    ("torch", "fp32"): "#d55e00",
    ("torch", "bf16"): "#f0b48a",
}
"""Colors of srcnn's points, by engine and precision. Any other engine is gray."""
_OTHER, _PEER, _PUBLISHED = "#777777", "#cc2f7b", "#555555"
_DPI = 160


def draw_frontier(report: QualityDocument) -> bytes:
    """Return the bytes of a PNG of `frontier_figure`, 1920 pixels wide."""
    return draw(frontier_figure(report), dpi=_DPI)


def frontier_figure(report: QualityDocument) -> Figure:
    """Draw a row for each scale: measured results on the left, published ones on the right.

    On the left each contender is a point: milliseconds per output megapixel (log axis) and PSNR on
    Set5. A line joins the contenders that no other beats in both. On the right PSNR is drawn over
    the number of weights (log axis), as times of other machines cannot be compared. Published
    points are hollow.
    """
    scales = list(dict.fromkeys(row["scale"] for row in report["rows"]))
    figure = Figure(figsize=(12, 5.4 * len(scales)), dpi=_DPI)
    columns = figure.subplots(len(scales), 2, squeeze=False, width_ratios=(7, 5))
    figure.subplots_adjust(left=0.055, right=0.985, wspace=0.13, top=1 - 0.07 / len(scales))
    figure.subplots_adjust(bottom=0.1 / len(scales))
    for (left, right), scale in zip(columns, scales, strict=True):
        rows = [row for row in report["rows"] if row["scale"] == scale]
        _draw_measured(left, rows)
        _draw_published(right, rows, scale)
    machine = report["machine"]
    threads = "1 thread" if machine["threads"] == 1 else f"{machine['threads']} threads"
    title = f"Measured here: {machine['cpu']}, {threads}, RGB bytes to RGB bytes"
    columns[0, 0].set_title(title, fontsize=9, color="0.3")
    columns[0, 1].set_title("Published elsewhere (hollow), without times", fontsize=9, color="0.3")
    return figure


def _draw_measured(axes: Axes, rows: Sequence[QualityRow]) -> None:
    """Draw time against PSNR; join the engines of a model, and name its fp32 points."""
    height, width = rows[0]["size"]
    axes.set_xscale("log")
    times = [row["ms_per_megapixel"] for row in rows]
    axes.set_xlim(min(times) / 2, max(times) * 3)
    axes.set_ylim(*_limits([row["psnr"][_SET] for row in rows]))
    best = front(rows, _SET)
    axes.plot(*_columns(best), color="0.55", linewidth=1.2, zorder=1, label="front")
    drawn: set[str] = set()
    labels = []
    for name in dict.fromkeys(_name(row) for row in rows):
        several = [row for row in rows if _name(row) == name]
        axes.plot(*_columns(several), color="0.85", linewidth=0.8, zorder=0)
        for row in several:
            text, color = _style(row)
            axes.plot(
                *_columns([row]),
                marker="o" if row["contender"] == OURS else "D",
                markersize=6 if row["contender"] == OURS else 5.5,
                color=color,
                linestyle="",
                label=None if text in drawn else text,
                zorder=2,
            )
            drawn.add(text)
        y, color = several[0]["psnr"][_SET], _style(several[0])[1]
        level = [row["ms_per_megapixel"] for row in several if row["precision"] != "bf16"]
        labels.append(Label(f"{name}  {y:.2f}", min(level), max(level), y, color))
    finish(axes, f"ms per output megapixel, to {width} x {height}", f"PSNR on {_SET_TITLE}, dB")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.legend(loc="upper left", fontsize=8, frameon=False)
    labels.sort(key=lambda label: -label.y)
    points = list(zip(*_columns(rows), strict=True))
    place_labels(axes, labels, points, list(zip(*_columns(best), strict=True)))


def _draw_published(axes: Axes, rows: Sequence[QualityRow], scale: int) -> None:
    """Draw weights against PSNR: published results hollow, measured ones filled."""
    others = [(p.parameters, p.psnr[_SET], p.network) for p in published() if p.scale == scale]
    ours: dict[str, tuple[int, float, str]] = {}
    for row in rows:
        if row["parameters"] is not None:  # the row of the default engine comes first
            point = (row["parameters"], row["psnr"][_SET], _name(row))
            ours.setdefault(_name(row), point)
    axes.set_xscale("log")
    counts = [point[0] for point in (*others, *ours.values())]
    axes.set_xlim(min(counts) / 1.7, max(counts) * 3)
    axes.set_ylim(*_limits([point[1] for point in (*others, *ours.values())]))
    blue = _COLORS["onnxruntime", "fp32"]
    for x, y, _ in others:
        axes.plot(x, y, "o", markersize=5.5, color=_PUBLISHED, markerfacecolor="white")
    for x, y, _ in ours.values():
        axes.plot(x, y, "o", markersize=6, color=blue)
    finish(axes, f"weights of the network, x{scale}", f"PSNR on {_SET_TITLE}, dB")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1000:g}k"))
    points = [(x, y) for x, y, _ in (*ours.values(), *others)]
    labels = [
        Label(text, x, x, y, color)
        for color, group in ((blue, ours.values()), (_PUBLISHED, others))
        for x, y, text in sorted(group, key=lambda point: -point[1])
    ]
    place_labels(axes, labels, points)


def _columns(rows: Sequence[QualityRow]) -> tuple[list[float], list[float]]:
    """Return the coordinates of rows, ordered by time."""
    ordered = sorted(rows, key=lambda row: row["ms_per_megapixel"])
    return [r["ms_per_megapixel"] for r in ordered], [r["psnr"][_SET] for r in ordered]


def _limits(values: Sequence[float]) -> tuple[float, float]:
    margin = (max(values) - min(values)) * 0.06 or 0.1
    return min(values) - margin, max(values) + 2 * margin


def _name(row: QualityRow) -> str:
    """Return the name of a model: without srcnn in front, and a file without its folders."""
    if row["contender"] != OURS:
        return f"{row['contender']} {row['model']}"
    return Path(row["model"]).name if is_file_name(row["model"]) else row["model"]


def _style(row: QualityRow) -> tuple[str, str]:
    """Return the text in the legend, and the color."""
    if row["contender"] != OURS:
        return "other packages", _PEER
    words = [OURS, row["engine"] or "without a network", row["precision"] or ""]
    return " ".join(words).strip(), _COLORS.get((row["engine"], row["precision"]), _OTHER)

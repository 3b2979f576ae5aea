"""Time against quality: every contender of a ``srcnn bench`` report as a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import offset_copy

from srcnn.bench.documents import BenchDocument, RowDocument
from srcnn.figures.curves import draw

_OURS = "srcnn"
_COLORS = {
    (_OURS, "onnxruntime", "fp32"): ("ONNX Runtime (auto)", "#0072b2"),
    (_OURS, "openvino", "fp32"): ("OpenVINO", "#009e73"),
    (_OURS, "openvino", "bf16"): ("OpenVINO bf16", "#7bd3b5"),
    (_OURS, "ncnn", "fp32"): ("ncnn", "#56b4e9"),
    (_OURS, "torch", "fp32"): ("torch", "#d55e00"),
    (_OURS, "torch", "bf16"): ("torch bf16", "#f0b48a"),
    (_OURS, None, None): ("bicubic, MATLAB's", "#000000"),
    ("plain ONNX Runtime", None, "fp32"): ("plain ONNX Runtime", "#0072b2"),
    ("torch eager", None, "fp32"): ("torch eager", "#d55e00"),
    ("torch channels-last", None, "fp32"): ("torch channels-last", "#cc79a7"),
    ("OpenCV dnn", None, "fp32"): ("OpenCV dnn", "#444444"),
    ("Pillow BICUBIC", None, None): ("Pillow BICUBIC", "#e69f00"),
    ("OpenCV INTER_CUBIC", None, None): ("OpenCV INTER_CUBIC", "#999999"),
}
"""Name in the legend and color, by contender, engine and precision."""
_MARKERS = "osD^vPX"
_LANE = 4.5
"""Offset, in points, of srcnn's points above the line of their model, and of others below it."""


def draw_speed(report: BenchDocument) -> bytes:
    """Return the bytes of a PNG, 1800 x 1000, of `speed_figure`."""
    return draw(speed_figure(report), dpi=200)


def speed_figure(report: BenchDocument) -> Figure:
    """Draw a point for each contender: ns per output pixel (log axis) against PSNR on Set5, x3.

    Networks are drawn with their own time and interpolation with that of the whole pipeline, both
    at the size for which other packages were measured. A model without a score is omitted.
    """
    size = next(row["size"] for row in report["rows"] if row["contender"] != _OURS)
    psnr = {
        name: model["set5_psnr"]
        for name, model in report["models"].items()
        if model["set5_psnr"] is not None
    }
    rows = [
        row
        for row in report["rows"]
        if row["size"] == size and row["model"] in psnr and _is_drawn(row)
    ]
    markers = dict(zip(psnr, _MARKERS * len(psnr), strict=False))
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xscale("log")
    times = [row["ns_per_pixel"] for row in rows]
    axes.set_xlim(min(times) / 1.5, max(times) * 1.5)
    handles: dict[bool, dict[str, Line2D]] = {True: {}, False: {}}
    for row in rows:
        ours = row["contender"] == _OURS
        label, color = _COLORS[row["contender"], row["engine"], row["precision"]]
        style: dict[str, Any] = {
            "linestyle": "",
            "markersize": 6.5,
            "markeredgewidth": 1.4,
            "color": color,
            "markerfacecolor": color if ours else "white",
        }
        axes.plot(
            row["ns_per_pixel"],
            psnr[row["model"]],
            marker=markers[row["model"]],
            transform=offset_copy(
                axes.transData, figure, y=_LANE if ours else -_LANE, units="points"
            ),
            **style,
        )
        handles[ours].setdefault(label, Line2D([], [], marker="o", **style))
    _name_models(axes, psnr)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel(f"ns per output pixel, x3 to {size[1]} x {size[0]}  (left is faster)")
    axes.set_ylabel("PSNR on Set5 x3, dB")
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    machine = report["machine"]
    axes.set_title(f"{machine['cpu']}, {machine['threads']} threads", fontsize=9, color="0.3")
    _add_legend(axes, "srcnn (above the line)", handles[True], "center left")
    _add_legend(axes, "others (below)", handles[False], "center")
    return figure


def _is_drawn(row: RowDocument) -> bool:
    """Return whether a row is a network alone, or interpolation."""
    return row["what"] in ("network", "resize") or row["engine"] is None


def _name_models(axes: Axes, psnr: dict[str, float]) -> None:
    """Draw a thin line for each model and name it at its right end, without overlaps."""
    low, high = min(psnr.values()), max(psnr.values())
    margin = (high - low) * 0.08 or 0.1
    axes.set_ylim(low - margin, high + margin)
    places = _apart(sorted(psnr.values()), (high - low + 2 * margin) * 0.05)
    for (name, value), place in zip(
        sorted(psnr.items(), key=lambda item: item[1]), places, strict=True
    ):
        axes.axhline(value, color="0.8", linewidth=0.8, zorder=0)
        axes.annotate(
            f"{name}  {value:.2f} dB",
            (1, place),
            (6, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            verticalalignment="center",
            fontsize=9,
        )


def _apart(sorted_values: Sequence[float], gap: float) -> list[float]:
    """Return the values, each moved up as little as needed to be ``gap`` above the one before."""
    places: list[float] = []
    for value in sorted_values:
        places.append(value if not places else max(value, places[-1] + gap))
    return places


def _add_legend(
    axes: Axes, title: str, handles: dict[str, Line2D], place: Literal["center left", "center"]
) -> None:
    """Add a legend with the color of each contender, in the empty space above bicubic."""
    legend = Legend(
        axes,
        list(handles.values()),
        list(handles),
        title=title,
        loc=place,
        fontsize=8,
        title_fontsize=8,
        alignment="left",
        framealpha=1,
        edgecolor="none",
    )
    axes.add_artist(legend)

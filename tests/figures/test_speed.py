"""The plot of a report of ``srcnn bench``."""

from __future__ import annotations

import io
import itertools
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from srcnn.bench.documents import BenchDocument
from srcnn.bench.rivals import open_networks, open_resizes
from srcnn.engine.backends.table import BACKENDS
from srcnn.figures.speed import _COLORS, _apart, draw_speed, speed_figure

from ..engine.reference import near_identity, weights_file

MODELS = {"bicubic": 30.4, "srcnn-915": 32.5, "srcnn-955": 32.7, "new": None}


def row(what: str, contender: str, model: str, time: float, **other: Any) -> dict[str, Any]:
    network = what == "network"
    return {
        "what": what,
        "contender": contender,
        "model": model,
        "engine": "onnxruntime" if network and contender == "srcnn" else None,
        "precision": "fp32" if network else None,
        "size": [720, 1281],
        "ns_per_pixel": time,
    } | other


@pytest.fixture
def report() -> BenchDocument:
    """What of a report is drawn."""
    document = {
        "machine": {"cpu": "A processor", "threads": 2},
        "models": {name: {"set5_psnr": psnr} for name, psnr in MODELS.items()},
        "rows": [
            row("network", "srcnn", "srcnn-915", 110.0),
            row("network", "srcnn", "srcnn-955", 330.0),
            row("network", "srcnn", "srcnn-955", 1.0, size=[384, 384]),
            row("network", "srcnn", "new", 2.0),
            row("pipeline", "srcnn", "srcnn-955", 3.0, engine="onnxruntime", precision="fp32"),
            row("pipeline", "srcnn", "bicubic", 30.0),
            row("network", "torch eager", "srcnn-955", 850.0),
            row("resize", "Pillow BICUBIC", "bicubic", 5.0),
        ],
    }
    return cast(BenchDocument, document)


def test_points_are_the_rows(report: BenchDocument) -> None:
    """Networks alone and interpolation, at the rivals' size, of models that have a score."""
    (axes,) = speed_figure(report).axes
    points = {
        (line.get_xdata()[0], line.get_ydata()[0])  # type: ignore[index]
        for line in axes.get_lines()
        if line.get_marker() != "None"
    }
    assert points == {(110.0, 32.5), (330.0, 32.7), (30.0, 30.4), (850.0, 32.7), (5.0, 30.4)}
    assert axes.get_xscale() == "log"
    low, high = axes.get_xlim()
    assert low < 5
    assert high > 850


def test_png_of_a_readable_size(report: BenchDocument) -> None:
    with Image.open(io.BytesIO(draw_speed(report))) as image:
        assert (image.format, image.size) == ("PNG", (1800, 1000))
        colors = image.convert("RGB").getcolors(1 << 24)
    assert colors is not None
    shown = {color for count, color in colors if count > 50}
    # ONNX Runtime's blue, torch's orange, Pillow's yellow, and black.
    assert {(0, 114, 178), (213, 94, 0), (230, 159, 0), (0, 0, 0)} <= shown


def test_every_contender_has_a_colour() -> None:
    ours = {("srcnn", engine, p) for engine, row in BACKENDS.items() for p in row.precisions}
    graph = weights_file(near_identity())
    networks = open_networks(graph, np.zeros((1, 20, 20), np.float32), None)
    resizes = open_resizes(np.zeros((20, 20, 3), np.uint8), 3)
    rivals = {(name, None, "fp32") for name in networks} | {(name, None, None) for name in resizes}
    assert set(_COLORS) == ours | rivals | {("srcnn", None, None)}
    assert len({label for label, _ in _COLORS.values()}) == len(_COLORS)


def test_names_keep_clear_of_each_other() -> None:
    places = _apart([30.0, 32.0, 32.01, 32.02, 33.0], 0.1)
    assert places == pytest.approx([30.0, 32.0, 32.1, 32.2, 33.0])
    assert min(b - a for a, b in itertools.pairwise(places)) > 0.0999

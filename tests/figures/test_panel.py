"""The panel of a comparison: every detail is in it pixel by pixel, nothing lies on anything else."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFont

from srcnn.figures.detail import Box, choose_box
from srcnn.figures.panel import _fitting, draw_panel

from .conftest import Make

MARGIN = 24


def decode(data: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        return np.asarray(image)


def place_of(part: NDArray[np.uint8], panel: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Every (top, left) at which ``part`` stands in the panel."""
    corner = (panel == part[0, 0]).all(2) & np.roll(panel == part[0, -1], 1 - part.shape[1], 1).all(
        2
    )
    height, width = part.shape[:2]
    return [
        (int(y), int(x))
        for y, x in np.argwhere(corner)
        if np.array_equal(panel[y : y + height, x : x + width], part)
    ]


def enlarged(pixels: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    colour = pixels if pixels.ndim == 3 else np.stack([pixels] * 3, 2)
    return np.kron(colour, np.ones((times, times, 1), np.uint8))


@pytest.mark.parametrize("count", range(1, 7))
@pytest.mark.parametrize("size", [(60, 90), (90, 60), (30, 39), (300, 21), (24, 600)])
def test_every_picture_has_its_place(make: Make, count: int, size: tuple[int, int]) -> None:
    """Low-res, bicubic, the models and the truth, in reading order, enlarged by a whole number."""
    comparison = make(tuple("abcdef"[:count]), size)
    box = Box(6, 3, 12, 9)
    panel = decode(draw_panel(comparison, box))
    nearest = np.kron(comparison.low, np.ones((3, 3, 1), np.uint8))
    pictures = [nearest, *(shown.pixels for shown in comparison.models), comparison.truth]
    places = []
    for picture in pictures:
        (place,) = place_of(enlarged(box.cut(picture), 24), panel)
        places.append(place)
    assert places == sorted(places)
    assert len({top for top, _ in places}) <= 3
    for k, (top, left) in enumerate(places):
        for other in places[:k]:
            assert abs(top - other[0]) >= 9 * 24 + 50 or abs(left - other[1]) >= 12 * 24 + 8
    for edge in (panel[:MARGIN], panel[-MARGIN:], panel[:, :MARGIN], panel[:, -MARGIN:]):
        assert (edge == 255).all()
    assert max(panel.shape) < 3000


@pytest.mark.parametrize("kind", ["rgb", "gray"])
def test_a_detail_of_any_size(make: Make, kind: str) -> None:
    """One pixel, a column, the whole picture, and one too large to be shown at its size."""
    comparison = make(size=(900, 600), kind=kind)
    for box in (Box(5, 5, 1, 1), Box(0, 0, 1, 100), Box(0, 0, 600, 900), choose_box(comparison)):
        panel = decode(draw_panel(comparison, box))
        assert panel.shape[0] < 3000
        times = 288 // max(box.width, box.height)
        if times:
            assert place_of(enlarged(box.cut(comparison.truth), times), panel)
    assert place_of(enlarged(box.cut(comparison.truth), 3), panel)  # a quarter of 600 is over 96


def test_the_whole_picture_is_marked(make: Make) -> None:
    """In the panel's red, around the detail, and nowhere else."""
    comparison = make(size=(60, 90), kind="gray")
    box = Box(30, 15, 30, 30)
    panel = decode(draw_panel(comparison, box))
    rows, columns = np.nonzero((panel == (230, 30, 80)).all(2))
    left, top = columns.min() - MARGIN, rows.min() - MARGIN
    width, height = np.ptp(columns) + 1, np.ptp(rows) + 1
    # A third of the picture's width, beginning after a third; half of its height, after a quarter.
    assert left == pytest.approx(width, abs=2)
    assert top == pytest.approx(height / 2, abs=2)
    assert width == pytest.approx(height, abs=2)


def test_words_stay_in_their_column() -> None:
    font = ImageFont.load_default(20)
    assert _fitting("srcnn-955", font, 200) == "srcnn-955"
    for name in ("a" * 300, "WWWW" * 30, "weights of a run that has a very long name.onnx"):
        shown = _fitting(name, font, 200)
        assert font.getlength(shown) <= 200
        assert "..." in shown
        assert (shown[0], shown[-1]) == (name[0], name[-1])
    assert _fitting("Café über\n你\udcff", font, 400) == "Cafe uber???"

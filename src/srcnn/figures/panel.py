"""A comparison as one image: the whole with a marked rectangle, and that detail by every model."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from srcnn.evaluation.compare import Comparison
from srcnn.figures.detail import Box
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS

_DETAIL = 288
"""Size, in pixels, to which the longer side of a small detail is enlarged by a whole factor."""
_LARGEST = 576
"""Size, in pixels, to which the longer side of a larger detail is reduced."""
_NARROWEST = 216
"""Smallest width of a column, in pixels, that has room for the scores."""
_MARGIN, _GAP = 24, 16
_TEXT = 58
"""Height, in pixels, of the two lines below an image and the space above them."""
_NOTES = 64
"""Height, in pixels, of the notes at the bottom."""
_WIDE = 1.5
"""Ratio of width to height from which the whole image is above the details, not beside them."""
_INK, _FAINT, _MARK = (26, 26, 26), (100, 100, 100), (230, 30, 80)


class _Tile(NamedTuple):
    """A detail with its two lines of text."""

    label: str
    scores: str
    picture: Image.Image


def draw_panel(comparison: Comparison, box: Box) -> bytes:
    """Return the bytes of a PNG. Letters outside ASCII, which Pillow's font lacks, are replaced."""
    tiles = _tiles(comparison, box)
    wide, high = tiles[0].picture.size
    column = max(wide, _NARROWEST)
    height, width = comparison.truth.shape[:2]
    beside = width < _WIDE * height
    rows = max(2 if beside else 1, -(-len(tiles) // 4))
    columns = -(-len(tiles) // rows)
    grid = (columns * (column + _GAP) - _GAP, rows * (high + _TEXT + _GAP) - _GAP)
    room = (round(_WIDE * grid[1]), grid[1] - _TEXT) if beside else grid
    whole = _whole(comparison.truth, box, room)
    first = max(whole.width, _NARROWEST) if beside else grid[0]
    # Position of the details, and size of everything except margins and notes.
    left, top = (first + 2 * _GAP, 0) if beside else (0, whole.height + _TEXT + _GAP)
    size = (left + grid[0], top + grid[1])
    panel = Image.new("RGB", (size[0] + 2 * _MARGIN, size[1] + 2 * _MARGIN + _NOTES), "white")
    draw = ImageDraw.Draw(panel)
    panel.paste(whole, (_MARGIN, _MARGIN))
    about = f"{width} x {height}, x{comparison.scale}"
    name = Path(comparison.source).name
    _write(draw, (_MARGIN, _MARGIN + whole.height), first, name, about)
    for index, tile in enumerate(tiles):
        row, place = divmod(index, columns)
        at = (
            _MARGIN + left + place * (column + _GAP),
            _MARGIN + top + row * (high + _TEXT + _GAP),
        )
        panel.paste(tile.picture, at)
        _write(draw, (at[0], at[1] + high), column, tile.label, tile.scores)
    notes = (
        "PSNR in dB / SSIM of the luma of the whole image.\n"
        f"Detail: {box.width} x {box.height} pixels at {box.x}, {box.y}."
    )
    at = (_MARGIN, _MARGIN + size[1] + 14)
    draw.text(at, notes, _FAINT, ImageFont.load_default(16), spacing=6)
    return encode(np.asarray(panel), FORMATS["png"])


def _tiles(comparison: Comparison, box: Box) -> list[_Tile]:
    rows = np.arange(box.y, box.y + box.height) // comparison.scale
    columns = np.arange(box.x, box.x + box.width) // comparison.scale
    height, width = comparison.low.shape[:2]
    nearest = comparison.low[rows][:, columns]
    models = [
        _Tile(
            shown.label,
            shown.caption,
            _enlarged(box.cut(shown.pixels)),
        )
        for shown in comparison.models
    ]
    low = _Tile("low-res", f"{width} x {height}", _enlarged(nearest))
    return [low, *models, _Tile("ground truth", "", _enlarged(box.cut(comparison.truth)))]


def _enlarged(detail: NDArray[np.uint8]) -> Image.Image:
    """Return a detail with enlarged square pixels, or reduced if it is large."""
    image = Image.fromarray(np.ascontiguousarray(detail)).convert("RGB")
    longer = max(image.size)
    if longer > _LARGEST:
        image.thumbnail((_LARGEST, _LARGEST), Image.Resampling.LANCZOS)
        return image
    times = max(1, _DETAIL // longer)
    return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)


def _whole(truth: NDArray[np.uint8], box: Box, room: tuple[int, int]) -> Image.Image:
    """Return the image, fitted into ``room`` = (width, height), with the rectangle."""
    image = Image.fromarray(truth).convert("RGB")
    times = min(room[0] / image.width, room[1] / image.height)
    # Small pixels of uneven size would be visible, so only large ones stay square.
    how = Image.Resampling.NEAREST if times > 4 else Image.Resampling.LANCZOS
    size = (max(1, round(image.width * times)), max(1, round(image.height * times)))
    image = image.resize(size, how)
    draw = ImageDraw.Draw(image)
    x, y = box.x * times, box.y * times
    right, bottom = x + max(6, box.width * times) - 1, y + max(6, box.height * times) - 1
    draw.rectangle((x - 1, y - 1, right + 1, bottom + 1), None, (255, 255, 255), 5)
    draw.rectangle((x, y, right, bottom), None, _MARK, 3)
    return image


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], width: int, label: str, scores: str
) -> None:
    """Write two lines below an image whose bottom left corner is ``at``."""
    large, small = ImageFont.load_default(20), ImageFont.load_default(17)
    draw.text((at[0], at[1] + 8), _fitting(label, large, width), _INK, large)
    draw.text((at[0], at[1] + 33), _fitting(scores, small, width), _FAINT, small)


def _fitting(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    """Return ``text`` in the font's letters, its middle cut out if it exceeds ``width`` pixels."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = "".join(c if " " <= c <= "~" else "?" for c in plain)
    shown, kept = text, len(text)
    while font.getlength(shown) > width and kept > 2:
        kept -= 1
        shown = f"{text[: (kept + 1) // 2]}...{text[len(text) - kept // 2 :]}"
    return shown

"""GeoTIFF: correct the georeference of an image (OGC 19-008r4, chapter 7)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from srcnn.images.exif_block import Change
from srcnn.images.metadata import Tag

if TYPE_CHECKING:
    from PIL.Image import Exif

_PIXEL_SIZE, _TIE_POINTS, _MATRIX, GEO_KEYS = 33550, 33922, 34264, 34735
_DOUBLE, _SHORT, _ASCII = 12, 3, 2
_TYPES = {
    **dict.fromkeys((_PIXEL_SIZE, _TIE_POINTS, _MATRIX, 34736), _DOUBLE),
    GEO_KEYS: _SHORT,
    **dict.fromkeys((34737, 42112, 42113), _ASCII),
}
"""Types of GeoTIFF's tags and of two texts of GDAL: metadata, and the value of missing data."""
GEO_TAGS = frozenset(_TYPES)
_RASTER_TYPE, _IS_POINT = 1025, 2
_MOST = 100_000
"""Largest number of values of a tag that is kept."""


def land_of(tags: Exif) -> dict[int, Tag]:
    """Return the georeference tags of a page; empty if they are incomplete."""
    if GEO_KEYS not in tags:
        return {}
    found: dict[int, Tag] = {}
    for tag, kind in _TYPES.items():
        value = tags.get(tag)
        if kind == _ASCII:
            if isinstance(value, str):
                found[tag] = value
        elif value is not None:
            values = value if isinstance(value, tuple) else (value,)
            if len(values) <= _MOST and all(math.isfinite(each) for each in values):
                found[tag] = tuple(values)
    return found


def tags_of_land(tags: Mapping[int, Tag]) -> list[tuple[Any, ...]]:
    """Return tags in the form that tifffile accepts."""
    return [
        (tag, _TYPES[tag], None if isinstance(value, str) else len(value), value, False)
        for tag, value in tags.items()
    ]


def moved_land(tags: Mapping[int, Tag], change: Change) -> tuple[Mapping[int, Tag], list[str]]:
    """Correct the georeference for the result.

    A pixel covers less land than before, so its size is divided. Tie points and matrix refer to
    locations in the image, counted from the corner of the first pixel or from its center
    (RasterPixelIsPoint).

    Args:
        tags: Tags of the source.
        change: How the result relates to the source.

    Returns:
        The tags for the result, and descriptions of what was dropped.
    """
    if not tags:
        return tags, []
    if change.turned:
        return {}, ["position on the ground (GeoTIFF), because the image was rotated"]
    across, down = change.across, change.down
    shift = 0.5 if _is_point(tags) else 0.0
    moved = dict(tags)
    size, ties, matrix = (_numbers(tags, tag) for tag in (_PIXEL_SIZE, _TIE_POINTS, _MATRIX))
    if len(size) >= 2:
        moved[_PIXEL_SIZE] = (size[0] / across, size[1] / down, *size[2:])
    if ties:
        places = list(ties)
        for k in range(0, len(ties) - 1, 6):
            places[k] = (ties[k] + shift) * across - shift
            places[k + 1] = (ties[k + 1] + shift) * down - shift
        moved[_TIE_POINTS] = tuple(places)
    if len(matrix) == 16:
        rows = [list(matrix[k : k + 4]) for k in range(0, 16, 4)]
        for row in rows[:3]:
            row[3] += row[0] * (shift / across - shift) + row[1] * (shift / down - shift)
            row[0], row[1] = row[0] / across, row[1] / down
        moved[_MATRIX] = tuple(value for row in rows for value in row)
    return moved, []


def _numbers(tags: Mapping[int, Tag], tag: int) -> tuple[float, ...]:
    value = tags.get(tag, ())
    return () if isinstance(value, str) else value


def _is_point(tags: Mapping[int, Tag]) -> bool:
    """Return whether locations refer to centers of pixels; the key is (name, 0, 1, value)."""
    keys = _numbers(tags, GEO_KEYS)
    return any(
        keys[k] == _RASTER_TYPE and keys[k + 3] == _IS_POINT for k in range(4, len(keys) - 3, 4)
    )

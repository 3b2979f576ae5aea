"""The source of a pipeline: converts strips of pixels to planes of floats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.channels import split, to_planes
from srcnn.engine.passes import Pass
from srcnn.engine.rows import Reader
from srcnn.images.alpha import bleed
from srcnn.images.color import Color
from srcnn.images.quantize import to_float

Size = tuple[int, int]
"""(height, width) in pixels."""

_TAPS = 2
"""Pixels on either side that bicubic interpolation uses."""


class Source:
    """The planes of the source, computed from its strips on demand."""

    def __init__(
        self, reader: Reader[np.number], old: Size, color: Color, reach: int, apart: bool = False
    ) -> None:
        """Set up the source.

        Args:
            reader: Reads the rows of the image.
            old: Size of the image.
            color: The network's channels.
            reach: Rows above and below from which color bleeds; see `reach_of`.
            apart: Whether the planes are those of `split` rather than `to_planes`.
        """
        self._reader, self._height, self._color, self._reach = reader, old[0], color, reach
        self._planes_of = split if apart else to_planes
        self.dtype: np.dtype[Any] = np.dtype(np.uint8)
        """dtype of the last strip that was read."""
        self.channels: tuple[int, ...] = ()
        """Shape of the strips after (rows, w)."""

    def take(self, first: int, last: int) -> NDArray[np.float32]:
        """Return rows ``first`` to ``last`` (excluded) as planes."""
        # Color bleeds in from rows that the tile itself does not need: see `bleed`.
        above, below = max(first - self._reach, 0), min(last + self._reach, self._height)
        strip = self._reader.take(above, below)
        self.dtype, self.channels = strip.dtype, strip.shape[2:]
        inner = slice(first - above, last - above)
        return self._planes_of(_to_floats(strip, inner, self._reach), self._color)

    def empty(self, rows: int, width: int) -> NDArray[np.number]:
        """Return an uninitialized array for pixels like those of the last strip that was read."""
        return np.empty((rows, width, *self.channels), self.dtype)


def reach_of(passes: Sequence[Pass], old: Size, size: Size) -> int:
    """Return how far hidden pixels can affect a row, in source pixels; alpha is bicubic."""
    reach, scale = 0.0, 1
    for number, one in enumerate(passes):
        before, scale = scale, scale * one.scale
        grid = one.model.grid
        reach += grid.radius / (scale if grid.factor == 1 else before)
        reach += _TAPS / before if number else 0
    if passes and (old[0] * scale, old[1] * scale) != size:
        reach += _TAPS * max(old[0] / size[0], old[1] / size[1])
    return 2 * _TAPS + math.ceil(reach)


def _to_floats(strip: NDArray[np.number], inner: slice, reach: int) -> NDArray[np.float32]:
    """Return rows ``inner`` as (C, rows, w) float32.

    The rows around them only matter for images with alpha, whose color bleeds.
    """
    if strip.ndim == 2:
        return to_float(strip[inner])[None]
    hides = strip.shape[2] in (2, 4)
    planes = to_float(np.ascontiguousarray(np.moveaxis(strip if hides else strip[inner], 2, 0)))
    if hides:
        planes[:-1] = bleed(planes[:-1], planes[-1], reach)
        planes = planes[:, inner]
    return planes

"""Degrade patches one by one, so that every patch of every step has its own degradation.

Degrading a whole image takes long and gives it a single degradation. Here only a window is
degraded. It exceeds the patch and its halo by the reach of blur, resizing and compression, so
the patch equals that of a degraded whole image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from srcnn.data.patches import Pair
from srcnn.images.color import Color
from srcnn.images.degradations.pipeline import Pipeline
from srcnn.images.degrade import Degraded
from srcnn.images.quantize import to_float

_MARGIN = 4
"""Smallest margin around patch and halo in low-resolution pixels; a Lanczos kernel reaches 3."""
_BLOCK = 16
"""The side of a window is a multiple of this many low-resolution pixels, the 4:2:0 JPEG block."""


class _Span(NamedTuple):
    """A window along one axis, in low-resolution pixels.

    Attributes:
        first: First pixel.
        length: Number of pixels.
    """

    first: int
    length: int


@dataclass(frozen=True)
class WindowDegradation:
    """Degrades the part of an image that a patch needs.

    Attributes:
        pipeline: Source of random degradations. Its ``clean`` fraction uses the pair's own input.
        scale: Scale of the reduction.
        color: Color space of the images.
    """

    pipeline: Pipeline
    scale: int
    color: Color = "Y"

    def __call__(
        self, pair: Pair, top: int, left: int, side: int, random: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return the degraded input of a patch, including its halo, in the form of `Pair.given`.

        Args:
            pair: The image.
            top: First row of the patch in the reference.
            left: First column of the patch.
            side: Side of the patch in output pixels.
            random: Source of randomness.
        """
        if random.random() < self.pipeline.clean:
            return pair.given(top, left, side)
        rows, columns = (
            self._span(pair, start, side, length)
            for start, length in zip((top, left), pair.size, strict=True)
        )
        s, grid = self.scale, pair.grid
        truth = pair.truth[_part(rows, s)][:, _part(columns, s)]
        low = self.pipeline.low_resolution(to_float(truth), s, random, self.color)
        given = Degraded(low, s).given(grid)
        # A halo can exceed the window only at the border of the image, whose edge is repeated.
        places = [
            np.arange(-grid.radius, grid.padded(side) - grid.radius)
            + start // grid.factor
            - span.first * s // grid.factor
            for start, span in ((top, rows), (left, columns))
        ]
        inside = [place.clip(0, n - 1) for place, n in zip(places, given.shape, strict=False)]
        halo: NDArray[np.float32] = given[np.ix_(*inside)].astype(np.float32)
        return halo

    def _span(self, pair: Pair, start: int, side: int, length: int) -> _Span:
        """Return the window of a patch along an axis of ``length`` output pixels."""
        s, grid = self.scale, pair.grid
        halo = -(-grid.radius * grid.factor // s) + (_MARGIN if grid.factor == s else 2 * _MARGIN)
        needed = side // s + 2 + 2 * halo
        whole = length // s
        wanted = min(-(-needed // _BLOCK) * _BLOCK, whole)
        first = start // s - (wanted - side // s) // 2
        return _Span(min(max(first, 0), whole - wanted), wanted)


def _part(span: _Span, scale: int) -> slice:
    return slice(span.first * scale, (span.first + span.length) * scale)

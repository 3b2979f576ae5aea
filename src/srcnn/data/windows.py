"""Patches that are degraded one by one: every patch of every step draws its own degradation.

A whole image has one degradation, and takes long. A patch is given what it would have of a degraded
whole image: the window that is degraded is larger than the patch and its halo by what blur, resizing
and compression reach.
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
"""Least low-resolution pixels around patch and halo: a Lanczos kernel reaches 3."""
_BLOCK = 16
"""Low-resolution pixels of which a window's side is a multiple: a JPEG file of 4:2:0 has blocks of 16."""


class _Span(NamedTuple):
    """A window along one axis, in low-resolution pixels: from ``first`` on, ``length`` of them."""

    first: int
    length: int


@dataclass(frozen=True)
class WindowDegradation:
    """Degrades what a patch needs of a pair's truth.

    Attributes:
        pipeline: What the degradations are drawn from. Its ``clean`` part keeps the pair's input.
        scale: Reduction.
        color: Channels of the truth.
    """

    pipeline: Pipeline
    scale: int
    color: Color = "Y"

    def __call__(
        self, pair: Pair, top: int, left: int, side: int, random: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return the input, with its halo, of a patch of ``side`` output pixels, as `Pair.given` does."""
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
        # Where the window ends and the patch's halo does not, the image ends: its edge is repeated.
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
        """Return the window of a patch along an axis of ``length`` pixels, in low-resolution pixels."""
        s, grid = self.scale, pair.grid
        halo = -(-grid.radius * grid.factor // s) + (_MARGIN if grid.factor == s else 2 * _MARGIN)
        needed = side // s + 2 + 2 * halo
        whole = length // s
        wanted = min(-(-needed // _BLOCK) * _BLOCK, whole)
        first = start // s - (wanted - side // s) // 2
        return _Span(min(max(first, 0), whole - wanted), wanted)


def _part(span: _Span, scale: int) -> slice:
    return slice(span.first * scale, (span.first + span.length) * scale)

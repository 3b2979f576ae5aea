"""Cutting an image into tiles.

A tile is an output rectangle. It needs the input pixels that it covers and a halo of the receptive
radius around them, so tiled output equals untiled output by construction. Its sides are multiples
of the grid's factor, so that it covers whole input pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from srcnn.images.grid import Grid

Span = tuple[int, int]
"""(from, to) along one axis, ``to`` excluded."""


class Tile(NamedTuple):
    """An output rectangle: rows ``top`` to ``bottom``, columns ``left`` to ``right`` (excluded)."""

    top: int
    bottom: int
    left: int
    right: int

    def given(self, grid: Grid) -> tuple[slice, slice]:
        """Return the slices of the tile with its halo in an input padded by ``grid.radius``."""
        factor, halo = grid.factor, 2 * grid.radius
        return (
            slice(self.top // factor, self.bottom // factor + halo),
            slice(self.left // factor, self.right // factor + halo),
        )


def tiles(height: int, width: int, size: int, step: int = 1) -> Iterator[Tile]:
    """Cover height x width with as few tiles as possible, of nearly equal sides.

    Args:
        height: Rows of the output, a multiple of ``step``.
        width: Columns of the output, a multiple of ``step``.
        size: Largest side of a tile, in output pixels.
        step: Divisor of the sides of all tiles.
    """
    for top, bottom in spans(height, size, step):
        for left, right in spans(width, size, step):
            yield Tile(top, bottom, left, right)


def spans(length: int, size: int, step: int = 1) -> list[Span]:
    """Cut ``length``, in units of ``step``, into as few spans of at most ``size`` as possible.

    Spans are nearly equal, and never smaller than ``step``, however small ``size`` is.
    """
    units = length // step
    count = -(-units // max(1, size // step))
    edges = [units * i // count * step for i in range(count + 1)]
    return list(pairwise(edges))


Each = Callable[[Callable[[Tile], None], Iterable[Tile]], Iterable[None]]
"""``map``, or a function like it that uses several threads."""


def in_tiles(
    enhance: Callable[[NDArray[np.number]], NDArray[np.number]],
    padded: NDArray[np.number],
    grid: Grid,
    size: int,
    each: Each = map,
) -> NDArray[np.number]:
    """Run a network over a padded input, tile by tile.

    Args:
        enhance: Maps (C, h + 2r, w + 2r) floats to (C, factor * h, factor * w), for any h and w.
        padded: (C, H + 2r, W + 2r) floats.
        grid: The grid of ``enhance``.
        size: Largest side of a tile, in output pixels.
        each: Runs the tiles, see `Each`.

    Returns:
        (C, factor * H, factor * W) floats of the dtype of ``padded``.
    """
    height, width = (grid.output(side) for side in padded.shape[-2:])
    out = np.empty((len(padded), height, width), padded.dtype)

    def make(tile: Tile) -> None:
        part = enhance(padded[:, *tile.given(grid)])
        out[:, tile.top : tile.bottom, tile.left : tile.right] = part

    for _ in each(make, tiles(height, width, size, grid.factor)):
        pass
    return out

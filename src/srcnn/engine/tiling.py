"""Where tiles lie: pure arithmetic.

A tile is an output rectangle. It needs its own pixels and a halo of the receptive radius around them,
so tiled output equals untiled output by construction.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

Span = tuple[int, int]


class Tile(NamedTuple):
    """An output rectangle: rows ``top`` to ``bottom``, columns ``left`` to ``right`` (exclusive)."""

    top: int
    bottom: int
    left: int
    right: int

    def with_halo(self, radius: int) -> tuple[slice, slice]:
        """The same rectangle with its halo, as slices of a picture padded by ``radius``."""
        return (
            slice(self.top, self.bottom + 2 * radius),
            slice(self.left, self.right + 2 * radius),
        )


def tiles(height: int, width: int, size: int) -> Iterator[Tile]:
    """Cover height x width with as few tiles of at most size x size as do, of nearly equal sides."""
    for top, bottom in spans(height, size):
        for left, right in spans(width, size):
            yield Tile(top, bottom, left, right)


def spans(length: int, size: int) -> list[Span]:
    """Cut ``length`` into as few (from, to) of at most ``size`` as do, of nearly equal lengths."""
    count = -(-length // size)
    edges = [length * i // count for i in range(count + 1)]
    return list(pairwise(edges))

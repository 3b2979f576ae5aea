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

    def clipped_halo(
        self, radius: int, size: tuple[int, int]
    ) -> tuple[tuple[Span, Span], tuple[Span, Span]]:
        """(rows and columns with as much halo as a picture of ``size`` has, what is missing of it).

        Rows and columns are (from, to); what is missing are pixels (before, after) for each, to be
        padded.
        """
        spans, missing = [], []
        for start, stop, length in (
            (self.top, self.bottom, size[0]),
            (self.left, self.right, size[1]),
        ):
            first, last = max(start - radius, 0), min(stop + radius, length)
            spans.append((first, last))
            missing.append((radius - (start - first), radius - (last - stop)))
        return (spans[0], spans[1]), (missing[0], missing[1])


def tiles(height: int, width: int, size: int) -> Iterator[Tile]:
    """Cover height x width with as few tiles of at most size x size as do, of nearly equal sides."""
    for top, bottom in _spans(height, size):
        for left, right in _spans(width, size):
            yield Tile(top, bottom, left, right)


def _spans(length: int, size: int) -> list[tuple[int, int]]:
    count = -(-length // size)
    edges = [length * i // count for i in range(count + 1)]
    return list(pairwise(edges))

"""Buffers the rows of an image that arrives in strips, for as long as a reader may need them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from srcnn.images.crop import Scalar


class Rows(Generic[Scalar]):
    """Strips of one image, from top to bottom, for several readers at different positions."""

    def __init__(self, strips: Iterable[NDArray[Scalar]], axis: int) -> None:
        """Set the axis of the rows: 0 for (h, w, C) strips, 1 for (C, h, w) planes."""
        self.axis = axis
        self._strips = iter(strips)
        self._held: deque[NDArray[Scalar]] = deque()
        self._first = self._end = 0
        self._readers: list[Reader[Scalar]] = []

    def reader(self) -> Reader[Scalar]:
        """Return a new reader. All readers must be created before the first one reads."""
        reader: Reader[Scalar] = Reader(self)
        self._readers.append(reader)
        return reader

    def take(self, first: int, last: int) -> NDArray[Scalar]:
        """Return rows ``first`` to ``last`` (excluded), reading further strips as needed."""
        while self._end < last:
            strip = next(self._strips)
            self._held.append(strip)
            self._end += strip.shape[self.axis]
        wanted = min(reader.first for reader in self._readers)
        while self._first + self._held[0].shape[self.axis] <= wanted:
            self._first += self._held.popleft().shape[self.axis]
        place, parts = self._first, []
        for strip in self._held:
            rows = strip.shape[self.axis]
            if place + rows > first and place < last:
                parts.append((place, strip))
            place += rows
        place = parts[0][0]
        held = [strip for _, strip in parts]
        joined = held[0] if len(held) == 1 else np.concatenate(held, self.axis)
        cut = slice(first - place, last - place)
        return joined[cut] if self.axis == 0 else joined[:, cut]


class Reader(Generic[Scalar]):
    """One position in `Rows`, which only moves down."""

    def __init__(self, rows: Rows[Scalar]) -> None:
        """Start at the first row; see `Rows.reader`."""
        self._rows = rows
        self.first = 0
        """First row that may be requested again."""

    def take(self, first: int, last: int) -> NDArray[Scalar]:
        """Return rows ``first`` to ``last`` (excluded). Neither may be less than in the last call.

        ``first`` may decrease by 1: a single output row that lies exactly on an input row needs no
        row above it, but the next output row does.
        """
        self.first = first - 1
        return self._rows.take(first, last)

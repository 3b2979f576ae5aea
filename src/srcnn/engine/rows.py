"""The rows of an image that comes in strips, held for as long as a reader may ask for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Rows:
    """Strips of one image, from top to bottom, for several readers at different places."""

    def __init__(self, strips: Iterable[NDArray[Any]], axis: int) -> None:
        """``axis`` is that of the rows: 0 for (h, w, C) strips, 1 for (C, h, w) planes."""
        self.axis = axis
        self._strips = iter(strips)
        self._held: deque[NDArray[Any]] = deque()
        self._first = self._end = 0
        self._readers: list[Reader] = []

    def reader(self) -> Reader:
        """Return a new reader; all have to be there before the first one reads."""
        reader = Reader(self)
        self._readers.append(reader)
        return reader

    def take(self, first: int, last: int) -> NDArray[Any]:
        """Return rows ``first`` to ``last``, reading on as far as they need."""
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


class Reader:
    """One place in `Rows`, which only moves down."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.first = 0
        """The first row that may be asked for again."""

    def take(self, first: int, last: int) -> NDArray[Any]:
        """Return rows ``first`` to ``last``; neither may be less than in the call before.

        ``first`` may be less by 1: a single output row that lies exactly on an input row needs none
        above it, and the next output row does.
        """
        self.first = first - 1
        return self._rows.take(first, last)

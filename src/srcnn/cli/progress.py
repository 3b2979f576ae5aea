"""One line for the whole command, on a terminal: what is done, the time left, the picture at work."""

from __future__ import annotations

import os
import sys
import time
from threading import Lock
from unicodedata import combining, east_asian_width

from srcnn.terminal import duration, show

_OVERHEAD = 30_000
"""Pixels that could be made in the time that a picture takes beside its pixels."""
_ENCODERS = {"webp": 2.5, "gif": 4.0, "avif": 20.0}
"""Those that begin when the last pixel is there: their time, in that of the pixels (srcnn-915: about
twice as much, srcnn-955: half)."""
_REST = 0.09
"""Seconds between two drawings."""
_BAR = 20
"""Cells, at most; a sixth of a narrow terminal."""


class Progress:
    """Pictures count by their pixels, so that the time left is true when they differ in size.

    Told by any thread; drawn by one.
    """

    def __init__(self, pictures: int, quiet: bool) -> None:
        self.shown = not quiet and sys.stderr.isatty()
        """Whether there is anybody to look at it."""
        self.known = False
        """Whether all pictures have been `expect`ed."""
        self.pictures = pictures
        self._lock = Lock()
        self._weights: dict[str, float] = {}
        self._shares: dict[str, float] = {}
        self._at_work: dict[str, float] = {}
        self._ended: dict[str, bool] = {}
        self._total = self._done = 0.0
        self._started = self._moved = time.monotonic()
        self._drawn = 0.0

    def expect(self, name: str, pixels: int, encoder: str) -> None:
        """A picture will have so many pixels, in the format ``encoder``."""
        with self._lock:
            behind = _ENCODERS.get(encoder, 0.0)
            weight = _OVERHEAD + pixels * (1 + behind)
            self._weights[name], self._shares[name] = weight, 1 / (1 + behind)
            # It may have ended already: expecting thousands takes seconds.
            self._done += weight if self._ended.get(name) else 0.0
            self._total += weight if self._ended.get(name, True) else 0.0

    def begin(self, name: str) -> None:
        """A picture is at work."""
        with self._lock:
            self._at_work[name] = 0.0

    def advance(self, name: str, part: float) -> None:
        """This part of a picture's pixels is made, 0 to 1."""
        with self._lock:
            self._move(name, self._weights.get(name, 0.0) * self._shares.get(name, 1.0) * part)

    def end(self, name: str, made: bool) -> None:
        """A picture is done, or failed; what failed is no measure of how fast others are."""
        with self._lock:
            weight = self._weights.get(name, 0.0)
            self._move(name, weight if made else 0.0)
            self._total -= 0.0 if made else weight
            self._ended[name] = made
            self._at_work.pop(name)

    def _move(self, name: str, to: float) -> None:
        self._done += to - self._at_work.get(name, 0.0)
        self._at_work[name] = to
        self._moved = time.monotonic()

    def draw(self) -> None:
        """The line as it is now; at most ten times a second."""
        if self.shown and time.monotonic() - self._drawn > _REST:
            self._drawn = time.monotonic()
            try:
                width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
                coding = sys.stderr.encoding
            except (OSError, ValueError):
                width, coding = 80, "ascii"
            show(self.line(width - 1, time.monotonic(), coding))

    def clear(self) -> None:
        """No line any more."""
        show("", not self.shown)

    def line(self, width: int, now: float, coding: str = "utf-8") -> str:
        """What to draw at the time ``now`` (seconds, monotonic), in at most ``width`` cells."""
        with self._lock:
            part = self._done / self._total if self.known and self._total else 0.0
            left = None
            if self.known and self._done > 0:
                # As of the last move, so that it counts down while an encoder says nothing.
                spent = self._moved - self._started
                left = spent * (1 / part - 1) - (now - self._moved)
            finished, name = len(self._ended), next(iter(self._at_work), "")
        bar = min(_BAR, width // 6)
        full = round(part * bar)
        words = [f"[{'#' * full}{'-' * (bar - full)}]"]
        if self.pictures > 1:
            words.append(f"{finished}/{self.pictures}")
        words.append(f"{part:4.0%}")
        if left is not None and left > 0:
            words.append(f"{duration(left)} left")
        room = width - sum(len(word) + 2 for word in words)
        words.append(_tail(name, room, coding))
        return "  ".join(words)[: max(width, 0)]


def _tail(name: str, cells: int, coding: str) -> str:
    """The end of a name, in so many cells of a terminal at most; what would move its cursor is a ``?``."""
    name = "".join(character if character.isprintable() else "?" for character in name)
    name = name.encode(coding, "replace").decode(coding)
    if sum(map(_cells, name)) <= cells:
        return name
    tail, left = "", cells - 3
    for character in reversed(name):
        left -= _cells(character)
        if left < 0:
            break
        tail = character + tail
    return "..." + tail if cells >= 3 else ""


def _cells(character: str) -> int:
    return 0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1

"""One line for the whole command, on a terminal: what is done, the time left, the picture at work."""

from __future__ import annotations

import sys
import time
from threading import Lock

from srcnn.images.formats import FORMATS
from srcnn.terminal import columns, duration, is_shown, show, width

_OVERHEAD = 4000
"""Bytes of a source that could be enlarged in the time that a picture takes beside its pixels."""
_REST = 0.09
"""Seconds between two drawings."""
_BAR = 20
"""Cells, at most; a sixth of a narrow terminal."""


def weight_of(size: int, encoder: str) -> float:
    """Return the part of a picture of ``size`` bytes in the progress, for a result in a format."""
    return (_OVERHEAD + size) * (1 + _encoding(encoder))


def _encoding(encoder: str) -> float:
    """Return the time of an encoder that begins after the last pixel, in that of the pixels."""
    return FORMATS[encoder].encoding if encoder in FORMATS else 0.0


class Progress:
    """Pictures count by the bytes of their sources, which are known before a file is opened.

    Any thread reports; one draws. Only the pictures at work are held.
    """

    def __init__(self, pictures: int, weight: float, quiet: bool) -> None:
        """``weight``: the sum of all `weight_of`."""
        self.shown = not quiet and is_shown()
        """Whether there is anybody to look at it."""
        self.pictures = pictures
        self._lock = Lock()
        self._at_work: dict[str, tuple[float, float, float]] = {}
        self._ended = 0
        self._total, self._done = weight, 0.0
        self._started = self._moved = time.monotonic()
        self._drawn = 0.0

    def begin(self, name: str, weight: float = 0.0, encoder: str = "") -> None:
        """Count a picture as at work; its result has the format ``encoder``."""
        with self._lock:
            self._at_work[name] = (weight, 1 / (1 + _encoding(encoder)), 0.0)

    def advance(self, name: str, part: float) -> None:
        """Report that this part of a picture's pixels is made, 0 to 1."""
        with self._lock:
            weight, share, _ = self._at_work[name]
            self._move(name, weight * share * part)

    def end(self, name: str, made: bool) -> None:
        """Report that a picture is done, or failed; what failed is no measure of how fast others are."""
        with self._lock:
            weight = self._at_work[name][0]
            self._move(name, weight if made else 0.0)
            self._total -= 0.0 if made else weight
            self._ended += 1
            self._at_work.pop(name)

    def _move(self, name: str, to: float) -> None:
        weight, share, before = self._at_work[name]
        self._done += to - before
        self._at_work[name] = (weight, share, to)
        self._moved = time.monotonic()

    def draw(self) -> None:
        """The line as it is now; at most ten times a second."""
        if self.shown and time.monotonic() - self._drawn > _REST:
            self._drawn = time.monotonic()
            show(self.line(columns() - 1, time.monotonic(), sys.stderr.encoding))

    def clear(self) -> None:
        """No line any more."""
        show("", not self.shown)

    def line(self, width: int, now: float, coding: str = "utf-8") -> str:
        """What to draw at the time ``now`` (seconds, monotonic), in at most ``width`` cells."""
        with self._lock:
            part = min(self._done / self._total, 1.0) if self._total > 0 else 0.0
            left = None
            if part > 0:
                # As of the last move, so that it counts down while an encoder says nothing.
                spent = self._moved - self._started
                left = spent * (1 / part - 1) - (now - self._moved)
            finished, name = self._ended, next(iter(self._at_work), "")
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
    if width(name) <= cells:
        return name
    tail, left = "", cells - 3
    for character in reversed(name):
        left -= width(character)
        if left < 0:
            break
        tail = character + tail
    return "..." + tail if cells >= 3 else ""

"""The progress line of a command: fraction done, time left, and current image."""

from __future__ import annotations

import sys
import time
from threading import Lock

from srcnn.images.formats import FORMATS
from srcnn.terminal import columns, duration, is_shown, show, width

_OVERHEAD = 4000
"""Time that each image takes regardless of its size, as the bytes of a source that take as long."""
_REST = 0.09
"""Shortest time between two updates, in seconds."""
_BAR = 20
"""Largest width of the bar, in cells; on a narrow terminal it is a sixth of the width."""


def weight_of(size: int, encoder: str) -> float:
    """Return the share of the progress of a source of ``size`` bytes, for a result's format."""
    return (_OVERHEAD + size) * (1 + _encoding(encoder))


def _encoding(encoder: str) -> float:
    """Return the time of an encoder that starts after the last pixel, relative to the pixels'."""
    return FORMATS[encoder].encoding if encoder in FORMATS else 0.0


class Progress:
    """Progress weighted by the size of the sources, which is known before a file is opened.

    Any thread may report; one thread draws. Only the images in progress are held.
    """

    def __init__(self, pictures: int, weight: float, quiet: bool) -> None:
        """Set up the progress.

        Args:
            pictures: Number of images.
            weight: Sum of all `weight_of`.
            quiet: Whether to show nothing.
        """
        self.shown = not quiet and is_shown()
        """Whether the line is shown."""
        self.pictures = pictures
        self._lock = Lock()
        self._at_work: dict[str, tuple[float, float, float]] = {}
        self._ended = 0
        self._total, self._done = weight, 0.0
        self._started = self._moved = time.monotonic()
        self._drawn = 0.0

    def begin(self, name: str, weight: float = 0.0, encoder: str = "") -> None:
        """Mark an image as in progress; its result has the format ``encoder``."""
        with self._lock:
            self._at_work[name] = (weight, 1 / (1 + _encoding(encoder)), 0.0)

    def advance(self, name: str, part: float) -> None:
        """Report the completed fraction of an image's pixels, 0 to 1."""
        with self._lock:
            weight, share, _ = self._at_work[name]
            self._move(name, weight * share * part)

    def end(self, name: str, made: bool) -> None:
        """Report that an image is done or failed. A failed image does not count for the speed."""
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
        """Draw the line, at most about ten times a second."""
        if self.shown and time.monotonic() - self._drawn > _REST:
            self._drawn = time.monotonic()
            show(self.line(columns() - 1, time.monotonic(), sys.stderr.encoding))

    def clear(self) -> None:
        """Clear the line."""
        show("", not self.shown)

    def line(self, width: int, now: float, coding: str = "utf-8") -> str:
        """Return the line at the time ``now`` (seconds, monotonic), in at most ``width`` cells."""
        with self._lock:
            part = min(self._done / self._total, 1.0) if self._total > 0 else 0.0
            left = None
            if part > 0:
                # Based on the last report, so that it counts down while an encoder is silent.
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
    """Return the end of a name in at most ``cells`` cells, with ``?`` for control characters."""
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

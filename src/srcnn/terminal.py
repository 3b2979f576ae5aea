"""What a person sees on stderr: messages, a progress line in place, and durations in words."""

from __future__ import annotations

import os
import sys
from threading import Lock
from unicodedata import combining, east_asian_width

_SPEAKING = Lock()
"""Two workers may print at the same time, and Python's streams lose text then."""
_COLUMNS = 80
"""Width of a terminal that does not say how wide it is."""


def say(text: str, quiet: bool = False) -> None:
    """Print a message to stderr, so that stdout holds results only."""
    if not quiet and sys.stderr is not None:  # there is none under pythonw
        clear = "\r\033[K" if is_shown() else ""
        with _SPEAKING:
            print(f"{clear}{text}", file=sys.stderr, flush=True)


def is_shown() -> bool:
    """Return whether somebody looks at stderr, so that progress is worth drawing."""
    return sys.stderr is not None and sys.stderr.isatty()


def show(text: str, quiet: bool = False) -> None:
    """Show progress, overwritten in place; print nothing where stderr is not a terminal.

    Text that is wider than the terminal loses its middle: a second row would stay there.
    """
    if not quiet and is_shown():
        with _SPEAKING:
            line = fitting(text, columns() - 1)
            print(f"\r{line}\033[K", end="", file=sys.stderr, flush=True)


def columns() -> int:
    """Return the width of the terminal that stderr is; 80 if it does not say."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _COLUMNS
    except (OSError, ValueError):
        return _COLUMNS


def fitting(text: str, cells: int) -> str:
    """Return text in so many cells of a terminal at most; what would move its cursor is a ``?``."""
    text = "".join(character if character.isprintable() else "?" for character in text)
    if width(text) <= cells:
        return text
    at = max(0, cells - 3) // 3
    head, tail = text[:at], text[at:]
    while tail and width(head) + width(tail) + 3 > cells:
        tail = tail[1:]
    return f"{head}...{tail}"[: max(0, cells)]


def width(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def duration(seconds: float) -> str:
    """Return a duration in words: ``12 s``, ``3 min 20 s``, ``2 h 05 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"

"""Output to stderr: messages, a progress line updated in place, and readable durations."""

from __future__ import annotations

import os
import sys
from threading import Lock
from unicodedata import combining, east_asian_width

_SPEAKING = Lock()
"""Serializes writes to stderr, because concurrent prints from several threads can lose text."""
_COLUMNS = 80
"""Width, in columns, assumed for a terminal that does not report one."""


def say(text: str, quiet: bool = False) -> None:
    """Print a message to stderr, so that stdout carries only results.

    Args:
        text: The message.
        quiet: Print nothing.
    """
    if not quiet and sys.stderr is not None:  # it is None under pythonw
        clear = "\r\033[K" if is_shown() else ""
        with _SPEAKING:
            print(f"{clear}{text}", file=sys.stderr, flush=True)


def is_shown() -> bool:
    """Return whether stderr is a terminal, where progress is worth drawing."""
    return sys.stderr is not None and sys.stderr.isatty()


def show(text: str, quiet: bool = False) -> None:
    """Draw a progress line that overwrites itself; do nothing if stderr is not a terminal.

    Text wider than the terminal is shortened in the middle: a wrapped second row could not be
    overwritten.

    Args:
        text: The line.
        quiet: Draw nothing.
    """
    if not quiet and is_shown():
        with _SPEAKING:
            line = fitting(text, columns() - 1)
            print(f"\r{line}\033[K", end="", file=sys.stderr, flush=True)


def columns() -> int:
    """Return the width of the terminal on stderr in columns, or 80 if it is unknown."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _COLUMNS
    except (OSError, ValueError):
        return _COLUMNS


def fitting(text: str, cells: int) -> str:
    """Shorten text to a number of terminal columns.

    Args:
        text: The text. Unprintable characters, which could move the cursor, become ``?``.
        cells: Largest width in columns.

    Returns:
        The text, with ``...`` in place of its middle if it was too wide.
    """
    text = "".join(character if character.isprintable() else "?" for character in text)
    if width(text) <= cells:
        return text
    at = max(0, cells - 3) // 3
    head, tail = text[:at], text[at:]
    while tail and width(head) + width(tail) + 3 > cells:
        tail = tail[1:]
    return f"{head}...{tail}"[: max(0, cells)]


def width(text: str) -> int:
    """Return how many terminal columns a text occupies."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def duration(seconds: float) -> str:
    """Format a duration in seconds, such as ``12 s``, ``3 min 20 s`` or ``2 h 05 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"

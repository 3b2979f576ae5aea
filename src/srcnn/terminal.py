"""What a person sees on stderr: messages, a progress line in place, and durations in words."""

from __future__ import annotations

import sys
from threading import Lock

_SPEAKING = Lock()
"""Two workers may print at the same time, and Python's streams lose text then."""


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
    """Show progress, overwritten in place; print nothing where stderr is not a terminal."""
    if not quiet and is_shown():
        with _SPEAKING:
            print(f"\r{text}\033[K", end="", file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Return a duration in words: ``12 s``, ``3 min 20 s``, ``2 h 05 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"

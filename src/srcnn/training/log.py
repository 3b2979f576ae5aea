"""The run's log, one JSON object a line, and the progress line with the time left."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


class RunLog:
    """Appends to ``log.jsonl``; shows progress on stderr, in place on a terminal."""

    def __init__(self, path: Path, quiet: bool = False) -> None:
        self._path = path
        self._quiet = quiet
        self._shown = 0.0

    def write(self, **entry: Any) -> None:
        """One line of the log."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def say(self, text: str) -> None:
        """A line for the person who watches."""
        if not self._quiet:
            end = "\033[K\n" if sys.stderr.isatty() else "\n"
            print(text, end=end, file=sys.stderr, flush=True)

    def progress(self, step: int, steps: int, seconds_left: float, text: str) -> None:
        """The progress line: at most four a second on a terminal, else one in ten seconds."""
        terminal = sys.stderr.isatty()
        now = time.monotonic()
        if self._quiet or (now - self._shown < (0.25 if terminal else 10) and step < steps):
            return
        self._shown = now
        line = f"step {step}/{steps}  {text}  {duration(seconds_left)} left"
        print(
            f"\r{line}\033[K" if terminal and step < steps else line,
            end="" if terminal and step < steps else "\n",
            file=sys.stderr,
            flush=True,
        )


def duration(seconds: float) -> str:
    """12 s, 3 min 20 s, 2 h 05 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"

"""The run's log, one JSON object a line and TensorBoard's events, and the progress line."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from srcnn.images.files import write_atomically, writing
from srcnn.terminal import duration
from srcnn.training.events import Events


class RunLog:
    """Appends to ``log.jsonl``; shows progress on stderr, in place on a terminal."""

    def __init__(self, path: Path, quiet: bool = False, first: bool = True) -> None:
        """``quiet``: no progress, only warnings; of several processes only the ``first`` speaks."""
        self._path = path
        self._quiet, self._first = quiet or not first, first
        self._shown = 0.0
        self._events: Events | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._events is not None:
            self._events.close()

    def begin(self, step: int) -> None:
        """Drop what an interrupted run wrote after ``step``: it comes again."""
        if self._path.exists():
            lines = self._path.read_text(encoding="utf-8").splitlines(keepends=True)
            kept = "".join(line for line in lines if _last_step(line) <= step)
            write_atomically(self._path, kept.encode())
        self._events = Events(self._path.parent, step + 1)

    def write(self, step: int, values: Mapping[str, float | None]) -> None:
        """One line of the log, and as many events; None is what could not be measured."""
        self._append({"step": step, **values})
        if self._events is not None:
            known = {name: value for name, value in values.items() if value is not None}
            self._events.write(step, known)

    def end(self, **entry: object) -> None:
        """The last line of the log, about the whole run."""
        self._append(entry)

    def _append(self, entry: Mapping[str, object]) -> None:
        with writing(self._path), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def say(self, text: str) -> None:
        """A line for the person who watches."""
        if not self._quiet:
            self._print(text)

    def warn(self, text: str) -> None:
        """A line that nobody may miss."""
        if self._first:
            self._print(f"warning: {text}")

    def _print(self, text: str) -> None:
        end = "\033[K\n" if sys.stderr.isatty() else "\n"
        print(text, end=end, file=sys.stderr, flush=True)

    def progress(self, step: int, steps: int, seconds_left: float | None, text: str) -> None:
        """The progress line: at most four a second on a terminal, else one in ten seconds."""
        terminal = sys.stderr.isatty()
        now = time.monotonic()
        if self._quiet or (now - self._shown < (0.25 if terminal else 10) and step < steps):
            return
        self._shown = now
        left = "" if seconds_left is None else f"  {duration(seconds_left)} left"
        line = f"step {step}/{steps}  {text}{left}"
        print(
            f"\r{line}\033[K" if terminal and step < steps else line,
            end="" if terminal and step < steps else "\n",
            file=sys.stderr,
            flush=True,
        )


def _last_step(line: str) -> float:
    """The step that a line of the log tells of; one that tells of none, or is a part, goes."""
    try:
        return float(json.loads(line).get("step", "inf"))
    except (ValueError, AttributeError, TypeError):
        return float("inf")

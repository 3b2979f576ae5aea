"""The run's log, one JSON object a line and TensorBoard's events, and the progress line."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from srcnn.images.files import write_atomically, writing
from srcnn.terminal import duration, is_shown, say, show
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
        """Print a line for the person who watches."""
        say(text, self._quiet)

    def warn(self, text: str) -> None:
        """Print a line that nobody may miss."""
        if self._first:
            say(f"warning: {text}")

    def progress(self, step: int, steps: int, seconds_left: float | None, text: str) -> None:
        """Show how far the run is: up to four times a second on a terminal, else every ten seconds."""
        left = "" if seconds_left is None else f"  {duration(seconds_left)} left"
        self._progress(f"step {step}/{steps}  {text}{left}", step == steps)

    def scoring(self, what: str, part: float, seconds_left: float | None) -> None:
        """Show how far the scoring of the finished weights is, ``part`` of 1, as often."""
        if part == 1:
            show("", self._quiet)
            return
        left = "" if seconds_left is None else f"  {duration(seconds_left)} left"
        self._progress(f"scoring {what}  {part:4.0%}{left}", False)

    def _progress(self, line: str, last: bool) -> None:
        """Show a line, unless another one was shown a moment ago; the ``last`` one stays."""
        drawn = is_shown()
        now = time.monotonic()
        if self._quiet or (now - self._shown < (0.25 if drawn else 10) and not last):
            return
        self._shown = now
        if drawn and not last:
            show(line)
        else:
            say(line)


def _last_step(line: str) -> float:
    """The step that a line of the log tells of; one that tells of none, or is a part, goes."""
    try:
        return float(json.loads(line).get("step", "inf"))
    except (ValueError, AttributeError, TypeError):
        return float("inf")

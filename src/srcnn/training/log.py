"""The log of a run: JSON lines, TensorBoard events and the progress line."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from srcnn.images.files import write_atomically, writing
from srcnn.terminal import duration, is_shown, say, show
from srcnn.training.events import Events


class RunLog:
    """Appends to ``log.jsonl`` and shows progress on stderr, in place on a terminal."""

    def __init__(self, path: Path, quiet: bool = False, first: bool = True) -> None:
        """Set up the log; `begin` opens it.

        Args:
            path: The log file.
            quiet: Whether to print only warnings.
            first: Whether this is rank 0, the only process that prints.
        """
        self._path = path
        self._quiet, self._first = quiet or not first, first
        self._shown = 0.0
        self._scored = ""
        self._events: Events | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._events is not None:
            self._events.close()

    def begin(self, step: int) -> None:
        """Open the log and remove the entries after ``step``, which will be written again."""
        if self._path.exists():
            lines = self._path.read_text(encoding="utf-8").splitlines(keepends=True)
            kept = "".join(line for line in lines if _last_step(line) <= step)
            write_atomically(self._path, kept.encode())
        self._events = Events(self._path.parent, step + 1)

    def write(self, step: int, values: Mapping[str, float | None]) -> None:
        """Write one line of the log and the same values as events; None is an unknown value."""
        self._append({"step": step, **values})
        if self._events is not None:
            known = {name: value for name, value in values.items() if value is not None}
            self._events.write(step, known)

    def end(self, **entry: object) -> None:
        """Write the last line of the log, which describes the whole run."""
        self._append(entry)

    def _append(self, entry: Mapping[str, object]) -> None:
        with writing(self._path), self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def say(self, text: str) -> None:
        """Print a line unless the run is quiet."""
        say(text, self._quiet)

    def warn(self, text: str) -> None:
        """Print a warning, even in a quiet run."""
        if self._first:
            say(f"warning: {text}")

    def progress(self, step: int, steps: int, seconds_left: float | None, text: str) -> None:
        """Show the progress of the run.

        The line is updated up to four times a second on a terminal, and every ten seconds
        elsewhere.
        """
        left = "" if seconds_left is None else f"  {duration(seconds_left)} left"
        self._progress(f"step {step}/{steps}  {text}{left}", step == steps)

    def scoring(self, what: str, part: float, seconds_left: float | None) -> None:
        """Show the progress of scoring the final weights, as a fraction of 1."""
        if part == 1:
            show("", self._quiet)
            return
        left = "" if seconds_left is None else f"  {duration(seconds_left)} left"
        if what != self._scored:  # the first line of each data set is shown at once
            self._scored, self._shown = what, -math.inf
        self._progress(f"scoring {what}  {part:4.0%}{left}", False)

    def _progress(self, line: str, last: bool) -> None:
        """Show a line unless another one was shown just before; the ``last`` line stays visible."""
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
    """Return the step of a line of the log; infinity if the line has none or is incomplete."""
    try:
        return float(json.loads(line).get("step", "inf"))
    except (ValueError, AttributeError, TypeError):
        return float("inf")

"""Estimates of the current training speed and of the time left."""

from __future__ import annotations

import time
from collections import deque

_RECENT = 50
_OUTLIERS = 25
"""One step in this many is ignored as an outlier, such as a stopped process or a machine that
slept."""
_COLD = 3
"""Number of first steps that are ignored, because they start threads and select kernels."""


class Pace:
    """Measures the time per step and per validation.

    Call `step` after each step, `validated` after each validation and `saved` after each checkpoint.
    """

    def __init__(self, steps: int, validate_every: int) -> None:
        """Start timing.

        Args:
            steps: Number of steps of the run.
            validate_every: Number of steps between two validations.
        """
        self._steps, self._validate_every = steps, validate_every
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._cold = _COLD
        self._validation = 0.0
        self._mark = self._saved = time.monotonic()

    def step(self) -> None:
        """Record the end of a step."""
        now = time.monotonic()
        if self._cold and self._recent:
            self._cold -= 1
            self._recent.clear()
        self._recent.append(now - self._mark)
        self._mark = now

    def validated(self) -> None:
        """Record the end of a validation."""
        now = time.monotonic()
        self._validation, self._mark = now - self._mark, now

    def saved(self) -> None:
        """Record that a checkpoint was saved."""
        self._mark = self._saved = time.monotonic()

    @property
    def unsaved(self) -> float:
        """Seconds since the last checkpoint."""
        return time.monotonic() - self._saved

    @property
    def seconds_per_step(self) -> float:
        """Mean time of the recent steps, without outliers."""
        usual = sorted(self._recent)[: len(self._recent) - len(self._recent) // _OUTLIERS]
        return sum(usual) / len(usual)

    def seconds_left(self, done: int) -> float | None:
        """Return the seconds left after ``done`` steps, or None before a speed is known.

        The estimate is based on the recent steps and the last validation.
        """
        if self._cold:
            return None
        validations = -(-self._steps // self._validate_every) - done // self._validate_every
        left = self._steps - done
        return left * self.seconds_per_step + (validations * self._validation if left else 0.0)

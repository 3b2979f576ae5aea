"""How fast a run is now, and so when it will end."""

from __future__ import annotations

import time
from collections import deque

_RECENT = 50
_OUTLIERS = 25
"""One step in so many may be a pause (a stopped process, a machine that slept) and does not count."""
_COLD = 3
"""The first steps wake threads and choose kernels; they say nothing of the others."""


class Pace:
    """Call `step` after every step, and `judged` and `saved` after what else took time."""

    def __init__(self, steps: int, validate_every: int) -> None:
        self._steps, self._validate_every = steps, validate_every
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._cold = _COLD
        self._validation = 0.0
        self._mark = self._saved = time.monotonic()

    def step(self) -> None:
        """A step is over."""
        now = time.monotonic()
        if self._cold and self._recent:
            self._cold -= 1
            self._recent.clear()
        self._recent.append(now - self._mark)
        self._mark = now

    def judged(self) -> None:
        """A validation is over."""
        now = time.monotonic()
        self._validation, self._mark = now - self._mark, now

    def saved(self) -> None:
        """The state is saved."""
        self._mark = self._saved = time.monotonic()

    @property
    def unsaved(self) -> float:
        """The seconds since the state was saved last."""
        return time.monotonic() - self._saved

    @property
    def seconds_per_step(self) -> float:
        """The mean of the last steps, without pauses."""
        usual = sorted(self._recent)[: len(self._recent) - len(self._recent) // _OUTLIERS]
        return sum(usual) / len(usual)

    def seconds_left(self, done: int) -> float | None:
        """At the pace of the last steps and of the last validation; None before it is known."""
        if self._cold:
            return None
        validations = -(-self._steps // self._validate_every) - done // self._validate_every
        left = self._steps - done
        return left * self.seconds_per_step + (validations * self._validation if left else 0.0)

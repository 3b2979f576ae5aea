"""A clock that moves only when a test moves it."""

from __future__ import annotations


class Clock:
    """Stands in for the module ``time`` of the module under test; ``now`` is in seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def perf_counter(self) -> float:
        return self.now

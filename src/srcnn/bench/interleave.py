"""Fair timing: everybody in turn, round after round, and the median of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Call = Callable[[], object]

_PAUSE = 0.02
"""Seconds between two turns: the threads of the one before spin for a while before they sleep."""
_TURN = 0.05
"""Seconds that a turn takes at least: a single short call would mostly measure cold caches."""


@dataclass(frozen=True)
class Timing:
    """Seconds that one call takes: of the rounds the median, and the quartiles around it."""

    median: float
    quartiles: tuple[float, float]


def interleave(
    calls: Sequence[Call], rounds: int, progress: Callable[[float], None] | None = None
) -> list[Timing]:
    """Time every call once a round, so that a slow minute of the machine is a slow minute for all.

    A first round warms up and is not counted. ``progress`` is told the part of all turns that is over.
    """
    seconds: list[list[float]] = [[] for _ in calls]
    turns = (rounds + 1) * len(calls)
    for turn in range(turns):
        time.sleep(_PAUSE)
        k = turn % len(calls)
        seconds[k].append(_seconds_of(calls[k]))
        if progress is not None:
            progress((turn + 1) / turns)
    return [_timing(several[1:]) for several in seconds]


def _seconds_of(call: Call) -> float:
    """The mean of as many calls as fill a turn."""
    start = time.perf_counter()
    count = 0
    while True:
        call()
        count += 1
        spent = time.perf_counter() - start
        if spent >= _TURN:
            return spent / count


def _timing(seconds: list[float]) -> Timing:
    low, median, high = np.percentile(seconds, (25, 50, 75))
    return Timing(float(median), (float(low), float(high)))

"""Fair timing: all calls take turns, round after round, and each gets the median of its rounds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Call = Callable[[], object]

_PAUSE = 0.02
"""Seconds between two turns. Threads of the previous call spin for a while before they sleep."""
_TURN = 0.05
"""Shortest turn, in seconds. A single short call would mostly measure cold caches."""


@dataclass(frozen=True)
class Timing:
    """Seconds per call: median and quartiles over the rounds."""

    median: float
    quartiles: tuple[float, float]


def interleave(
    calls: Sequence[Call],
    rounds: int,
    progress: Callable[[float], None] | None = None,
    patience: float = math.inf,
) -> list[Timing]:
    """Time every call once per round, so that a slow minute of the machine affects all of them.

    Args:
        calls: What to time.
        rounds: Number of rounds that count. One more round before them warms up.
        progress: Called with the completed fraction of all turns, 0 to 1.
        patience: Seconds. A call that takes longer in the first round is not repeated, and that
            turn is its result: warm-up and variation are small in comparison.

    Returns:
        The timings, in the order of ``calls``.
    """
    seconds: list[list[float]] = [[] for _ in calls]
    turns = (rounds + 1) * len(calls)
    for turn in range(turns):
        k = turn % len(calls)
        if not seconds[k] or seconds[k][0] <= patience:
            time.sleep(_PAUSE)
            seconds[k].append(_seconds_of(calls[k]))
        if progress is not None:
            progress((turn + 1) / turns)
    return [_timing(several[1:] or several) for several in seconds]


def _seconds_of(call: Call) -> float:
    """Return the mean time of as many calls as fill a turn."""
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

"""Taking turns, by a clock that only the calls move."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from srcnn.bench import interleave as module
from srcnn.bench.interleave import interleave

from ..support.clock import Clock


class Turns(Clock):
    """Notes who ran and when there was a pause."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.log.append("pause")

    def call(self, name: str, durations: Iterable[float]) -> Callable[[], None]:
        left = iter(durations)

        def run() -> None:
            self.log.append(name)
            self.now += next(left)

        return run


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Turns:
    clock = Turns()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_everybody_in_turn(clock: Turns) -> None:
    calls = [clock.call(name, [1.0] * 3) for name in "abc"]
    interleave(calls, rounds=2)
    one_round = ["pause", "a", "pause", "b", "pause", "c"]
    assert clock.log == one_round * 3, "a round to warm up, and two"


def test_median_of_the_rounds_without_the_first(clock: Turns) -> None:
    """One slow round changes nothing, and the warm-up is not in it."""
    slow = clock.call("slow", [90.0, 1.0, 5.0, 2.0, 3.0, 50.0])
    steady = clock.call("steady", [4.0] * 6)
    first, second = interleave([slow, steady], rounds=5)
    assert first.median == pytest.approx(3.0)
    assert first.quartiles == pytest.approx((2.0, 5.0))
    assert second.median == pytest.approx(4.0)
    assert second.quartiles == pytest.approx((4.0, 4.0))


def test_short_calls_fill_a_turn(clock: Turns) -> None:
    """What counts is the mean of the calls in a turn, not of the first alone."""
    durations = [1 / 64] * 4 + [3 / 64, 1 / 64]
    (timing,) = interleave([clock.call("short", durations)], rounds=1)
    assert clock.log.count("short") == 6
    assert timing.median == pytest.approx(2 / 64)


def test_progress_goes_from_a_turn_to_the_end(clock: Turns) -> None:
    told: list[float] = []
    interleave([clock.call(name, [1.0] * 2) for name in "ab"], rounds=1, progress=told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_who_takes_too_long_has_one_turn(clock: Turns) -> None:
    """Its first turn is its figure, as nobody waits for another."""
    slow = clock.call("slow", [20.0])
    quick = clock.call("quick", [9.0, 2.0, 3.0, 4.0])
    told: list[float] = []
    first, second = interleave([slow, quick], 3, told.append, patience=10)
    assert clock.log.count("slow") == 1
    assert (first.median, *first.quartiles) == pytest.approx((20.0, 20.0, 20.0))
    assert second.median == pytest.approx(3.0)
    assert told[-1] == 1.0

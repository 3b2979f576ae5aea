"""The time left: of the last steps, with the validations to come."""

from __future__ import annotations

import pytest

from srcnn.training import eta
from srcnn.training.eta import Pace

from ..support.clock import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of every `Pace`."""
    made = Clock()
    monkeypatch.setattr(eta, "time", made)
    return made


def test_time_left_is_true_from_the_first_steps_on(clock: Clock) -> None:
    """Slow first steps, then 0.1 s each, 0.3 s from step 100; a validation of 5 s every 50 steps."""
    kept = Pace(steps=200, validate_every=50)
    clock.now += 5
    kept.validated()
    begun = clock.now
    told = {}
    for done in range(1, 201):
        clock.now += 4.0 if done <= 3 else 0.1 if done <= 100 else 0.3
        kept.step()
        told[done] = kept.seconds_left(done)
        if done % 50 == 0:
            clock.now += 5
            kept.validated()
            clock.now += 1
            kept.saved()
    assert [told[done] for done in (1, 2, 3)] == [None] * 3
    assert told[10] == pytest.approx(190 * 0.1 + 4 * 5)
    assert told[100] == pytest.approx(100 * 0.1 + 2 * 5)
    assert told[180] == pytest.approx(20 * 0.3 + 1 * 5)
    assert told[200] == 0
    assert clock.now > begun
    assert kept.seconds_per_step == pytest.approx(0.3)


def test_a_validation_after_the_last_step_counts(clock: Clock) -> None:
    kept = Pace(steps=12, validate_every=5)
    clock.now += 7
    kept.validated()
    for _ in range(11):
        clock.now += 1
        kept.step()
    assert kept.seconds_left(11) == pytest.approx(1 + 7)
    clock.now += 2
    kept.saved()
    clock.now += 3
    assert kept.unsaved == pytest.approx(3)


def test_a_pause_is_not_the_pace(clock: Clock) -> None:
    """A process that was stopped for an hour continues as fast as before, and says so at once."""
    kept = Pace(steps=1000, validate_every=1000)
    for done in range(1, 101):
        clock.now += 3600.0 if done == 60 else 0.1
        kept.step()
        if done >= 60:
            assert kept.seconds_left(done) == pytest.approx(0.1 * (1000 - done))

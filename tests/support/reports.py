"""Reading evaluation reports."""

from __future__ import annotations

from collections.abc import Mapping


def numbers(scores: Mapping[str, object]) -> dict[str, float]:
    """Return the scores of a picture or a data set by metric; each has to be a finite number."""
    known = {metric: value for metric, value in scores.items() if metric != "name"}
    assert all(isinstance(value, float) for value in known.values()), known
    return {metric: value for metric, value in known.items() if isinstance(value, float)}

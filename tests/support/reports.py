"""Evaluation reports, and rows of measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def numbers(scores: Mapping[str, object]) -> dict[str, float]:
    """Return the scores of a picture or a data set by metric; each has to be a finite number."""
    known = {metric: value for metric, value in scores.items() if metric != "name"}
    assert all(isinstance(value, float) for value in known.values()), known
    return {metric: value for metric, value in known.items() if isinstance(value, float)}


def quality_row(contender: str, model: str, time: float, **other: Any) -> dict[str, Any]:
    """Return a row of ``srcnn bench --quality``, to which ``other`` adds at least ``psnr``."""
    return {
        "contender": contender,
        "model": model,
        "engine": None,
        "precision": None,
        "scale": 3,
        "parameters": None,
        "size": [720, 1281],
        "ms_per_megapixel": time,
    } | other

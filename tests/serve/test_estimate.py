"""Estimates from headers alone, against the time that the work takes."""

from __future__ import annotations

import io
import time

import pytest

from srcnn.conversion.conversion import Conversion
from srcnn.conversion.convert import convert
from srcnn.conversion.places import Source, Target
from srcnn.conversion.plan import make_plan
from srcnn.conversion.pool import UpscalerPool
from srcnn.conversion.size import TargetSize
from srcnn.engine.upscaler import load
from srcnn.images.formats import FORMATS
from srcnn.serve.estimate import estimate, seconds_per_multiplication
from srcnn.serve.limits import ServeLimits

from .soaks import photos


@pytest.fixture(scope="module")
def pace() -> float:
    return seconds_per_multiplication(1)


@pytest.mark.parametrize(
    ("model", "scale", "fmt", "tta"),
    [
        ("srcnn-955", 2, "png", False),
        ("fast", 2, "png", False),
        ("fast", 2, "png", True),
        ("best", 3, "jpeg", False),
        ("fast", 3, "webp", False),
        ("fast", 3, "avif", False),
        ("fast", 5, "png", False),
    ],
)
def test_the_estimate_is_near_the_work(
    model: str, scale: float, fmt: str, tta: bool, pace: float
) -> None:
    """In processor time, which other load does not change; a factor of three either way."""
    (picture,) = photos(1, (150, 200))
    pool = UpscalerPool(lambda at: load(model, at, threads=1, tta=tta))
    conversion = Conversion(TargetSize(scale), FORMATS[fmt])
    convert(picture, io.BytesIO(), pool, conversion)  # the first run loads libraries
    started = time.process_time()
    convert(picture, io.BytesIO(), pool, conversion)
    spent = time.process_time() - started
    plan = make_plan(Source.of(picture), Target.of(io.BytesIO()), pool, conversion)
    guess = estimate(plan, tta, pace).seconds
    assert spent / 3 < guess < spent * 3, (spent, guess)


def test_a_deadline_grows_with_the_result() -> None:
    limits = ServeLimits()
    assert (limits.deadline(0), limits.deadline(64_000_000)) == (30, 158)

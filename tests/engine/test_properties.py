"""Any picture, tile, strips and threads: the same pixels as in one piece."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from srcnn.engine.sizes import enlarged_size
from srcnn.engine.upscaler import load

from .conftest import DTYPES
from .reference import PEAK

Case = tuple[NDArray[Any], float, str, int, int, int]
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """(picture, scale, model, tile, rows of a strip, threads)."""
    dtype = draw(st.sampled_from(DTYPES))
    channels = draw(st.integers(1, 4))
    shape = (draw(st.integers(1, 40)), draw(st.integers(1, 40)), channels)
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    picture = (random.random(shape) * PEAK[dtype]).astype(dtype)
    if channels in (2, 4):
        picture[..., -1] *= random.integers(0, 2, shape[:2]).astype(dtype)  # much is hidden
    picture = picture[..., 0] if channels == 1 else picture
    scale = draw(st.one_of(st.sampled_from([2, 3, 4]), st.floats(1.01, 5)))
    model = draw(st.sampled_from(["bicubic", "network", "compact"]))
    tile, rows = draw(st.integers(3, 130)), draw(st.integers(1, 50))
    return picture, scale, model, tile, rows, draw(st.integers(1, 4))


def check(case: Case, files: dict[str, str]) -> None:
    picture, scale, model, tile, rows, threads = case
    model = files.get(model, model)
    size = enlarged_size(picture.shape[0], picture.shape[1], scale)
    whole = load(model, scale, tile=1000, threads=1).upscale(picture)
    upscaler = load(model, scale, tile=tile, threads=threads)
    strips = [picture[top : top + rows] for top in range(0, len(picture), rows)]
    made = np.concatenate(list(upscaler.strips(strips, (picture.shape[0], picture.shape[1]), size)))
    assert made.shape == whole.shape == (*size, *picture.shape[2:])
    assert made.dtype == whole.dtype == picture.dtype
    # The same sums in another order: a level apart where one lies at a half.
    allowed = {"uint8": 1.0, "uint16": 1.0}.get(str(picture.dtype), 4e-6)
    np.testing.assert_allclose(made * 1.0, whole * 1.0, rtol=0, atol=allowed)
    if allowed == 1.0:
        assert np.mean(made != whole) < (0.1 if made.dtype == np.uint16 else 0.01) + 2 / made.size
    alone = load(model, scale, tile=tile, threads=1).upscale(picture)
    np.testing.assert_array_equal(made, alone)  # however many threads and strips


@settings(deadline=None, derandomize=True, max_examples=40, suppress_health_check=QUIET)
@given(case=cases())
def test_tiles_strips_and_threads(case: Case, weights: str, compact: str) -> None:
    check(case, {"network": weights, "compact": compact})


@pytest.mark.slow
@settings(deadline=None, max_examples=500, suppress_health_check=QUIET)
@given(case=cases())
def test_many_tiles_strips_and_threads(case: Case, weights: str, compact: str) -> None:
    check(case, {"network": weights, "compact": compact})

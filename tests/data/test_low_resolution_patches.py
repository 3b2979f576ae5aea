"""Patches on the low-resolution grid: aligned with the truth, and weighed by bicubic's error."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.data.patches import Choice, Pair, PatchSampler, make_pair
from srcnn.data.stream import STEPS, Cutter
from srcnn.images.color import Color
from srcnn.images.degrade import Degradation, Degraded
from srcnn.images.grid import Grid
from srcnn.runs.pictures import Versions

from ..conftest import EXAMPLE
from ..engine.reference import bicubic

RADIUS = 2
SCALES = [2, 3, 4]


def nearest(low: NDArray[np.uint8], scale: int) -> Pair:
    """Return a pair whose truth is the nearest enlargement of its input, so that a shift would show."""
    truth = low.repeat(scale, 0).repeat(scale, 1)
    return make_pair(truth, Degraded(low / 255, scale), Grid(scale, RADIUS), Path())


@pytest.mark.parametrize("shape", [(17, 11), (17, 11, 3)])
@pytest.mark.parametrize("scale", SCALES)
def test_input_lies_under_the_truth(
    scale: int, shape: tuple[int, ...], random: np.random.Generator
) -> None:
    """However both are flipped and turned."""
    pairs = [nearest(random.integers(0, 256, shape, np.uint8), scale) for _ in range(2)]
    patch = 5 * scale
    x, y, weights = PatchSampler(pairs, patch, 64, seed=3).batch(0)
    channels = 1 if len(shape) == 2 else 3
    assert x.shape == (64, channels, 5 + 2 * RADIUS, 5 + 2 * RADIUS)
    assert y.shape == (64, channels, patch, patch)
    assert x.dtype == y.dtype == weights.dtype == np.float32
    inner = x[..., RADIUS:-RADIUS, RADIUS:-RADIUS]
    np.testing.assert_allclose(inner.repeat(scale, 2).repeat(scale, 3), y, rtol=0, atol=1e-7)


@pytest.mark.parametrize("scale", SCALES)
def test_a_patch_is_a_window_of_the_low_resolution_image(
    scale: int, random: np.random.Generator
) -> None:
    """With its halo, for which the edge is repeated."""
    low = random.integers(0, 256, (9, 7), np.uint8)
    pair = nearest(low, scale)
    assert pair.size == (9 * scale, 7 * scale)
    for top, left in ((0, 0), (3, 1), (5, 3)):
        rows = np.clip(np.arange(top - RADIUS, top + 4 + RADIUS), 0, 8)
        columns = np.clip(np.arange(left - RADIUS, left + 4 + RADIUS), 0, 6)
        given = pair.given(top * scale, left * scale, 4 * scale)
        np.testing.assert_allclose(given, low[np.ix_(rows, columns)] / 255, rtol=0, atol=1e-7)


@pytest.mark.parametrize("scale", SCALES)
def test_patches_begin_at_each_low_resolution_pixel(scale: int) -> None:
    """Numbers that rise to the right and downward tell the first pixel of a patch, however it is turned."""
    low = np.arange(8 * 6, dtype=np.uint8).reshape(8, 6)
    _, y, _ = PatchSampler([nearest(low, scale)], 4 * scale, 600, seed=1).batch(0)
    first = np.round(y.min(axis=(1, 2, 3)) * 255).astype(int)
    assert set(first) == {6 * top + left for top in range(5) for left in range(3)}


def photo_pairs(file: Path, scale: int, color: Color) -> tuple[Degraded, list[Pair]]:
    """Return a photograph's low-resolution image, and its pairs on both grids."""
    versions = Versions(scale, (), Degradation(), 20, color=color)
    ((truth, made),) = versions.all(file)
    grids = (Grid(1, 6), Grid(scale, RADIUS))
    return made, [make_pair(truth, made, grid, file) for grid in grids]


@pytest.mark.parametrize("color", ["Y", "YCbCr"])
@pytest.mark.parametrize("scale", SCALES)
def test_the_error_is_that_of_bicubic(scale: int, color: Color) -> None:
    """Bicubic by dense matrices; so is the error of the pair on the enlarged image."""
    made, pairs = photo_pairs(EXAMPLE, scale, color)
    height, width = pairs[0].size
    low = made.low.reshape(*made.low.shape[:2], -1)
    truth = pairs[0].truth.reshape(height, width, -1) / 255
    squares = np.square(bicubic(low, (height, width)) - truth)
    for top, left, rows, columns in ((0, 0, 24, 36), (60, 120, 12, 12), (0, 0, height, width)):
        errors = squares[top : top + rows, left : left + columns].mean(axis=(0, 1))
        for pair in pairs:
            found = pair.error(top, left, rows, columns)
            assert found == pytest.approx(errors.mean(), rel=1e-4)
            if color != "Y":
                weighted = pair.error(top, left, rows, columns, (1, 0, 3))
                assert weighted == pytest.approx((errors[0] + 3 * errors[2]) / 4, rel=1e-4)


def test_balanced_weights_are_those_of_the_enlarged_image(random: np.random.Generator) -> None:
    """Between two images on either grid, by what bicubic lacks."""
    noisy = random.integers(0, 256, (60, 60), np.uint8)
    calm = noisy // 8 + 100
    found = []
    for grid in (Grid(1, 6), Grid(3, RADIUS)):
        pairs = [
            make_pair(truth, Degraded(truth[1::3, 1::3] / 255, 3), grid, Path())
            for truth in (noisy, calm)
        ]
        found.append(
            np.unique(PatchSampler(pairs, 12, 64, seed=1, choice=Choice(balanced=True)).batch(0)[2])
        )
    assert len(found[0]) == 2
    np.testing.assert_allclose(found[0], found[1], rtol=1e-4)


def test_of_several_candidates_the_hardest_is_taken() -> None:
    """Bicubic errs in a quarter of the image alone."""
    truth = np.full((192, 192), 100, np.uint8)
    truth[:96:2, :96] = 140
    pair = make_pair(truth, Degraded(np.full((64, 64), 100 / 255), 3), Grid(3, RADIUS), Path())
    shares = {}
    for candidates in (1, 8):
        _, y, _ = PatchSampler([pair], 6, 400, 1, choice=Choice(candidates=candidates)).batch(0)
        shares[candidates] = float((np.ptp(y, axis=(1, 2, 3)) > 0).mean())
    assert shares[1] == pytest.approx(0.26, abs=0.06)
    assert shares[8] == pytest.approx(1 - 0.74**8, abs=0.04)


def test_streamed_batches_have_the_same_grid() -> None:
    grid = Grid(3, RADIUS)
    versions = Versions(3, (0.7,), Degradation(noise=(1, 5)), 21, window=60)
    cutter = Cutter(versions.one, grid, partial(PatchSampler, patch=21, batch=4, seed=5))
    batches, warnings = cutter([EXAMPLE], (1, 2, 3), 0)
    assert warnings == []
    assert isinstance(batches, list)
    assert len(batches) == STEPS
    for x, y, _ in batches:
        assert (x.shape, y.shape) == ((4, 1, 7 + 2 * RADIUS, 7 + 2 * RADIUS), (4, 1, 21, 21))
        inner = x[..., RADIUS:-RADIUS, RADIUS:-RADIUS]
        means = y.reshape(4, 1, 7, 3, 7, 3).mean(axis=(3, 5))
        assert np.abs(inner - means).mean() < 0.05

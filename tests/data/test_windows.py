"""A degraded patch is what a degraded whole image has there."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.data.patches import Choice, Pair, PatchSampler, make_pair
from srcnn.data.windows import WindowDegradation
from srcnn.images.color import Color, convert
from srcnn.images.degradations.pipeline import Pipeline
from srcnn.images.degrade import Degraded, low_resolution
from srcnn.images.grid import Grid
from srcnn.images.quantize import to_uint8

from ..conftest import EXAMPLE

SCALES = [2, 3, 4]
SMOOTH = Pipeline(clean=0, blur=1, sigma=(0.6, 1.5), noise=0, twice=0, jpeg=0, webp=0)
"""Nothing by chance but the parameters, and nothing that counts from the first pixel on. Without a blur
the mean of four pixels would often lie in the middle of two levels, where rounding is a matter of luck."""
BLOCKS = Pipeline(clean=0, blur=0, noise=0, twice=0, jpeg=1, webp=0, quality=(30, 30))


def pair_of(photo: NDArray[np.uint8], scale: int, factor: int, radius: int = 5) -> Pair:
    """A photograph of 288 x 240 with its bicubic input."""
    truth = photo[:, :240]
    low = low_resolution(truth / 255, scale)
    return make_pair(truth, Degraded(low, scale), Grid(factor, radius), EXAMPLE)


def whole(
    pair: Pair, pipeline: Pipeline, scale: int, random: np.random.Generator, color: Color = "RGB"
) -> Pair:
    """The pair with its whole image degraded."""
    random.random()  # the chance of a clean patch
    low = pipeline.low_resolution(pair.truth / 255, scale, random, color)
    return make_pair(pair.truth, Degraded(low, scale), pair.grid, EXAMPLE)


def corners(pair: Pair, side: int) -> list[tuple[int, int]]:
    """Patches at the corners, one pixel of the grid from them, and inside."""
    f = pair.grid.factor
    lasts = [(n - side) // f * f for n in pair.size]
    return [(0, 0), (lasts[0], lasts[1]), (f, lasts[1] - f), (84, 0), (132, 96), (60, 120)]


@pytest.mark.parametrize("of_low", [True, False], ids=["low-resolution", "enlarged"])
@pytest.mark.parametrize("scale", SCALES)
def test_a_window_is_a_part_of_the_whole(
    photo: NDArray[np.uint8], scale: int, of_low: bool
) -> None:
    """With every kernel, at the borders too: the edge that is repeated is the degraded image's."""
    pair = pair_of(photo, scale, scale if of_low else 1)
    degrade = WindowDegradation(SMOOTH, scale, "RGB")
    for seed, (top, left) in enumerate(corners(pair, 48)):
        made = degrade(pair, top, left, 48, np.random.default_rng(seed))
        other = whole(pair, SMOOTH, scale, np.random.default_rng(seed))
        wanted = other.given(top, left, 48)
        assert made.shape == wanted.shape
        # Both are rounded to 8 bits, and a value in the middle of two may fall to either side.
        assert np.abs(made - wanted).max() < 1.2 / 255
        assert (np.abs(made - wanted) > 0.1 / 255).mean() < 0.01
        assert np.abs(made - pair.given(top, left, 48)).mean() > 0.1 / 255


def test_a_patch_has_the_blocks_of_a_file(photo: NDArray[np.uint8]) -> None:
    """Its window begins where a block of the whole image's file does only by chance."""
    pair = pair_of(photo, 3, 3)
    degrade = WindowDegradation(BLOCKS, 3, "RGB")
    in_windows, in_wholes = [], []
    for seed in range(12):
        places = np.random.default_rng(seed)
        place = (3 * int(places.integers(64)), 3 * int(places.integers(48)), 96)
        clean = pair.given(*place)
        degraded = whole(pair, BLOCKS, 3, np.random.default_rng(seed))
        in_wholes.append(float(np.abs(degraded.given(*place) - clean).mean()))
        given = degrade(pair, *place, np.random.default_rng(seed))
        in_windows.append(float(np.abs(given - clean).mean()))
    assert np.mean(in_windows) == pytest.approx(np.mean(in_wholes), rel=0.05)


def test_the_asked_part_is_clean(photo: NDArray[np.uint8]) -> None:
    pair = pair_of(photo, 3, 3)
    degrade = WindowDegradation(Pipeline(clean=0.3), 3, "RGB")
    random = np.random.default_rng(1)
    clean = pair.given(60, 60, 24)
    found = [np.array_equal(degrade(pair, 60, 60, 24, random), clean) for _ in range(300)]
    assert np.mean(found) == pytest.approx(0.3, abs=0.08)


@pytest.mark.parametrize("color", ["Y", "RGB", "YCbCr"])
def test_small_images_and_every_color(photo: NDArray[np.uint8], color: Color) -> None:
    """An image that is smaller than a window is degraded whole."""
    truth = photo[:36, :30]
    if color == "YCbCr":
        truth = to_uint8(convert(truth / 255, "RGB", color))
    truth = truth[..., 1] if color == "Y" else truth
    low = low_resolution(truth / 255, 3)
    pair = make_pair(np.ascontiguousarray(truth), Degraded(low, 3), Grid(3, 7), EXAMPLE)
    degrade = WindowDegradation(Pipeline(clean=0), 3, color)
    made = degrade(pair, 12, 6, 24, np.random.default_rng(1))
    assert made.shape == pair.given(12, 6, 24).shape
    assert made.dtype == np.float32
    assert np.abs(made - pair.given(12, 6, 24)).mean() < 0.05


def test_a_batch_is_a_function_of_seed_and_step(photo: NDArray[np.uint8]) -> None:
    """Every patch has its own degradation, and the truths are those of a run without."""
    pairs = [pair_of(photo, 3, 3)]
    choice = Choice(given=WindowDegradation(Pipeline(clean=0), 3, "RGB"))
    one, two = (PatchSampler(pairs, 24, 6, seed=7, choice=choice) for _ in range(2))
    two.batch(0)
    for first, second in zip(one.batch(5), two.batch(5), strict=True):
        np.testing.assert_array_equal(first, second)
    assert (one.batch(5)[0] != one.batch(6)[0]).any()
    x, y, _ = one.batch(5)
    middle = x[..., 5:-5, 5:-5]
    means = y.reshape(6, 3, 8, 3, 8, 3).mean(axis=(3, 5))
    assert np.abs(middle - means).mean() < 0.06

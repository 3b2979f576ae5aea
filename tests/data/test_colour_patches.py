"""Patches of three channels: aligned, every channel its own, errors weighted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.data.patches import Choice, Pair, PatchSampler
from srcnn.data.subimages import SubImageSampler
from srcnn.images.grid import Grid
from srcnn.images.quantize import to_float

RADIUS = 3
GRID = Grid(1, RADIUS)
BORDERS = [(RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0)]


def pair(height: int, width: int) -> Pair:
    """A pair whose two pictures are the same; no two channels of a place are."""
    truth = np.arange(height * width * 3, dtype=np.uint32).reshape(height, width, 3) % 251
    picture = truth.astype(np.uint8)
    return Pair(picture, np.pad(to_float(picture), BORDERS, mode="edge"), GRID)


@pytest.mark.parametrize(
    "sampler",
    [
        PatchSampler([pair(40, 31), pair(25, 60)], patch=12, batch=16, seed=3),
        SubImageSampler([pair(40, 31)], patch=12, batch=4, seed=3, stride=9),
    ],
)
def test_input_and_truth_lie_on_each_other(sampler: PatchSampler | SubImageSampler) -> None:
    x, y, weights = sampler.batch(0)
    assert x.shape[1:] == (3, 18, 18)
    assert y.shape[1:] == (3, 12, 12)
    assert weights.shape == (len(x),)
    np.testing.assert_allclose(x[..., RADIUS:-RADIUS, RADIUS:-RADIUS], y, rtol=0, atol=1e-7)
    levels = np.round(y * 255).astype(int)
    np.testing.assert_array_equal((levels[:, 1:] - levels[:, :-1]) % 251, 1)


def one_wrong_channel(shape: tuple[int, int], channel: int, by: float) -> Pair:
    truth = np.full((*shape, 3), 100, np.uint8)
    wrong = to_float(truth)
    wrong[..., channel] += by
    return Pair(truth, np.pad(wrong, BORDERS, mode="edge"), GRID)


def test_only_weighted_channels_have_errors() -> None:
    """Two pictures are wrong in different channels: one is hard and the other perfect."""
    pairs = [one_wrong_channel((40, 40), channel, 0.1) for channel in (0, 2)]
    assert pairs[0].error(0, 0, 40, 40) == pytest.approx(0.01 / 3, rel=1e-4)
    assert pairs[0].error(0, 0, 40, 40, (1, 1, 0)) == pytest.approx(0.005, rel=1e-4)
    assert pairs[0].error(0, 0, 40, 40, (0, 1, 1)) == 0
    options = {"balanced": True, "channel_weights": (0, 1, 1)}
    x, y, weights = PatchSampler(pairs, 12, 200, seed=1, choice=Choice(**options)).batch(0)  # type: ignore[arg-type]
    wrong = hard(x, y)
    # 40 dB, as no error is, for the one; 20 dB for the other.
    assert float(weights[~wrong][0] / weights[wrong][0]) == pytest.approx(50, rel=1e-3)
    chosen = PatchSampler(
        pairs, 12, 200, seed=1, choice=Choice(candidates=8, channel_weights=(0, 1, 1))
    ).batch(0)
    assert hard(*chosen[:2]).mean() > 0.95


def hard(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which patches are wrong in the last channel."""
    return np.asarray(np.abs(x[:, 2, 5, 5] - y[:, 2, 0, 0]) > 0.05)

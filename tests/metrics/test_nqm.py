"""NQM of gratings, worked out by hand, and what holds of any picture; the published rows are in evaluation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from srcnn.metrics import METRICS, nqm


def grating(cycles: int, contrast: float, mean: float = 0.5) -> NDArray[np.float64]:
    """128 x 128, with ``cycles`` cycles from left to right."""
    row = mean * (1 + contrast * np.cos(2 * math.pi * cycles * np.arange(128) / 128))
    return np.tile(row, (128, 1))


@pytest.mark.parametrize("cycles", [2, 4, 8, 16, 32])
def test_a_grating_in_the_middle_of_an_octave(cycles: int) -> None:
    """It is whole in its own band, and in no other.

    Lost altogether, the noise is the signal. Lost by a tenth, it is masked where the truth is over its mean,
    and not where it is under it: a hundredth of the energy, halved.
    """
    truth = grating(cycles, 1)
    assert nqm(grating(cycles, 0), truth) == pytest.approx(0, abs=1e-9)
    assert nqm(grating(cycles, 0.9), truth) == pytest.approx(20 + 10 * math.log10(2), abs=0.05)


def test_what_is_below_the_threshold_is_not_there() -> None:
    """At 2 cycles in 16.4 degrees the eye needs a contrast of 6 %."""
    flat = grating(2, 0)
    assert nqm(flat, grating(2, 0.05)) == math.inf
    assert nqm(flat, grating(2, 0.07)) == pytest.approx(0, abs=1e-9)


def test_the_mean_is_not_judged(photo: NDArray[np.uint8]) -> None:
    """Five bands of contrast: a picture of twice the light has twice the signal, not another picture."""
    truth = photo[..., 1] / 510
    a = nqm(gaussian_filter(truth, 2), truth)
    assert nqm(2 * gaussian_filter(truth, 2), 2 * truth) == pytest.approx(a, abs=1e-9)


def test_beyond_the_bands_nothing_is_seen() -> None:
    """64 cycles are an octave over the last band's middle, where its gain is 0."""
    truth = grating(8, 0.5)
    assert nqm(truth + grating(64, 0.5) - 0.5, truth) > 200


@pytest.mark.parametrize("shape", [(288, 288), (287, 240), (101, 160)])
def test_more_blur_and_more_noise_are_worse(
    photo: NDArray[np.uint8], random: np.random.Generator, shape: tuple[int, int]
) -> None:
    truth = photo[: shape[0], : shape[1], 1] / 255
    blurred = [nqm(gaussian_filter(truth, sigma), truth) for sigma in (1, 2, 4)]
    assert blurred == sorted(blurred, reverse=True)
    noise = random.normal(0, 1, truth.shape)
    noisy = [nqm(truth + noise * sigma, truth) for sigma in (0.02, 0.05, 0.12)]
    assert noisy == sorted(noisy, reverse=True)


def test_equal_pictures_give_infinity(photo: NDArray[np.uint8]) -> None:
    assert nqm(photo[..., 0], photo[..., 0].copy()) == math.inf


def test_a_black_truth_shows_nothing(photo: NDArray[np.uint8]) -> None:
    assert nqm(photo[..., 0], np.zeros_like(photo[..., 0])) == -math.inf


def test_metrics_go_by_their_names() -> None:
    assert METRICS["nqm"].measure is nqm

"""WPSNR where it can be worked out by hand, and against scipy; the published rows are in evaluation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import convolve2d

from srcnn.metrics import METRICS, psnr, wpsnr


def sensitivity(u: float, v: float) -> float:
    """The sensitivity of the eye at (u, v) cycles per degree, written out as in the paper of the scale (PQS)."""
    w = 2 * math.pi * math.hypot(u, v) / 60
    at = math.exp(8 * (w - 2 * math.pi * 11.13 / 60))
    oblique = (1 + at * math.cos(2 * math.atan2(v, u)) ** 4) / (1 + at)
    return (1.5 * math.exp(-(2**2) * w**2 / 2) - math.exp(-2 * 2**2 * w**2 / 2)) * oblique


def taps() -> NDArray[np.float64]:
    """41 x 41: the cosine sum over all whole frequencies."""
    at = range(-20, 21)
    spectrum = np.array([[sensitivity(u, v) for u in at] for v in at])
    waves = np.exp(2j * math.pi * np.outer(at, at) / 41)
    filtered: NDArray[np.float64] = (waves @ spectrum @ waves).real / 41**2
    return filtered


@pytest.mark.parametrize("shape", [(100, 90), (75, 120), (30, 50)])
def test_noise_equals_scipy_s_convolution(
    photo: NDArray[np.uint8], random: np.random.Generator, shape: tuple[int, int]
) -> None:
    """Beyond the border nothing is wrong; a picture may be smaller than the filter."""
    truth = photo[: shape[0], : shape[1], 1]
    picture = np.clip(truth + random.normal(0, 9, shape), 0, 255).astype(np.uint8)
    error = (picture.astype(np.float64) - truth) / 255
    seen = convolve2d(error, taps(), mode="same")
    assert wpsnr(picture, truth) == pytest.approx(-10 * math.log10(np.mean(seen**2)), abs=1e-9)


@pytest.mark.parametrize(("u", "v"), [(0, 0), (1, 0), (0, 4), (3, 2), (5, 5)])
def test_a_wave_is_weighted_by_the_sensitivity(u: int, v: int) -> None:
    """u and v cycles in 41 pixels, which are one degree: far from the border its amplitude alone changes."""
    rows, columns = np.mgrid[:1230, :1230]
    wave = 0.25 * np.cos(2 * math.pi * (u * columns + v * rows) / 41)
    seen = sensitivity(u, v) * math.sqrt(np.mean(wave**2))
    truth = np.full(wave.shape, 0.5)
    # A thirtieth of the picture is border.
    assert wpsnr(truth + wave, truth) == pytest.approx(-20 * math.log10(seen), abs=0.2)


def test_fine_noise_is_seen_less_than_coarse(
    photo: NDArray[np.uint8], random: np.random.Generator
) -> None:
    noise = random.normal(0, 9, photo.shape[:2])
    box = np.ones((5, 5)) / 25
    coarse = convolve2d(noise, box, mode="same")
    coarse *= noise.std() / coarse.std()
    truth = photo[..., 1] / 255
    fine, blurred = truth + noise / 255, truth + coarse / 255
    assert psnr(fine, truth) == pytest.approx(psnr(blurred, truth), abs=0.1)
    assert wpsnr(fine, truth) > wpsnr(blurred, truth) + 3


def test_half_the_error_is_six_decibels(
    photo: NDArray[np.uint8], random: np.random.Generator
) -> None:
    truth = photo[..., 0] / 255
    noise = random.normal(0, 0.05, truth.shape)
    gain = wpsnr(truth + noise / 2, truth) - wpsnr(truth + noise, truth)
    assert gain == pytest.approx(20 * math.log10(2), abs=1e-9)


def test_equal_pictures_give_infinity(photo: NDArray[np.uint8]) -> None:
    assert wpsnr(photo[..., 0], photo[..., 0].copy()) == math.inf


def test_metrics_go_by_their_names() -> None:
    assert METRICS["wpsnr"].measure is wpsnr


def test_a_difference_too_small_for_a_square() -> None:
    """Its mean square is 0 in floating point."""
    truth = np.full((40, 40), 0.5)
    assert wpsnr(truth * 1e-170, np.zeros_like(truth)) == np.inf

"""PSNR in closed form and against scikit-image; no cap, no epsilon."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio

from srcnn.errors import UsageError
from srcnn.metrics import METRICS, psnr


@pytest.mark.parametrize("difference", [1, 2, 16, 255])
def test_a_constant_difference(difference: int) -> None:
    """20 log10(255 / d); 0 against 255 is 0 dB, so uint8 does not wrap around."""
    black = np.zeros((9, 7), np.uint8)
    wanted = 20 * math.log10(255 / difference)
    assert psnr(black, black + np.uint8(difference)) == pytest.approx(wanted, abs=1e-12)
    assert psnr(black + np.uint8(difference), black) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize(
    ("dtype", "difference", "peak"), [(np.uint16, 100, 65535), (np.float64, 0.25, 1)]
)
def test_the_peak_is_the_dtype_s(dtype: Any, difference: float, peak: float) -> None:
    a = np.zeros((4, 4, 3), dtype)
    wanted = 20 * math.log10(peak / difference)
    assert psnr(a, (a + difference).astype(dtype)) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize(("dtype", "peak"), [(np.uint8, 255), (np.uint16, 65535), (np.float64, 1)])
def test_a_noisy_photograph_equals_scikit_image(
    photo: NDArray[np.uint8], random: np.random.Generator, dtype: Any, peak: int
) -> None:
    noisy = np.clip(photo + random.normal(0, 9, photo.shape), 0, 255)
    a, b = ((picture / 255 * peak).astype(dtype) for picture in (noisy, photo))
    wanted = peak_signal_noise_ratio(b, a, data_range=peak)  # type: ignore[no-untyped-call]
    assert psnr(a, b) == pytest.approx(wanted, abs=1e-9)


def test_colour_is_the_joint_error_of_all_samples() -> None:
    """One wrong channel of three: the mean is over samples, not the mean of three PSNRs."""
    truth = np.zeros((5, 5, 3), np.uint8)
    picture = truth.copy()
    picture[..., 2] = 30
    assert psnr(picture, truth) == pytest.approx(10 * math.log10(255**2 / 300), abs=1e-12)


def test_weights_are_of_the_channels_errors() -> None:
    """Errors of 1, 2 and 30 levels; a channel that counts 0 might as well be missing."""
    truth = np.zeros((5, 4, 3), np.uint8)
    picture = truth + np.array([1, 2, 30], np.uint8)
    mse = (3 * 1 + 1 * 4) / 4
    assert psnr(picture, truth, (3, 1, 0)) == pytest.approx(10 * math.log10(255**2 / mse))
    assert psnr(picture, truth, (0, 2, 0)) == psnr(picture[..., 1], truth[..., 1])
    assert psnr(picture, truth, (1, 1, 1)) == pytest.approx(psnr(picture, truth), abs=1e-12)


def test_equal_pictures_give_infinity(photo: NDArray[np.uint8]) -> None:
    assert psnr(photo, photo.copy()) == math.inf


def test_no_epsilon_caps_it() -> None:
    """One pixel of a million off by one level: 10 log10(255^2 * 10^6) is 108 dB, well over 80."""
    truth = np.full((1000, 1000), 128, np.uint8)
    picture = truth.copy()
    picture[321, 123] += 1
    assert psnr(picture, truth) == pytest.approx(10 * math.log10(255**2 * 1e6), abs=1e-9)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.zeros((4, 4), np.uint8), np.zeros((4, 5), np.uint8)),
        (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 1), np.uint8)),
        (np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.float64)),
        (np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint16)),
        (np.zeros((0, 4), np.uint8), np.zeros((0, 4), np.uint8)),
    ],
    ids=["width", "dimensions", "float", "depth", "empty"],
)
def test_pictures_that_cannot_be_compared(a: NDArray[Any], b: NDArray[Any]) -> None:
    with pytest.raises(UsageError, match="images differ"):
        psnr(a, b)


def test_metrics_go_by_their_names() -> None:
    assert METRICS["psnr"].measure is psnr

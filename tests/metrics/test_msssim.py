"""MS-SSIM in closed form, and by its steps in scipy; the published rows are in evaluation."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import convolve1d, gaussian_filter

from srcnn.errors import UsageError
from srcnn.metrics import METRICS, msssim

# The 9/7 wavelets' analysis low-pass, as the literature prints it (sum 1).
NINE = [0.026748757411, -0.016864118443, -0.078223266529, 0.266864118443, 0.602949018236]
NINE += NINE[3::-1]


def by_scipy(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """The definition, scale by scale, in levels of 0 to 255."""
    c1, c2 = 2.55**2, 7.65**2
    value = 1.0
    for weight in (0.0448, 0.2856, 0.3001, 0.2363, 0.1333):

        def mean(z: NDArray[np.float64]) -> NDArray[np.float64]:
            smoothed: NDArray[np.float64] = gaussian_filter(z, 1.5, radius=5)[5:-5, 5:-5]
            return smoothed

        mx, my = mean(x), mean(y)
        sx, sy = (np.sqrt(np.maximum(mean(z * z) - mean(z) ** 2, 0)) for z in (x, y))
        sxy = mean(x * y) - mx * my
        contrast = np.mean((2 * sx * sy + c2) / (sx**2 + sy**2 + c2))
        structure = np.mean((sxy + c2 / 2) / (sx * sy + c2 / 2))
        luminance = np.mean((2 * mx * my + c1) / (mx**2 + my**2 + c1))
        value *= float(contrast * structure) ** weight
        for axis in (0, 1):
            x, y = (convolve1d(z, NINE, axis=axis, mode="reflect") for z in (x, y))
        x, y = x[::2, ::2], y[::2, ::2]
    return float(value * luminance**0.1333)


@pytest.mark.parametrize("sigma", [0.6, 1.5, 4.0])
@pytest.mark.parametrize("shape", [(288, 288), (161, 200), (255, 162)])
def test_a_blurred_photograph_equals_scipy_s_steps(
    photo: NDArray[np.uint8], shape: tuple[int, int], sigma: float
) -> None:
    truth = photo[: shape[0], : shape[1], 1]
    picture = gaussian_filter(truth, sigma)
    wanted = by_scipy(picture.astype(np.float64), truth.astype(np.float64))
    assert msssim(picture, truth) == pytest.approx(wanted, abs=1e-8)
    assert 0 < wanted < 1


@pytest.mark.parametrize(("a", "b"), [(0, 255), (100, 120), (255, 1)])
def test_two_flat_pictures(a: int, b: int) -> None:
    """Only the luminance of the last scale is left, with that scale's weight."""
    c1 = 2.55**2
    flat = [np.full((176, 180), level, np.uint8) for level in (a, b)]
    wanted = ((2 * a * b + c1) / (a**2 + b**2 + c1)) ** 0.1333
    assert msssim(*flat) == pytest.approx(wanted, abs=1e-6)


def test_the_peak_is_the_dtype_s(photo: NDArray[np.uint8]) -> None:
    truth = photo[..., 1]
    picture = gaussian_filter(truth, 2)
    wanted = msssim(picture, truth)
    for dtype, unit in ((np.uint16, 257), (np.float64, 1 / 255)):
        pair = [(image.astype(np.float64) * unit).astype(dtype) for image in (picture, truth)]
        assert msssim(*pair) == pytest.approx(wanted, abs=1e-9)


def test_more_noise_is_less_alike(photo: NDArray[np.uint8], random: np.random.Generator) -> None:
    truth = photo[..., 1] / 255
    noise = random.normal(0, 1, truth.shape)
    values = [msssim(truth + noise * sigma, truth) for sigma in (0, 0.02, 0.05, 0.12)]
    assert values[0] == pytest.approx(1, abs=1e-9)
    assert values == sorted(values, reverse=True)


def test_a_negative_is_nothing_alike(photo: NDArray[np.uint8]) -> None:
    """Its structure is opposite at every scale: a mean below 0 has no root, and counts as 0."""
    assert msssim(255 - photo[..., 1], photo[..., 1]) == 0


@pytest.mark.parametrize("shape", [(160, 300), (300, 160)])
def test_too_small_for_the_fifth_scale(shape: tuple[int, int]) -> None:
    picture = np.zeros(shape, np.uint8)
    with pytest.raises(UsageError, match="at least 161 pixels"):
        msssim(picture, picture)


def test_metrics_go_by_their_names() -> None:
    assert METRICS["msssim"].measure is msssim

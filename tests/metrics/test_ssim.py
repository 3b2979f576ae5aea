"""SSIM in closed form and against scikit-image with Wang's parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from skimage.metrics import structural_similarity

from srcnn.errors import UsageError
from srcnn.metrics import METRICS, ssim


def by_scikit_image(a: NDArray[Any], b: NDArray[Any], peak: float) -> float:
    value: float = structural_similarity(  # type: ignore[no-untyped-call]
        a,
        b,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=peak,
        channel_axis=2 if a.ndim == 3 else None,
    )
    return value


@pytest.mark.parametrize("sigma", [0.4, 1.0, 3.0])
@pytest.mark.parametrize("cut", [np.s_[:, :, 1], np.s_[:150, :200, :], np.s_[:11, :11, 0]])
def test_a_blurred_photograph_equals_scikit_image(
    photo: NDArray[np.uint8], cut: Any, sigma: float
) -> None:
    """Gray, in colour (the mean over channels), and the smallest picture there can be."""
    blurred = gaussian_filter(photo, (sigma, sigma, 0))
    value = ssim(blurred[cut], photo[cut])
    assert value == pytest.approx(by_scikit_image(photo[cut], blurred[cut], 255), abs=1e-6)
    assert 0 < value < 1


@pytest.mark.parametrize(("dtype", "peak"), [(np.uint16, 65535), (np.float64, 1)])
def test_the_peak_is_the_dtype_s(photo: NDArray[np.uint8], dtype: Any, peak: float) -> None:
    blurred = gaussian_filter(photo, (2, 2, 0))
    a, b = ((picture[..., 0] / 255 * peak).astype(dtype) for picture in (photo, blurred))
    assert ssim(a, b) == pytest.approx(by_scikit_image(a, b, peak), abs=1e-6)


def test_equal_pictures_give_one(photo: NDArray[np.uint8]) -> None:
    assert ssim(photo, photo.copy()) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("a", "b"), [(0, 255), (100, 120), (255, 1)])
def test_two_flat_pictures(a: int, b: int) -> None:
    """Without variance only the luminance term is left: (2ab + C1) / (a^2 + b^2 + C1)."""
    c1 = (0.01 * 255) ** 2
    flat = [np.full((16, 20), level, np.uint8) for level in (a, b)]
    assert ssim(*flat) == pytest.approx((2 * a * b + c1) / (a**2 + b**2 + c1), abs=1e-9)


def test_a_negative_is_unlike(photo: NDArray[np.uint8]) -> None:
    gray = photo[..., 1]
    assert ssim(255 - gray, gray) < 0


@pytest.mark.parametrize(
    "shape", [(10, 40), (40, 10), (10, 10, 3), (400,), (1, 40, 40, 3)], ids=lambda shape: f"{shape}"
)
def test_too_small_for_the_window(shape: tuple[int, ...]) -> None:
    picture = np.zeros(shape, np.uint8)
    with pytest.raises(UsageError, match="at least 11 pixels"):
        ssim(picture, picture)


@pytest.mark.parametrize(
    ("shape", "dtype"), [((20, 21), np.uint8), ((20, 20, 3), np.uint8), ((20, 20), np.float64)]
)
def test_pictures_that_cannot_be_compared(shape: tuple[int, ...], dtype: Any) -> None:
    with pytest.raises(UsageError, match="images differ"):
        ssim(np.zeros((20, 20), np.uint8), np.zeros(shape, dtype))


def test_metrics_go_by_their_names() -> None:
    assert METRICS["ssim"].measure is ssim

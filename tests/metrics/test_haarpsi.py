"""HaarPSI against values of another implementation, and by its definition."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from srcnn.errors import UsageError
from srcnn.metrics import METRICS, haarpsi

BY_PIQ = {
    ((288, 288), True, "coarse"): 0.7865341,
    ((288, 288), True, "shifted"): 0.7849411,
    ((288, 288), False, "coarse"): 0.9088436,
    ((288, 288), False, "shifted"): 0.8503831,
    ((201, 150), True, "coarse"): 0.7703633,
    ((201, 150), True, "shifted"): 0.7844610,
    ((201, 150), False, "coarse"): 0.9075387,
    ((201, 150), False, "shifted"): 0.8410299,
}
"""By piq 0.8.0 (``piq.haarpsi``, data_range=255, float64), by size, whether gray, and `worse`. Its
gray values are those of the authors' own program. Its colors use more digits of Y, I, Q."""


def worse(how: str, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a worse version of an image, by whole numbers alone."""
    if how == "shifted":
        return np.roll(image, 1, 1)
    coarse: NDArray[np.uint8] = np.minimum(image.astype(int) // 24 * 24 + 12, 255).astype(np.uint8)
    return coarse


@pytest.mark.parametrize(("shape", "gray", "how"), BY_PIQ)
def test_values_of_piq(
    photo: NDArray[np.uint8], shape: tuple[int, int], gray: bool, how: str
) -> None:
    part = photo[: shape[0], : shape[1]]
    image = part[..., 1] if gray else part
    found = haarpsi(worse(how, image), image)
    assert found == pytest.approx(BY_PIQ[shape, gray, how], abs=1e-6 if gray else 2e-4)


@pytest.mark.parametrize("gray", [True, False])
def test_equal_pictures_and_worse_ones(photo: NDArray[np.uint8], gray: bool) -> None:
    image = photo[..., 1] if gray else photo
    sigmas = (0.0, 0.5, 1.0, 2.0, 4.0)
    blurred = [gaussian_filter(image, (s, s, 0)[: image.ndim]) for s in sigmas]
    found = [haarpsi(each, image) for each in blurred]
    assert found[0] == pytest.approx(1, abs=1e-12)
    assert found == sorted(found, reverse=True)
    assert 0 < found[-1] < 0.7
    assert haarpsi(image, blurred[2]) == pytest.approx(found[2], abs=1e-12)


def test_color_counts(photo: NDArray[np.uint8]) -> None:
    """A gray version has the same luma, and is not the same picture."""
    gray = np.round(photo @ [0.299, 0.587, 0.114]).astype(np.uint8)
    assert haarpsi(np.dstack([gray] * 3), photo) < 0.99


def test_depth_does_not_matter(photo: NDArray[np.uint8]) -> None:
    truth, picture = photo, worse("coarse", photo)
    wanted = haarpsi(picture, truth)
    deep = [image.astype(np.uint16) * np.uint16(257) for image in (picture, truth)]
    floats = [image / 255 for image in (picture, truth)]
    assert haarpsi(*deep) == pytest.approx(wanted, abs=1e-9)
    assert haarpsi(*floats) == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("b", [np.zeros((20, 20), np.uint8), np.zeros((20, 21, 3), np.uint8)])
def test_pictures_that_differ_in_shape(b: NDArray[np.uint8]) -> None:
    with pytest.raises(UsageError, match="haarpsi"):
        haarpsi(np.zeros((20, 20, 3), np.uint8), b)


def test_pictures_that_are_too_small() -> None:
    smallest = METRICS["haarpsi"].smallest
    small = np.zeros((smallest - 1, 40), np.uint8)
    with pytest.raises(UsageError, match="16 pixels"):
        haarpsi(small, small)
    flat = np.zeros((smallest, 40), np.uint8)
    assert haarpsi(flat, flat) == pytest.approx(1)


def test_metrics_go_by_their_names() -> None:
    assert METRICS["haarpsi"].measure is haarpsi
    assert not METRICS["haarpsi"].of_one_channel

"""IFC where it is known beforehand, and what holds of any picture; the published rows are in evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from srcnn import _optional
from srcnn.errors import MissingExtra, UsageError
from srcnn.metrics import METRICS, ifc


def test_blur_and_noise_are_information_lost(
    photo: NDArray[np.uint8], random: np.random.Generator
) -> None:
    truth = photo[..., 1] / 255
    blurred = [ifc(gaussian_filter(truth, sigma), truth) for sigma in (0.5, 1, 2, 4)]
    assert blurred == sorted(blurred, reverse=True)
    noise = random.normal(0, 1, truth.shape)
    noisy = [ifc(truth + noise * sigma, truth) for sigma in (0, 0.01, 0.05, 0.2)]
    assert noisy == sorted(noisy, reverse=True)
    assert noisy[0] > 10 * noisy[1]


def test_contrast_and_brightness_are_no_information(
    photo: NDArray[np.uint8], random: np.random.Generator
) -> None:
    """What a gain makes of signal and noise together it makes of both: their ratio stays."""
    truth = photo[..., 1] / 255
    picture = truth + random.normal(0, 0.05, truth.shape)
    assert ifc(0.5 * picture + 0.2, truth) == pytest.approx(ifc(picture, truth), rel=1e-3)
    assert ifc(picture, 0.5 * truth + 0.2) == pytest.approx(ifc(picture, truth), rel=1e-3)


def test_a_picture_of_something_else_tells_next_to_nothing(
    photo: NDArray[np.uint8], random: np.random.Generator
) -> None:
    truth = photo[..., 1]
    other = random.integers(0, 256, truth.shape).astype(np.uint8)
    assert 0 <= ifc(other, truth) < 0.05 * ifc(gaussian_filter(truth, 1), truth)


def test_a_negative_tells_nothing(photo: NDArray[np.uint8]) -> None:
    """Its gain is below 0 everywhere, which counts as no signal."""
    assert ifc(255 - photo[..., 1], photo[..., 1]) == 0


def test_nothing_is_known_of_a_flat_picture(photo: NDArray[np.uint8]) -> None:
    assert ifc(np.full((288, 288), 90, np.uint8), photo[..., 1]) == pytest.approx(0, abs=1e-6)


def test_turned_by_a_quarter_it_is_the_same(photo: NDArray[np.uint8]) -> None:
    """The two orientations change places; 265 leaves each level's samples symmetric about its middle."""
    truth = photo[:265, :265, 1]
    picture = gaussian_filter(truth, 1.5)
    wanted = ifc(picture, truth)
    assert ifc(picture.T.copy(), truth.T.copy()) == pytest.approx(wanted, rel=0.01)


@pytest.mark.parametrize("shape", [(71, 300), (300, 71)])
def test_too_small_for_four_levels(shape: tuple[int, int]) -> None:
    picture = np.zeros(shape, np.uint8)
    with pytest.raises(UsageError, match="at least 72 pixels"):
        ifc(picture, picture)


def test_the_smallest_picture_is_judged(photo: NDArray[np.uint8]) -> None:
    truth = photo[100:172, 100:190, 1]
    assert 0 < ifc(gaussian_filter(truth, 1), truth) < ifc(truth, truth)


def test_without_its_package_it_says_what_to_install(
    photo: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(name: str) -> Any:
        return None if name == "pyrtools" else object()

    monkeypatch.setattr(_optional, "find_spec", find)
    with pytest.raises(MissingExtra, match=r"needs pyrtools; run: pip install 'srcnn\[evaluate\]'"):
        ifc(photo[..., 0], photo[..., 0])


def test_metrics_go_by_their_names() -> None:
    assert METRICS["ifc"].measure is ifc


@pytest.mark.parametrize("name", ["edge", "ramp", "black"])
def test_pictures_whose_blocks_hardly_vary(name: str) -> None:
    """Blocks beside a straight edge vary in fewer directions than they have pixels; in black in none."""
    truth = np.zeros((201, 203))
    if name == "edge":
        truth[:, 101:] = 1
    elif name == "ramp":
        truth += np.linspace(0, 1, 203)
    blurred = gaussian_filter(truth, 1)
    assert 0 <= ifc(blurred, truth) <= ifc(truth, truth) < np.inf

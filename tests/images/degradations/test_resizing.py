"""Kernels against Pillow, OpenCV and the formulas."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from srcnn.images.degradations.resizing import Resize
from srcnn.images.kernels import KernelName

PILLOW: dict[KernelName, Image.Resampling] = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "box": Image.Resampling.BOX,
    "lanczos": Image.Resampling.LANCZOS,
}


@pytest.fixture
def luma(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    """288 x 288."""
    return (photo[..., 1] / 255).astype(np.float32)


def resized(image: NDArray[np.float32], step: Resize) -> NDArray[np.float32]:
    made: NDArray[np.float32] = step(image[None], np.random.default_rng(0))[0]
    return made


@pytest.mark.parametrize("kernel", PILLOW)
@pytest.mark.parametrize(
    "size", [(144, 144), (96, 96), (72, 72), (96, 144), (131, 200), (400, 300)]
)
def test_anti_aliased_kernels_are_pillow_s(
    luma: NDArray[np.float32], kernel: KernelName, size: tuple[int, int]
) -> None:
    """Away from the border, where Pillow takes fewer samples; it rounds a kernel's reach to pixels."""
    made = resized(luma, Resize(size, kernel))
    wanted = np.asarray(Image.fromarray(luma).resize(size[::-1], PILLOW[kernel]))
    inside = (slice(8, -8), slice(8, -8))
    errors = np.abs(made - wanted)[inside]
    # A pixel on the very edge of a box, or a hair beside it, is in the one sum and not in the other.
    assert np.quantile(errors, 0.95 if kernel == "box" else 1) < 2e-5


@pytest.mark.parametrize("size", [(144, 144), (96, 96), (72, 72), (131, 200), (400, 300)])
def test_bilinear_without_anti_aliasing_is_opencv_s(
    luma: NDArray[np.float32], size: tuple[int, int]
) -> None:
    made = resized(luma, Resize(size, "bilinear", antialias=False))
    wanted = cv2.resize(luma, size[::-1], interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(made, wanted, rtol=0, atol=2e-4)


def test_a_box_of_a_whole_factor_is_opencv_s_area(luma: NDArray[np.float32]) -> None:
    made = resized(luma, Resize((72, 96), "box"))
    wanted = cv2.resize(luma, (96, 72), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(made, wanted, rtol=0, atol=1e-5)


def test_lanczos_without_anti_aliasing_is_a_windowed_sinc_of_six_samples(
    random: np.random.Generator,
) -> None:
    row = random.random(60).astype(np.float32)
    made = resized(np.tile(row, (9, 1)), Resize((9, 20), "lanczos", antialias=False))[4]
    for i in range(3, 17):
        center = (i + 0.5) * 3 - 0.5
        near = np.arange(int(center) - 2, int(center) + 4)
        x = np.pi * (center - near) + 1e-12
        weights = np.sin(x) / x * np.sin(x / 3) / (x / 3) * (np.abs(center - near) < 3)
        assert made[i] == pytest.approx(weights @ row[near] / weights.sum(), abs=1e-5)


def test_bicubic_without_anti_aliasing_keeps_parabolas() -> None:
    """Keys chose a = -1/2 so that it does; the samples lie 2.5 pixels apart."""
    x = np.arange(100) / 100
    parabola = np.tile(x * (1 - x), (9, 1)).astype(np.float32)
    made = resized(parabola, Resize((9, 40), "bicubic", antialias=False))[4]
    x = ((np.arange(40) + 0.5) * 2.5 - 0.5) / 100
    np.testing.assert_allclose(made[2:-2], (x * (1 - x))[2:-2], rtol=0, atol=1e-6)
    stretched = resized(parabola, Resize((9, 40), "bicubic"))[4]
    assert np.abs(stretched - x * (1 - x))[2:-2].max() > 2e-5


@pytest.mark.parametrize("kernel", PILLOW)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_images_are_not_shifted(kernel: KernelName, scale: int) -> None:
    """A ramp stays on itself, directly and by way of a size between."""
    ramp = np.tile(np.arange(240, dtype=np.float32), (240, 1))
    small = 240 // scale
    wanted = (np.arange(small) + 0.5) * scale - 0.5
    direct = resized(ramp, Resize((small, small), kernel))
    between = resized(resized(ramp, Resize((150, 150), kernel)), Resize((small, small), "lanczos"))
    np.testing.assert_allclose(direct[9, 9:-9], wanted[9:-9], rtol=0, atol=1e-3)
    errors = (between[9] - wanted)[9:-9]  # ripples, as 240 is not a multiple of 150
    assert np.abs(errors).max() < 0.2
    assert np.abs(errors.mean()) < 1e-3


def test_what_it_is_called() -> None:
    assert str(Resize((20, 30), "box")) == "box to 30 x 20"
    assert str(Resize((20, 30), "lanczos", False)) == "lanczos to 30 x 20, aliased"

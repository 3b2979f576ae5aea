"""Colour against published values of MATLAB's rgb2ycbcr and against scikit-image."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import rgb2ycbcr, ycbcr2rgb

from srcnn.images.color import (
    Y_TO_RGB,
    convert,
    gray_to_y,
    rgb_to_y,
    rgb_to_ycbcr,
    y_to_gray,
    ycbcr_to_rgb,
)
from srcnn.images.quantize import to_float, to_uint8


@pytest.mark.parametrize(
    ("rgb", "ycbcr"),
    [
        ((255, 255, 255), (235, 128, 128)),
        ((0, 0, 0), (16, 128, 128)),
        ((255, 0, 0), (81, 90, 240)),
        ((0, 255, 0), (145, 54, 34)),
        ((0, 0, 255), (41, 240, 110)),
        ((255, 255, 0), (210, 16, 146)),
        ((0, 255, 255), (170, 166, 16)),
        ((255, 0, 255), (106, 202, 222)),
    ],
)
def test_the_values_of_matlab(rgb: tuple[int, ...], ycbcr: tuple[int, ...]) -> None:
    """uint8 in, uint8 out: the corners of the RGB cube, the colour bars of BT.601."""
    pixel = np.array([[rgb]], np.uint8)
    assert tuple(to_uint8(rgb_to_ycbcr(to_float(pixel, np.float64)))[0, 0]) == ycbcr


def test_a_photograph_equals_scikit_image(photo: NDArray[np.uint8]) -> None:
    wanted = rgb2ycbcr(photo)
    ycbcr = rgb_to_ycbcr(to_float(photo, np.float64))
    np.testing.assert_allclose(ycbcr * 255, wanted, rtol=0, atol=1e-9)
    np.testing.assert_allclose(ycbcr_to_rgb(ycbcr), ycbcr2rgb(wanted), rtol=0, atol=1e-9)


@pytest.mark.parametrize(("dtype", "off"), [(np.float32, 1e-6), (np.float64, 1e-14)])
def test_there_and_back(photo: NDArray[np.uint8], dtype: Any, off: float) -> None:
    """The dtype is kept, and every uint8 pixel comes back."""
    rgb = to_float(photo, dtype)
    ycbcr = rgb_to_ycbcr(rgb)
    again = ycbcr_to_rgb(ycbcr)
    assert ycbcr.dtype == again.dtype == dtype
    np.testing.assert_allclose(again, rgb, rtol=0, atol=off)
    np.testing.assert_array_equal(to_uint8(again), photo)


def test_gray_has_no_colour() -> None:
    gray = np.repeat(np.linspace(0, 1, 256)[:, None, None], 3, axis=2)
    ycbcr = rgb_to_ycbcr(gray) * 255
    np.testing.assert_allclose(ycbcr[..., 1:], 128, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ycbcr[..., 0], 16 + 219 * gray[..., 0], rtol=0, atol=1e-12)


def test_colours_outside_the_cube_are_not_clamped() -> None:
    rgb = ycbcr_to_rgb(np.array([[[235, 16, 240]]]) / 255)
    assert rgb.max() > 1.5
    assert rgb.min() < 0.3


def test_y_of_planes(photo: NDArray[np.uint8]) -> None:
    rgb = to_float(photo, np.float64)
    y = rgb_to_y(np.moveaxis(rgb, 2, 0))
    np.testing.assert_allclose(y * 255, rgb2ycbcr(photo)[..., 0], rtol=0, atol=1e-9)


def test_converting_is_the_identity_or_one_of_the_two(photo: NDArray[np.uint8]) -> None:
    rgb = photo / 255
    ycbcr = rgb2ycbcr(photo) / 255
    assert convert(rgb, "RGB", "RGB") is rgb
    np.testing.assert_allclose(convert(rgb, "RGB", "YCbCr"), ycbcr, rtol=0, atol=1e-9)
    np.testing.assert_allclose(convert(ycbcr, "YCbCr", "RGB"), rgb, rtol=0, atol=1e-9)


def test_the_gray_of_a_y() -> None:
    """Where R = G = B it is they, for every level."""
    gray = np.arange(256)[:, None] / 255
    y = rgb2ycbcr(np.repeat(gray[..., None], 3, axis=2))[..., 0] / 255
    np.testing.assert_allclose(y_to_gray(y), gray, rtol=0, atol=1e-9)
    np.testing.assert_allclose(gray_to_y(gray), y, rtol=0, atol=1e-9)
    assert gray_to_y(gray.astype(np.float32)).dtype == np.float32


def test_a_change_of_y_alone_moves_r_g_and_b_alike(photo: NDArray[np.uint8]) -> None:
    ycbcr = rgb2ycbcr(photo)
    ycbcr[..., 0] += 7
    moved = ycbcr2rgb(ycbcr) - photo / 255
    np.testing.assert_allclose(moved, Y_TO_RGB * 7 / 255, rtol=0, atol=1e-9)

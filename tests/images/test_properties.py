"""Colour and resize for any picture, against scikit-image and the formula of MATLAB's imresize."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from skimage.color import rgb2ycbcr

from srcnn.images.color import rgb_to_y, rgb_to_ycbcr, ycbcr_to_rgb
from srcnn.images.quantize import to_uint8
from srcnn.images.resize import Border, imresize, resize_window, window

Floats = NDArray[np.float64]

EVERYDAY = settings(deadline=None, derandomize=True, max_examples=60, database=None)
LONG = settings(deadline=None, max_examples=1500)
UNIT = st.floats(0, 1, width=32)
SIDES = st.integers(1, 24)


def pictures(dtype: Any, elements: Any = UNIT, channels: int | None = None) -> Any:
    shape = st.tuples(SIDES, SIDES, *([] if channels is None else [st.just(channels)]))
    return hnp.arrays(dtype, shape, elements=elements)


@EVERYDAY
@given(pictures(np.float64, channels=3))
def test_colour_is_scikit_image_s(rgb: Floats) -> None:
    ycbcr = rgb_to_ycbcr(rgb)
    np.testing.assert_allclose(ycbcr * 255, rgb2ycbcr(rgb), rtol=0, atol=1e-9)
    np.testing.assert_allclose(rgb_to_y(np.moveaxis(rgb, 2, 0)), ycbcr[..., 0], rtol=0, atol=1e-12)
    low, high = np.array([16, 16, 16]) / 255, np.array([235, 240, 240]) / 255
    assert (ycbcr >= low - 1e-12).all()
    assert (ycbcr <= high + 1e-12).all()


@EVERYDAY
@given(pictures(np.float32, channels=3), st.sampled_from([np.float32, np.float64]))
def test_colour_there_and_back(rgb: NDArray[np.float32], dtype: Any) -> None:
    again = ycbcr_to_rgb(rgb_to_ycbcr(rgb.astype(dtype)))
    assert again.dtype == dtype
    np.testing.assert_allclose(again, rgb, rtol=0, atol=2e-6)


@EVERYDAY
@given(pictures(np.uint8, st.integers(0, 255), channels=3))
def test_every_uint8_colour_comes_back(rgb: NDArray[np.uint8]) -> None:
    again = ycbcr_to_rgb(rgb_to_ycbcr((rgb / 255).astype(np.float32)))
    np.testing.assert_array_equal(to_uint8(again), rgb)


@EVERYDAY
@given(pictures(np.float64))
def test_gray_stays_gray(gray: Floats) -> None:
    ycbcr = rgb_to_ycbcr(np.repeat(gray[..., None], 3, axis=2))
    np.testing.assert_allclose(ycbcr[..., 1:], 128 / 255, rtol=0, atol=1e-12)
    np.testing.assert_allclose(ycbcr[..., 0], (16 + 219 * gray) / 255, rtol=0, atol=1e-12)


@EVERYDAY
@given(pictures(np.float64, channels=3), UNIT)
def test_colour_is_affine(rgb: Floats, part: float) -> None:
    other = rgb[::-1, ::-1]
    mixed = rgb_to_ycbcr(part * rgb + (1 - part) * other)
    apart = part * rgb_to_ycbcr(rgb) + (1 - part) * rgb_to_ycbcr(other)
    np.testing.assert_allclose(mixed, apart, rtol=0, atol=1e-12)


def slow_matrix(old: int, new: int, scale: float, border: Border) -> Floats:
    """new x old: the weights of each output sample, one tap after the other, as MATLAB documents them."""

    def keys(x: float) -> float:
        if x <= 1:
            return 1.5 * x**3 - 2.5 * x**2 + 1
        return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x <= 2 else 0.0

    stretch = min(scale, 1.0)
    dense = np.zeros((new, old))
    for i in range(new):
        centre = (i + 0.5) / scale - 0.5
        first = math.floor(centre - 2 / stretch) - 1
        taps = range(first, first + math.ceil(4 / stretch) + 4)
        for tap in taps:
            if border == "replicate":
                place = min(max(tap, 0), old - 1)
            else:
                place = tap % (2 * old)
                place = min(place, 2 * old - 1 - place)
            dense[i, place] += keys(stretch * abs(centre - tap))
        dense[i] /= dense[i].sum()
    return dense


def slow_imresize(
    image: Floats, size: tuple[int, int], scales: tuple[float, float], border: Border
) -> Floats:
    rows = slow_matrix(image.shape[0], size[0], scales[0], border)
    columns = slow_matrix(image.shape[1], size[1], scales[1], border)
    return rows @ image @ columns.T


SCALES = st.one_of(st.floats(0.07, 5), st.sampled_from([1 / 4, 1 / 3, 1 / 2, 1.0, 2.0, 3.0, 4.0]))
BORDERS = st.sampled_from(["mirror", "replicate"])


def check_scale(image: Floats, scale: float, border: Border) -> None:
    made = imresize(image, scale, border)
    size = (math.ceil(scale * image.shape[0]), math.ceil(scale * image.shape[1]))
    assert made.shape == size
    wanted = slow_imresize(image, size, (scale, scale), border)
    np.testing.assert_allclose(made, wanted, rtol=0, atol=1e-9)
    # Turned over before or after: a scale is not a whole number of samples, so with a size only.
    sized = imresize(image, border=border, size=size)
    for axis in (0, 1):
        flipped = imresize(np.flip(image, axis), border=border, size=size)
        np.testing.assert_allclose(np.flip(flipped, axis), sized, rtol=0, atol=1e-9)


def check_size(image: Floats, size: tuple[int, int], border: Border) -> None:
    scales = (size[0] / image.shape[0], size[1] / image.shape[1])
    made = imresize(image, border=border, size=size)
    np.testing.assert_allclose(made, slow_imresize(image, size, scales, border), rtol=0, atol=1e-9)


@EVERYDAY
@given(pictures(np.float64), SCALES, BORDERS)
def test_any_scale_is_the_formula(image: Floats, scale: float, border: Border) -> None:
    check_scale(image, scale, border)


@EVERYDAY
@given(pictures(np.float64), st.tuples(st.integers(1, 60), st.integers(1, 60)), BORDERS)
def test_any_size_is_the_formula(image: Floats, size: tuple[int, int], border: Border) -> None:
    check_size(image, size, border)


@pytest.mark.slow
@LONG
@given(pictures(np.float64), SCALES, BORDERS)
def test_many_scales_are_the_formula(image: Floats, scale: float, border: Border) -> None:
    check_scale(image, scale, border)


@pytest.mark.slow
@LONG
@given(pictures(np.float64), st.tuples(st.integers(1, 60), st.integers(1, 60)), BORDERS)
def test_many_sizes_are_the_formula(image: Floats, size: tuple[int, int], border: Border) -> None:
    check_size(image, size, border)


@EVERYDAY
@given(st.tuples(SIDES, SIDES), SCALES, BORDERS, st.integers(0, 255))
def test_any_constant_stays(
    shape: tuple[int, int], scale: float, border: Border, level: int
) -> None:
    for dtype, value in ((np.uint8, level), (np.uint16, 257 * level), (np.float64, level / 255)):
        made = imresize(np.full(shape, value, dtype), scale, border)
        np.testing.assert_allclose(made, value, rtol=1e-13)


@st.composite
def windows(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """(old, new, start, stop) of an axis that grows, up to eight samples over both ends."""
    old = draw(SIDES)
    new = draw(st.integers(old, 5 * old))
    start = draw(st.integers(-8, new - 1))
    return old, new, start, draw(st.integers(start + 1, new + 8))


@EVERYDAY
@given(windows(), windows(), st.integers(0, 2**32 - 1))
def test_any_window_is_cut_from_the_whole(
    rows: tuple[int, int, int, int], columns: tuple[int, int, int, int], seed: int
) -> None:
    planes = np.random.default_rng(seed).random((2, rows[0], columns[0]), np.float32)
    whole = imresize(np.moveaxis(planes, 0, 2).astype(np.float64), size=(rows[1], columns[1]))
    down, across = window(*rows), window(*columns)
    source = planes[:, down.first : down.last]
    made = resize_window(source, down, across, down.first)
    y = np.arange(rows[2], rows[3]).clip(0, rows[1] - 1)
    x = np.arange(columns[2], columns[3]).clip(0, columns[1] - 1)
    wanted = np.moveaxis(whole, 2, 0)[:, y][:, :, x]
    np.testing.assert_allclose(made, wanted, rtol=0, atol=4e-6)

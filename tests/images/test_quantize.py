"""Between integers and floats: every level, every half, and what lies outside."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from srcnn.errors import UsageError
from srcnn.images.quantize import peak, quantize, round_levels, to_float, to_uint8

DEPTHS = [(np.uint8, 256), (np.uint16, 65536)]


@pytest.mark.parametrize("through", [np.float32, np.float64])
@pytest.mark.parametrize(("dtype", "levels"), DEPTHS)
def test_every_level_comes_back(dtype: Any, levels: int, through: Any) -> None:
    image = np.arange(levels, dtype=dtype).reshape(16, -1)
    floats = to_float(image, through)
    assert floats.dtype == through
    assert floats.shape == image.shape
    assert (floats.min(), floats.max()) == (0, 1)
    again = quantize(floats, dtype)
    assert again.dtype == dtype
    np.testing.assert_array_equal(again, image)


def test_to_float_is_the_exact_fraction() -> None:
    floats = to_float(np.arange(256, dtype=np.uint8), np.float64)
    assert [float(value) for value in floats] == [float(Fraction(k, 255)) for k in range(256)]


@pytest.mark.parametrize(("dtype", "levels"), DEPTHS)
def test_halves_go_up(dtype: Any, levels: int) -> None:
    """As in MATLAB, and unlike numpy's own rounding, which goes to the even neighbour."""
    below = np.arange(levels - 1)
    for part, rises in ((0.25, 0), (0.5 - 2**-30, 0), (0.5, 1), (0.75, 1)):
        np.testing.assert_array_equal(round_levels(below + part, dtype), below + rises)


@pytest.mark.parametrize(("dtype", "levels"), DEPTHS)
def test_what_lies_outside_is_clamped(dtype: Any, levels: int) -> None:
    top = levels - 1
    wild = np.array([-np.inf, -1e30, -0.6, -0.4, top - 0.4, top + 0.4, top + 0.5, 1e30, np.inf])
    np.testing.assert_array_equal(round_levels(wild, dtype), [0, 0, 0, 0, *[top] * 5])
    np.testing.assert_array_equal(quantize(np.array([-0.5, 1.5]), dtype), [0, top])


def test_nan_becomes_black() -> None:
    image = np.array([np.nan, 0.5, 1.0], np.float32)
    assert to_uint8(image).tolist() == [0, 128, 255]
    assert quantize(image, np.uint16).tolist() == [0, 32768, 65535]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_the_argument_is_left_alone(dtype: Any) -> None:
    """Each function returns a new array: a float picture must not change under its owner."""
    image = np.array([[-1.0, 0.2], [0.7, 2.0]], np.float32)
    before = image.copy()
    quantize(image, dtype)
    round_levels(image, np.uint8)
    np.testing.assert_array_equal(image, before)
    floats = to_float(image, np.float32)
    floats[:] = 9
    np.testing.assert_array_equal(image, before)


def test_floats_are_clamped_and_not_rounded() -> None:
    image = np.array([-0.25, 0.123456789, 1.25])
    out = quantize(image, np.float32)
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out, np.array([0.0, 0.123456789, 1.0], np.float32))


@pytest.mark.parametrize(
    ("dtype", "value"), [("u1", 255), ("u2", 65535), ("f2", 1), ("f4", 1), ("f8", 1)]
)
def test_peak(dtype: str, value: float) -> None:
    assert peak(dtype) == value


@pytest.mark.parametrize("dtype", [np.int16, np.uint32, np.bool_, np.complex64])
def test_other_dtypes_are_refused(dtype: Any) -> None:
    with pytest.raises(UsageError, match="uint8, uint16 or float"):
        to_float(np.zeros(3, dtype))
    with pytest.raises(UsageError, match="uint8, uint16 or float"):
        quantize(np.zeros(3), dtype)

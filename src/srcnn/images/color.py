"""Colour spaces: MATLAB's ``rgb2ycbcr`` and back (ITU-R BT.601, studio range), on floats in [0, 1]."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Color = Literal["Y", "YCbCr", "RGB"]
"""What the channels of a network are: luma alone, or all three of a picture."""
COLORS: tuple[Color, ...] = get_args(Color)

# Rows give Y, Cb and Cr of an RGB in [0, 1], in units of 1/255 (MATLAB's rgb2ycbcr).
_TO_YCBCR = np.array(
    [[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]
)
_OFFSET = np.array([16.0, 128.0, 128.0])
_TO_RGB = np.linalg.inv(_TO_YCBCR)

Y_TO_RGB = float(_TO_RGB[0, 0]) * 255.0
"""What R, G and B each gain when Y gains 1 and Cb and Cr stay: 255 / 219."""


def rgb_to_ycbcr(rgb: NDArray[Any]) -> NDArray[Any]:
    """H x W x 3 floats, RGB in [0, 1], to YCbCr: Y in [16, 235] / 255, Cb, Cr in [16, 240] / 255.

    The dtype is kept and nothing is rounded; `quantize` gives MATLAB's integers.
    """
    return _affine(rgb, _TO_YCBCR / 255.0, _OFFSET / 255.0)


def rgb_to_y(rgb: NDArray[Any]) -> NDArray[Any]:
    """The Y of `rgb_to_ycbcr` alone, of planes: 3 x H x W to H x W."""
    y: NDArray[Any] = np.tensordot((_TO_YCBCR[0] / 255.0).astype(rgb.dtype), rgb, 1)
    y += rgb.dtype.type(_OFFSET[0] / 255.0)
    return y


def ycbcr_to_rgb(ycbcr: NDArray[Any]) -> NDArray[Any]:
    """The inverse of `rgb_to_ycbcr`. Colours outside the RGB cube are not clamped here."""
    matrix = _TO_RGB * 255.0
    return _affine(ycbcr, matrix, -matrix @ _OFFSET / 255.0)


def convert(image: NDArray[Any], old: Color, new: Color) -> NDArray[Any]:
    """H x W x 3 from one colour space of three channels to another; ``image`` itself if it is there."""
    if old == new:
        return image
    return rgb_to_ycbcr(image) if new == "YCbCr" else ycbcr_to_rgb(image)


def linear(old: Color, new: Color) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`convert` as (matrix, offset): a row of the matrix is what a unit of one channel becomes."""
    offset = convert(np.zeros(3), old, new)
    return convert(np.eye(3), old, new) - offset, offset


def y_to_gray(y: NDArray[Any]) -> NDArray[Any]:
    """Y in [16, 235] / 255 stretched to the [0, 1] of a gray picture, whose Y it is when R = G = B."""
    out: NDArray[Any] = (y - y.dtype.type(16 / 255)) * y.dtype.type(255 / 219)
    return out


def gray_to_y(gray: NDArray[Any]) -> NDArray[Any]:
    """The inverse of `y_to_gray`; the dtype, of floats, is kept."""
    out: NDArray[Any] = gray * gray.dtype.type(219 / 255) + gray.dtype.type(16 / 255)
    return out


def channels_in(color: Color) -> int:
    """How many channels a network of ``color`` takes and gives: 1 or 3."""
    return 1 if color == "Y" else 3


def space_of(color: Color) -> Color:
    """The space of three channels that a network's are of: Y is the first of YCbCr."""
    return "RGB" if color == "RGB" else "YCbCr"


def _affine(image: NDArray[Any], matrix: NDArray[Any], offset: NDArray[Any]) -> NDArray[Any]:
    matrix, offset = matrix.astype(image.dtype), offset.astype(image.dtype)
    out: NDArray[Any] = image.reshape(-1, 3) @ matrix.T + offset
    return out.reshape(image.shape)

"""Color spaces: MATLAB's ``rgb2ycbcr`` and its inverse (ITU-R BT.601, studio range)."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Color = Literal["Y", "YCbCr", "RGB"]
"""Color space of a network's channels: luma alone, or three channels."""
COLORS: tuple[Color, ...] = get_args(Color)
"""The color spaces."""

# The rows compute Y, Cb and Cr from RGB in [0, 1], in units of 1/255 (MATLAB's rgb2ycbcr).
_TO_YCBCR = np.array(
    [[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]
)
_OFFSET = np.array([16.0, 128.0, 128.0])
_TO_RGB = np.linalg.inv(_TO_YCBCR)

Y_TO_RGB = float(_TO_RGB[0, 0]) * 255.0
"""Increase of R, G and B when Y increases by 1 and Cb and Cr stay the same: 255 / 219."""


def rgb_to_ycbcr(rgb: NDArray[Any]) -> NDArray[Any]:
    """Convert RGB to YCbCr without rounding; `quantize` gives MATLAB's integers.

    Args:
        rgb: (H, W, 3) floats in [0, 1].

    Returns:
        (H, W, 3) of the same dtype: Y in [16, 235] / 255, Cb and Cr in [16, 240] / 255.
    """
    return _affine(rgb, _TO_YCBCR / 255.0, _OFFSET / 255.0)


def rgb_to_y(rgb: NDArray[Any]) -> NDArray[Any]:
    """Return the Y of `rgb_to_ycbcr` for planes: (3, H, W) to (H, W) floats."""
    y: NDArray[Any] = np.tensordot((_TO_YCBCR[0] / 255.0).astype(rgb.dtype), rgb, 1)
    y += rgb.dtype.type(_OFFSET[0] / 255.0)
    return y


def ycbcr_to_rgb(ycbcr: NDArray[Any]) -> NDArray[Any]:
    """Invert `rgb_to_ycbcr`, without clamping colors outside the RGB cube."""
    matrix = _TO_RGB * 255.0
    return _affine(ycbcr, matrix, -matrix @ _OFFSET / 255.0)


def convert(image: NDArray[Any], old: Color, new: Color) -> NDArray[Any]:
    """Convert (H, W, 3) floats between RGB and YCbCr; equal spaces return ``image`` itself."""
    if old == new:
        return image
    return rgb_to_ycbcr(image) if new == "YCbCr" else ycbcr_to_rgb(image)


def linear(old: Color, new: Color) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return `convert` as a matrix (3, 3) and an offset (3,).

    Row i of the matrix is the change of the result for a unit change of channel i.
    """
    offset = convert(np.zeros(3), old, new)
    return convert(np.eye(3), old, new) - offset, offset


def y_to_gray(y: NDArray[Any]) -> NDArray[Any]:
    """Stretch Y from [16, 235] / 255 to [0, 1], the gray value with that Y when R = G = B."""
    out: NDArray[Any] = (y - y.dtype.type(16 / 255)) * y.dtype.type(255 / 219)
    return out


def gray_to_y(gray: NDArray[Any]) -> NDArray[Any]:
    """Invert `y_to_gray`, keeping the dtype of floats."""
    out: NDArray[Any] = gray * gray.dtype.type(219 / 255) + gray.dtype.type(16 / 255)
    return out


def channels_in(color: Color) -> int:
    """Return the number of channels of a network's input and output: 1 or 3."""
    return 1 if color == "Y" else 3


def space_of(color: Color) -> Color:
    """Return the three-channel space of a network's channels; Y belongs to YCbCr."""
    return "RGB" if color == "RGB" else "YCbCr"


def _affine(image: NDArray[Any], matrix: NDArray[Any], offset: NDArray[Any]) -> NDArray[Any]:
    matrix, offset = matrix.astype(image.dtype), offset.astype(image.dtype)
    out: NDArray[Any] = image.reshape(-1, 3) @ matrix.T + offset
    return out.reshape(image.shape)

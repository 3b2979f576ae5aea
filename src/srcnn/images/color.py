"""MATLAB's ``rgb2ycbcr`` and back (ITU-R BT.601, studio range), on floats in [0, 1]."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Rows give Y, Cb and Cr of an RGB in [0, 1], in units of 1/255 (MATLAB's rgb2ycbcr).
_TO_YCBCR = np.array(
    [[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]
)
_OFFSET = np.array([16.0, 128.0, 128.0])
_TO_RGB = np.linalg.inv(_TO_YCBCR)


def rgb_to_ycbcr(rgb: NDArray[Any], axis: int = -1) -> NDArray[Any]:
    """Floats, RGB in [0, 1] along ``axis``, to YCbCr: Y in [16, 235] / 255, Cb, Cr in [16, 240] / 255.

    ``axis`` is -1 (H x W x 3) or 0 (3 x H x W). The dtype is kept and nothing is rounded; `quantize`
    gives MATLAB's integers.
    """
    return _affine(rgb, _TO_YCBCR / 255.0, _OFFSET / 255.0, axis)


def ycbcr_to_rgb(ycbcr: NDArray[Any], axis: int = -1) -> NDArray[Any]:
    """The inverse of `rgb_to_ycbcr`. Colours outside the RGB cube are not clamped here."""
    matrix = _TO_RGB * 255.0
    return _affine(ycbcr, matrix, -matrix @ _OFFSET / 255.0, axis)


def _affine(
    image: NDArray[Any], matrix: NDArray[Any], offset: NDArray[Any], axis: int
) -> NDArray[Any]:
    matrix, offset = matrix.astype(image.dtype), offset.astype(image.dtype)
    out: NDArray[Any]
    if axis == 0:
        out = matrix @ image.reshape(3, -1) + offset[:, None]
    else:
        out = image.reshape(-1, 3) @ matrix.T + offset
    return out.reshape(image.shape)

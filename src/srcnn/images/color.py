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


def rgb_to_ycbcr(rgb: NDArray[Any]) -> NDArray[Any]:
    """H x W x 3 floats, RGB in [0, 1], to YCbCr: Y in [16, 235] / 255, Cb and Cr in [16, 240] / 255.

    The dtype is kept and nothing is rounded; `quantize` gives MATLAB's integers.
    """
    matrix = (_TO_YCBCR / 255.0).astype(rgb.dtype)
    ycbcr: NDArray[Any] = rgb @ matrix.T + (_OFFSET / 255.0).astype(rgb.dtype)
    return ycbcr


def ycbcr_to_rgb(ycbcr: NDArray[Any]) -> NDArray[Any]:
    """The inverse of `rgb_to_ycbcr`. Colours outside the RGB cube are not clamped here."""
    matrix = (_TO_RGB * 255.0).astype(ycbcr.dtype)
    rgb: NDArray[Any] = (ycbcr - (_OFFSET / 255.0).astype(ycbcr.dtype)) @ matrix.T
    return rgb

"""Convert between stored integers and floats in [0, 1]."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from srcnn.errors import UsageError


def peak(dtype: DTypeLike) -> float:
    """Return the largest value of an image of this dtype: 255, 65535, or 1.0 for floats.

    Raises:
        UsageError: Images cannot have this dtype.
    """
    dtype = np.dtype(dtype)
    if dtype == np.uint8:
        return 255.0
    if dtype == np.uint16:
        return 65535.0
    if dtype.kind == "f":
        return 1.0
    raise UsageError(f"dtype {dtype}", "must be uint8, uint16 or float")


def to_float(image: NDArray[Any], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Convert uint8 or uint16 to floats in [0, 1]; floats keep their values.

    Args:
        image: An array of any shape.
        dtype: Float dtype of the result.
    """
    top = peak(image.dtype)
    image = image.astype(dtype)
    if top != 1.0:
        image /= top
    return image


def quantize(image: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """Convert floats in [0, 1] to ``dtype``.

    Integers are rounded by `round_levels`; floats are clamped to [0, 1] but not rounded.
    """
    top = peak(dtype)
    if top == 1.0:
        clamped: NDArray[Any] = np.clip(image, 0.0, 1.0).astype(dtype)
        return clamped
    return _round(image * image.dtype.type(top), dtype)


def round_levels(levels: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """Round gray levels to an integer dtype; everything that is rounded is rounded here.

    As in MATLAB's integer conversion, values out of range are clamped, and halves are rounded up.
    NaN becomes 0.

    Args:
        levels: Floats in units of ``dtype``, 0 to 255 or 65535, of any shape.
        dtype: uint8 or uint16.
    """
    return _round(levels.copy(), dtype)


def _round(levels: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """Apply `round_levels` in place."""
    # Unlike maximum and clip, fmax ignores NaN. numpy is slow with a scalar bound and with short
    # rows.
    row = levels.shape[-1:] if levels.shape[-1:] > (4,) else levels.shape[1:]
    np.fmax(levels, np.zeros(row, levels.dtype), out=levels)
    np.minimum(levels, np.full(row, peak(dtype), levels.dtype), out=levels)
    levels += 0.5
    return levels.astype(dtype)


def to_uint8(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Convert floats in [0, 1] to uint8 with `quantize`, as is done before an image is scored."""
    return quantize(image, np.uint8)

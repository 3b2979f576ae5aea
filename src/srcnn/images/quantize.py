"""Between stored integers and floats in [0, 1]: one function each way."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from srcnn.errors import UsageError


def peak(dtype: DTypeLike) -> float:
    """Largest value of a picture of this dtype: 255, 65535, or 1.0 for floats."""
    dtype = np.dtype(dtype)
    if dtype == np.uint8:
        return 255.0
    if dtype == np.uint16:
        return 65535.0
    if dtype.kind == "f":
        return 1.0
    raise UsageError(f"dtype {dtype}", "a picture is uint8, uint16 or float")


def to_float(image: NDArray[Any], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """uint8 or uint16 to floats in [0, 1]; floats keep their values. Shape is kept."""
    top = peak(image.dtype)
    image = image.astype(dtype)
    if top != 1.0:
        image /= top
    return image


def quantize(image: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """Floats in [0, 1] to ``dtype``, rounded by `round_levels`.

    For a float ``dtype`` the values are clamped to [0, 1] and not rounded.
    """
    top = peak(dtype)
    if top == 1.0:
        clamped: NDArray[Any] = np.clip(image, 0.0, 1.0).astype(dtype)
        return clamped
    return _round(image * image.dtype.type(top), dtype)


def round_levels(levels: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """Floats in grey levels (0 to 255 or 65535) to an integer ``dtype``; the only rounding here.

    Values outside are clamped and halves go up, as MATLAB's integer conversion does. A NaN becomes 0.
    """
    return _round(levels.copy(), dtype)


def _round(levels: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """`round_levels` in place."""
    # Unlike maximum and clip, fmax drops a NaN. numpy is slow with one number as a bound, and with
    # short rows.
    row = levels.shape[-1:] if levels.shape[-1:] > (4,) else levels.shape[1:]
    np.fmax(levels, np.zeros(row, levels.dtype), out=levels)
    np.minimum(levels, np.full(row, peak(dtype), levels.dtype), out=levels)
    levels += 0.5
    return levels.astype(dtype)


def to_uint8(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Floats in [0, 1] to uint8, by `quantize`: the step before a picture is scored."""
    return quantize(image, np.uint8)

"""Peak signal-to-noise ratio."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.images.quantize import peak


def psnr(
    a: NDArray[np.generic], b: NDArray[np.generic], weights: Sequence[float] | None = None
) -> float:
    """Compute the PSNR of two images, 10 log10(peak^2 / MSE), over all samples.

    Args:
        a: An image, (H, W) or (H, W, C), uint8 (peak 255), uint16 (peak 65535) or floats (peak 1).
        b: An image with the same shape and dtype.
        weights: Weights of the channels of (H, W, C) in the mean squared error. Default: equal.

    Returns:
        The ratio in dB; infinity for equal images.

    Raises:
        UsageError: The images differ in shape or dtype, or are empty.
    """
    if a.shape != b.shape or a.dtype != b.dtype or a.size == 0:
        raise UsageError("psnr", f"images differ: {a.shape} {a.dtype} and {b.shape} {b.dtype}")
    mse = channel_mean((a.astype(np.float64) - b.astype(np.float64)) ** 2, weights)
    return math.inf if mse == 0 else 10 * math.log10(peak(a.dtype) ** 2 / mse)


def channel_mean(values: NDArray[np.number], weights: Sequence[float] | None) -> float:
    """Return the mean of (H, W) or (H, W, C) values, with ``weights`` for the channels if given."""
    if weights is None:
        return float(values.mean())
    return float(np.average(values.mean(axis=(0, 1)), weights=weights))

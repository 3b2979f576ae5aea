"""Peak signal-to-noise ratio."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.images.quantize import peak


def psnr(a: NDArray[Any], b: NDArray[Any], weights: Sequence[float] | None = None) -> float:
    """10 log10(peak^2 / MSE) in dB over all samples of two pictures of the same shape and dtype.

    The peak is 255 for uint8, 65535 for uint16, 1 for floats. Equal pictures give infinity. ``weights``
    are of the channels of H x W x C in the mean; ``None``: all alike.
    """
    if a.shape != b.shape or a.dtype != b.dtype or a.size == 0:
        raise UsageError("psnr", f"pictures differ: {a.shape} {a.dtype} and {b.shape} {b.dtype}")
    mse = channel_mean((a.astype(np.float64) - b.astype(np.float64)) ** 2, weights)
    return math.inf if mse == 0 else 10 * math.log10(peak(a.dtype) ** 2 / mse)


def channel_mean(values: NDArray[Any], weights: Sequence[float] | None) -> float:
    """The mean of H x W, or of H x W x C whose channels count by ``weights``, or all alike."""
    if weights is None:
        return float(values.mean())
    return float(np.average(values.mean(axis=(0, 1)), weights=weights))

"""Peak signal-to-noise ratio."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.images.depth import peak


def psnr(a: NDArray[Any], b: NDArray[Any]) -> float:
    """10 log10(peak^2 / MSE) in dB over all samples of two pictures of the same shape and dtype.

    The peak is 255 for uint8, 65535 for uint16, 1 for floats. Equal pictures give infinity.
    """
    if a.shape != b.shape or a.dtype != b.dtype or a.size == 0:
        raise UsageError("psnr", f"pictures differ: {a.shape} {a.dtype} and {b.shape} {b.dtype}")
    mse = float(np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2))
    return math.inf if mse == 0 else 10 * math.log10(peak(a.dtype) ** 2 / mse)

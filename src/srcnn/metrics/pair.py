"""What the metrics of one channel ask of their two pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.images.quantize import peak

Levels = NDArray[np.float64]


def levels(
    metric: str, a: NDArray[Any], b: NDArray[Any], smallest: int = 1
) -> tuple[Levels, Levels]:
    """Both pictures in grey levels of 0 to 255, not rounded.

    H x W, of the same shape and dtype (uint8, uint16, or floats in [0, 1]), at least ``smallest`` pixels
    each way; else `UsageError`.
    """
    if a.shape != b.shape or a.dtype != b.dtype:
        raise UsageError(metric, f"pictures differ: {a.shape} {a.dtype} and {b.shape} {b.dtype}")
    if a.ndim != 2:
        raise UsageError(f"{metric} of shape {a.shape}", "is of one channel, H x W")
    if min(a.shape) < smallest:
        raise UsageError(
            f"{metric} of shape {a.shape}", f"needs at least {smallest} pixels each way"
        )
    unit = 255 / peak(a.dtype)
    return a.astype(np.float64) * unit, b.astype(np.float64) * unit

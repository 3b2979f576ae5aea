"""Check and prepare the two images of a metric on one channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.images.quantize import peak

Levels = NDArray[np.float64]


def levels(
    metric: str, a: NDArray[np.generic], b: NDArray[np.generic], smallest: int = 1
) -> tuple[Levels, Levels]:
    """Convert both images to gray levels from 0 to 255, without rounding.

    Args:
        metric: Name of the metric, for error messages.
        a: An image, (H, W) uint8, uint16, or floats in [0, 1].
        b: An image with the same shape and dtype.
        smallest: Smallest accepted height and width, in pixels.

    Returns:
        Both images, (H, W) float64.

    Raises:
        UsageError: Shapes or dtypes differ, or an image is too small or has several channels.
    """
    if a.shape != b.shape or a.dtype != b.dtype:
        raise UsageError(metric, f"images differ: {a.shape} {a.dtype} and {b.shape} {b.dtype}")
    if a.ndim != 2:
        raise UsageError(f"{metric} of shape {a.shape}", "must have one channel, (H, W)")
    if min(a.shape) < smallest:
        raise UsageError(
            f"{metric} of shape {a.shape}", f"needs at least {smallest} pixels in each direction"
        )
    unit = 255 / peak(a.dtype)
    return a.astype(np.float64) * unit, b.astype(np.float64) * unit

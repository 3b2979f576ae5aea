"""Structural similarity (Wang, Bovik, Sheikh, Simoncelli: IEEE TIP 13(4), 2004)."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.images.quantize import peak

WINDOW, SIGMA, K1, K2 = 11, 1.5, 0.01, 0.03
"""Side and standard deviation of the window in pixels, and the paper's constants K1 and K2."""


def ssim(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    """Compute the mean SSIM of two images with an 11 x 11 Gaussian window of deviation 1.5.

    Only positions at which the window fits count, and the images are not downsampled.

    Args:
        a: An image, (H, W) or (H, W, C), uint8, uint16, or floats in [0, 1], at least 11 pixels
            each way. The result for several channels is their mean.
        b: An image with the same shape and dtype.

    Returns:
        The similarity; 1 for equal images.

    Raises:
        UsageError: Shapes or dtypes differ, or the images are too small.
    """
    if a.shape != b.shape or a.dtype != b.dtype:
        raise UsageError("ssim", f"images differ: {a.shape} {a.dtype} and {b.shape} {b.dtype}")
    if a.ndim not in (2, 3) or min(a.shape[:2]) < WINDOW:
        raise UsageError(
            f"ssim of shape {a.shape}", f"needs at least {WINDOW} pixels in each direction"
        )
    x, y = a.astype(np.float64), b.astype(np.float64)
    c1, c2 = (K1 * peak(a.dtype)) ** 2, (K2 * peak(a.dtype)) ** 2
    mx, my = smooth(x), smooth(y)
    vx, vy, vxy = smooth(x * x) - mx * mx, smooth(y * y) - my * my, smooth(x * y) - mx * my
    index = ((2 * mx * my + c1) * (2 * vxy + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    return float(index.mean())


def smooth(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average under the 11 x 11 Gaussian where it fits: (H, W[, C]) to (H - 10, W - 10[, C])."""
    at = np.arange(WINDOW) - WINDOW // 2
    kernel = np.exp(-(at**2) / (2 * SIGMA**2))
    kernel /= kernel.sum()
    rows: NDArray[np.float64] = sliding_window_view(image, WINDOW, axis=0) @ kernel
    out: NDArray[np.float64] = sliding_window_view(rows, WINDOW, axis=1) @ kernel
    return out

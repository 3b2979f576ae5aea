"""Structural similarity over five scales (Wang, Simoncelli, Bovik: Asilomar 2003).

Downsampling and the order of averaging follow the MeTriX MuX package, the source of the published
figures.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from srcnn.metrics.pair import Levels, levels
from srcnn.metrics.ssim import K1, K2, WINDOW, smooth

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the scales, finest first."""
SMALLEST = (WINDOW - 1) * 2 ** (len(WEIGHTS) - 1) + 1
"""Smallest height and width in pixels, 161: the window still fits at the coarsest scale."""

# Half of the low-pass filter of the 9/7 biorthogonal wavelets, from the center outwards.
_HALF = (
    0.852698679008894,
    0.377402855612831,
    -0.110624404418437,
    -0.023849465019557,
    0.037828455507264,
)


def msssim(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    """Compute the multi-scale SSIM of two images (equation 7).

    Luminance, contrast and structure are each averaged over the image before they are multiplied; a
    negative mean structure counts as 0.

    Args:
        a: An image, (H, W) uint8, uint16, or floats in [0, 1], at least 161 pixels each way.
        b: An image with the same shape and dtype.

    Returns:
        The similarity; 1 for equal images.

    Raises:
        UsageError: Shapes or dtypes differ, or an image is too small or has several channels. Fewer
            scales would be another measure.
    """
    x, y = levels("msssim", a, b, SMALLEST)
    product = 1.0
    for scale, weight in enumerate(WEIGHTS):
        if scale:
            x, y = _half(x), _half(y)
        luminance, contrast, structure = _means(x, y)
        product *= (contrast * max(structure, 0.0)) ** weight
    return float(product * luminance**weight)


def _means(x: Levels, y: Levels) -> tuple[float, float, float]:
    c1, c2 = (K1 * 255) ** 2, (K2 * 255) ** 2
    mx, my = smooth(x), smooth(y)
    # Rounding can make the variance of a flat image slightly negative.
    vx, vy = (np.maximum(smooth(z * z) - m * m, 0) for z, m in ((x, mx), (y, my)))
    vxy, deviations = smooth(x * y) - mx * my, np.sqrt(vx * vy)
    luminance = (2 * mx * my + c1) / (mx * mx + my * my + c1)
    contrast = (2 * deviations + c2) / (vx + vy + c2)
    structure = (vxy + c2 / 2) / (deviations + c2 / 2)
    return float(luminance.mean()), float(contrast.mean()), float(structure.mean())


def _half(image: Levels) -> Levels:
    """Low-pass filter an image with mirrored borders, and return every second row and column."""
    taps = np.array(_HALF[:0:-1] + _HALF) / (2 * sum(_HALF) - _HALF[0])
    padded = np.pad(image, len(taps) // 2, mode="symmetric")
    rows: Levels = sliding_window_view(padded, len(taps), axis=0)[::2] @ taps
    out: Levels = sliding_window_view(rows, len(taps), axis=1)[:, ::2] @ taps
    return out

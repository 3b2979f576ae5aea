"""The Haar wavelet-based perceptual similarity index, HaarPSI.

R. Reisenhofer, S. Bosse, G. Kutyniok, T. Wiegand: "A Haar Wavelet-Based Perceptual Similarity Index
for Image Quality Assessment", Signal Processing: Image Communication 61, 2018. Its symbols: g are
the Haar filters, S the similarity, HS the local similarity, W the weights, l the logistic function.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.images.quantize import peak

C, ALPHA = 30.0, 4.2
"""The paper's constants."""
SMALLEST = 16
"""Smallest height and width in pixels: the widest filter spans 8 pixels of the halved image."""
_YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
"""From R, G, B to Y, I, Q, as in the authors' program."""

Maps = NDArray[np.float64]
"""(h, w) values of one channel or filter."""


def haarpsi(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Compute the HaarPSI of an image and its reference; their order does not matter.

    Args:
        a: An image, (H, W) gray or (H, W, 3) RGB, uint8, uint16, or floats in [0, 1], at least 16
            pixels each way.
        b: An image with the same shape and dtype.

    Returns:
        The similarity, 0 to 1; 1 for equal images.

    Raises:
        UsageError: Shapes or dtypes differ, or the images are too small.
    """
    if a.shape != b.shape or a.dtype != b.dtype:
        raise UsageError("haarpsi", f"pictures differ: {a.shape} {a.dtype} and {b.shape} {b.dtype}")
    if not (a.ndim == 2 or (a.ndim == 3 and a.shape[2] == 3)) or min(a.shape[:2]) < SMALLEST:
        raise UsageError(f"haarpsi of shape {a.shape}", f"needs {SMALLEST} pixels each way")
    first, second = (_halved(image.astype(np.float64) * (255 / peak(a.dtype))) for image in (a, b))
    similarities, weights = [], []
    for axis in (0, 1):
        one, other = (_haar(image[0], axis) for image in (first, second))
        # The two fine scales are compared, and the third one weighs their similarity.
        similarities.append((_s(one[0], other[0]) + _s(one[1], other[1])) / 2)
        weights.append(np.maximum(one[2], other[2]))
    if len(first) == 3:
        chroma = [_s(*(np.abs(_mean(image[k])) for image in (first, second))) for k in (1, 2)]
        similarities.append((chroma[0] + chroma[1]) / 2)
        weights.append((weights[0] + weights[1]) / 2)
    total = float(np.sum(weights))
    if total == 0:  # both are flat
        return float(_unlogistic(np.mean(_logistic(np.array(similarities)))) ** 2)
    weighed = float(np.sum(_logistic(np.array(similarities)) * np.array(weights))) / total
    return float(_unlogistic(weighed) ** 2)


def _halved(image: NDArray[np.float64]) -> list[Maps]:
    """Return the channels, averaged over 2 x 2 pixels and subsampled by 2."""
    channels = [image] if image.ndim == 2 else list(np.moveaxis(image @ _YIQ.T, 2, 0))
    return [_mean(channel)[::2, ::2] for channel in channels]


def _mean(channel: Maps) -> Maps:
    pair = np.full(2, 0.5)
    return _filtered(_filtered(channel, pair, 0), pair, 1)


def _haar(luma: Maps, axis: int) -> list[Maps]:
    """Return the magnitudes of the Haar filters of scales 1, 2 and 3 along an axis."""
    found = []
    for scale in (1, 2, 3):
        side = 2**scale
        low = np.full(side, 1.0 / side)
        high = np.repeat([-1.0, 1.0], side // 2)
        found.append(np.abs(_filtered(_filtered(luma, high, axis), low, 1 - axis)))
    return found


def _filtered(values: Maps, kernel: Maps, axis: int) -> Maps:
    """Convolve along an axis with zeros beyond the border, keeping the size as MATLAB's conv2."""
    side = len(kernel)
    before, after = (side - 1) // 2, side // 2
    widths = [(before, after) if k == axis else (0, 0) for k in (0, 1)]
    windows = sliding_window_view(np.pad(values, widths), side, axis=axis)
    made: Maps = windows @ kernel[::-1]
    return made


def _s(one: Maps, other: Maps) -> Maps:
    made: Maps = (2 * one * other + C) / (one**2 + other**2 + C)
    return made


def _logistic(values: Any) -> Any:
    return 1 / (1 + np.exp(-ALPHA * values))


def _unlogistic(value: Any) -> Any:
    return np.log(value / (1 - value)) / ALPHA

"""PSNR of the error weighted by the eye's contrast sensitivity.

The sensitivity is that of the picture quality scale (Miyahara, Kotani, Algazi: "Objective picture
quality scale (PQS) for image coding", IEEE Trans. Communications 46(9), 1998), turned into a filter
of 41 x 41 taps by sampling frequencies, like the common MATLAB function.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from srcnn.metrics.pair import levels

HALF = 20
"""Sampled frequencies range from -20 to 20 cycles per degree; half the sampling rate is 30."""
SIGMA, BETA, F0 = 2.0, 8.0, 11.13
"""Constants of the contrast sensitivity; F0 is in cycles per degree."""


def wpsnr(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    """Compute the weighted PSNR of two images, 20 log10(peak / RMS of the filtered error).

    The error beyond the border counts as 0.

    Args:
        a: An image, (H, W) uint8, uint16, or floats in [0, 1].
        b: An image with the same shape and dtype.

    Returns:
        The ratio in dB; infinity for equal images.

    Raises:
        UsageError: Shapes or dtypes differ, or the images have several channels.
    """
    x, y = levels("wpsnr", a, b)
    error = (x - y) / 255
    # The center of a linear convolution; the filter is symmetric.
    shape = [side + 2 * HALF for side in error.shape]
    spectrum = np.fft.rfft2(error, shape) * np.fft.rfft2(_taps(), shape)
    seen = np.fft.irfft2(spectrum, shape)[HALF:-HALF, HALF:-HALF]
    mse = float(np.mean(seen**2))
    return -10 * math.log10(mse) if mse else math.inf


def _taps() -> NDArray[np.float64]:
    """Return (41, 41) taps whose Fourier transform is the sensitivity at every whole frequency."""
    centered = np.fft.ifft2(np.fft.ifftshift(_sensitivity()))
    taps: NDArray[np.float64] = np.fft.fftshift(centered).real
    return taps


def _sensitivity() -> NDArray[np.float64]:
    """Return the sensitivity at (u, v) cycles per degree, with zero frequency in the center.

    It is a band-pass that is weaker along diagonals above F0.
    """
    u = np.arange(-HALF, HALF + 1.0)
    w = 2 * np.pi * np.hypot(u, u[:, None]) / 60
    band = 1.5 * np.exp(-((SIGMA * w) ** 2) / 2) - np.exp(-((SIGMA * w) ** 2))
    angle = np.arctan2(u[:, None], u)
    high = np.exp(BETA * (w - 2 * np.pi * F0 / 60))
    sensitivity: NDArray[np.float64] = band * (1 + high * np.cos(2 * angle) ** 4) / (1 + high)
    return sensitivity

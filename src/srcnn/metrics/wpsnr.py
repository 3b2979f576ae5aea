"""PSNR of the error that the eye sees: weighted by its sensitivity to contrast.

The sensitivity is that of the picture quality scale (Miyahara, Kotani, Algazi: "Objective picture quality
scale (PQS) for image coding", IEEE Trans. Communications 46(9), 1998), made a filter of 41 x 41 taps by
sampling of frequencies, as the usual MATLAB function has it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.metrics.pair import levels

HALF = 20
"""Frequencies go from -20 to 20 cycles per degree in each direction; half a sample rate is 30."""
SIGMA, BETA, F0 = 2.0, 8.0, 11.13


def wpsnr(a: NDArray[Any], b: NDArray[Any]) -> float:
    """20 log10(peak / RMS of the filtered error) in dB of two H x W pictures, same shape and dtype.

    Beyond the border the error is 0. Equal pictures give infinity.
    """
    x, y = levels("wpsnr", a, b)
    error = (x - y) / 255
    # Linear convolution, of which the middle is kept; the filter is symmetric.
    shape = [side + 2 * HALF for side in error.shape]
    spectrum = np.fft.rfft2(error, shape) * np.fft.rfft2(_taps(), shape)
    seen = np.fft.irfft2(spectrum, shape)[HALF:-HALF, HALF:-HALF]
    mse = float(np.mean(seen**2))
    return -10 * math.log10(mse) if mse else math.inf


def _taps() -> NDArray[np.float64]:
    """41 x 41; its Fourier transform is the sensitivity at every whole frequency."""
    centred = np.fft.ifft2(np.fft.ifftshift(_sensitivity()))
    taps: NDArray[np.float64] = np.fft.fftshift(centred).real
    return taps


def _sensitivity() -> NDArray[np.float64]:
    """At (u, v) cycles per degree, zero in the middle: a band-pass, weaker along diagonals above F0."""
    u = np.arange(-HALF, HALF + 1.0)
    w = 2 * np.pi * np.hypot(u, u[:, None]) / 60
    band = 1.5 * np.exp(-((SIGMA * w) ** 2) / 2) - np.exp(-((SIGMA * w) ** 2))
    angle = np.arctan2(u[:, None], u)
    high = np.exp(BETA * (w - 2 * np.pi * F0 / 60))
    sensitivity: NDArray[np.float64] = band * (1 + high * np.cos(2 * angle) ** 4) / (1 + high)
    return sensitivity

"""Blur by an anisotropic Gaussian, as caused by lenses and motion."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srcnn.images.degradations.step import Planes

_REACH = 4.0
"""Radius of the kernel in standard deviations."""


@dataclass(frozen=True)
class Blur:
    """Convolution with a Gaussian; borders are mirrored.

    Attributes:
        sigmas: Standard deviations along the two axes of the Gaussian, in pixels. Equal values give
            an isotropic Gaussian.
        angle: Rotation of the first axis from the horizontal toward the vertical, in degrees.
    """

    sigmas: tuple[float, float]
    angle: float = 0.0

    def kernel(self) -> NDArray[np.float32]:
        """Return the Gaussian sampled at whole pixels, (2r + 1, 2r + 1) float32 with sum 1."""
        r = max(1, math.ceil(_REACH * max(self.sigmas)))
        y, x = np.mgrid[-r : r + 1, -r : r + 1]
        cos, sin = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        along, across = cos * x + sin * y, cos * y - sin * x
        # A width of 0 is an impulse; at 0.01 pixels the neighbors' weights are 0 in float64.
        first, second = (max(sigma, 0.01) for sigma in self.sigmas)
        weights = np.exp(-((along / first) ** 2 + (across / second) ** 2) / 2)
        kernel: NDArray[np.float32] = (weights / weights.sum()).astype(np.float32)
        return kernel

    def __call__(self, planes: Planes, random: np.random.Generator) -> Planes:
        """See `Step`."""
        from scipy import fft  # four times faster than NumPy's, but slow to import

        kernel = self.kernel()
        r = len(kernel) // 2
        height, width = planes.shape[1:]
        padded = np.pad(planes, ((0, 0), (r, r), (r, r)), mode="symmetric")
        size = (height + 2 * r, width + 2 * r)
        # The wrapped-around part of this circular convolution is cropped.
        spectrum = fft.rfft2(padded) * fft.rfft2(kernel, size)
        blurred: Planes = fft.irfft2(spectrum, size)[:, 2 * r :, 2 * r :].astype(np.float32)
        return blurred

    def __str__(self) -> str:
        """Return a short description."""
        first, second = self.sigmas
        if first == second:
            return f"blur {first:.2f}"
        return f"blur {first:.2f} x {second:.2f} at {self.angle:.0f}°"

"""Blur: a Gaussian with its own width along each of two axes, as lenses and motion leave it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srcnn.images.degradations.step import Planes

_REACH = 4.0
"""Standard deviations from the center at which the kernel ends."""


@dataclass(frozen=True)
class Blur:
    """Convolution with a Gaussian; borders are mirrored.

    Attributes:
        sigmas: Standard deviations along the two axes of the Gaussian, in pixels; equal: isotropic.
        angle: Degrees by which the first axis is turned from the horizontal toward the vertical.
    """

    sigmas: tuple[float, float]
    angle: float = 0.0

    def kernel(self) -> NDArray[np.float32]:
        """Return the Gaussian at whole pixels, (2r + 1, 2r + 1), of sum 1."""
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
        from scipy import fft  # it takes a quarter of the time of NumPy's, but long to import

        kernel = self.kernel()
        r = len(kernel) // 2
        height, width = planes.shape[1:]
        padded = np.pad(planes, ((0, 0), (r, r), (r, r)), mode="symmetric")
        size = (height + 2 * r, width + 2 * r)
        # Circular convolution: what wraps around lies outside the part that is kept.
        spectrum = fft.rfft2(padded) * fft.rfft2(kernel, size)
        blurred: Planes = fft.irfft2(spectrum, size)[:, 2 * r :, 2 * r :].astype(np.float32)
        return blurred

    def __str__(self) -> str:
        first, second = self.sigmas
        if first == second:
            return f"blur {first:.2f}"
        return f"blur {first:.2f} x {second:.2f} at {self.angle:.0f}°"

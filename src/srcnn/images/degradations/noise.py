"""Noise of the sensor's electronics (Gaussian) and of light itself (Poisson)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from srcnn.images.degradations.step import Planes

Distribution = Literal["Gaussian", "Poisson"]
DISTRIBUTIONS: tuple[Distribution, ...] = get_args(Distribution)
Channels = Literal["RGB", "luma", "chroma"]
CHANNELS: tuple[Channels, ...] = get_args(Channels)

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)[:, None, None]
"""Weights of R, G and B in luma (ITU-R BT.601, section 2.5.1)."""


@dataclass(frozen=True)
class Noise:
    """Independent noise in every pixel. The result may leave [0, 1].

    Attributes:
        distribution: ``Gaussian`` noise is the same everywhere; the variance of ``Poisson`` noise
            (photon noise) is proportional to the value.
        level: Standard deviation in gray levels of 255; for Poisson noise at a value of 1/2.
        channels: ``RGB``: independent noise in each channel. ``luma``: the same noise in R, G and
            B. ``chroma``: ``RGB`` noise minus its luma. Ignored for gray images.
    """

    distribution: Distribution
    level: float
    channels: Channels = "RGB"

    def __call__(self, planes: Planes, random: np.random.Generator) -> Planes:
        """See `Step`."""
        source = planes
        if self.channels == "luma" and len(planes) == 3:
            source = np.sum(_LUMA * planes, axis=0, keepdims=True)
        noise = self._noise(source, random)
        if self.channels == "chroma" and len(planes) == 3:
            noise -= np.sum(_LUMA * noise, axis=0, keepdims=True)
        return planes + noise

    def _noise(self, planes: Planes, random: np.random.Generator) -> Planes:
        deviation = np.float32(self.level / 255)
        if self.distribution == "Gaussian":
            return deviation * random.standard_normal(planes.shape, np.float32)
        if deviation == 0:
            return np.zeros_like(planes)
        # With N photons at a value of 1 the variance at v is v / N, so N = (1/2) / deviation^2.
        photons = 0.5 / float(deviation) ** 2
        expected = np.maximum(planes, 0) * photons
        return ((random.poisson(expected) - expected) / photons).astype(np.float32)

    def __str__(self) -> str:
        """Return a short description."""
        return f"{self.distribution} noise {self.level:.1f} ({self.channels})"

"""The common interface of degradation steps."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
"""(C, h, w) floats around [0, 1]; C = 1 for gray images and luma, 3 for RGB."""


class Step(Protocol):
    """A degradation with fixed parameters. ``str`` returns a short description."""

    def __call__(self, planes: Planes, random: np.random.Generator) -> Planes:
        """Return the degraded image; only noise uses ``random``.

        Args:
            planes: (C, h, w) float32 around [0, 1].
            random: Source of randomness.
        """
        ...

"""What the steps of a degradation have in common."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
"""(C, h, w) around [0, 1]: C = 1 for gray pictures and luma, 3 for RGB."""


class Step(Protocol):
    """A degradation with all its parameters drawn. ``str`` names it and them in a few words."""

    def __call__(self, planes: Planes, random: np.random.Generator) -> Planes:
        """Return the degraded image. Only noise needs ``random``."""
        ...

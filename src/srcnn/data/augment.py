"""Augmentation as named steps on patches."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

DIHEDRAL = 8


def dihedral(patch: NDArray[Any], k: int) -> NDArray[Any]:
    """One of the 8 exact flips and turns of a square patch, k in 0..7; k = 0 changes nothing."""
    turned = np.rot90(patch, k % 4)
    return turned[:, ::-1] if k >= 4 else turned


def full_range(y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Y in [16, 235] / 255 stretched to the [0, 1] of a gray picture.

    A network that saw only Y never met the darkest and brightest values of gray pictures. Bicubic is
    linear, so stretching a degraded patch is degrading a stretched one.
    """
    return (y - np.float32(16 / 255)) * np.float32(255 / 219)

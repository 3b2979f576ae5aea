"""Augmentations of patches, one function each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srcnn.images.color import Color, convert, linear
from srcnn.images.crop import Scalar

DIHEDRAL = 8
"""Number of flips and rotations of a square."""
Patch = NDArray[np.float32]
"""(C, H, W) floats around [0, 1]."""


def dihedral(patch: NDArray[Scalar], k: int) -> NDArray[Scalar]:
    """Flip and rotate a square patch exactly, (P, P) or (P, P, C).

    Args:
        patch: The patch.
        k: Which of the 8 transformations, 0 to 7; 0 changes nothing.

    Returns:
        A view of the transformed patch.
    """
    turned = np.rot90(patch, k % 4)
    return turned[:, ::-1] if k >= 4 else turned


# Bicubic resizing is linear and preserves constants, so the two functions below commute with it: an
# augmented low-resolution patch is the low-resolution version of the augmented reference. This
# holds only without clamping, so values may leave [0, 1].


def hue(patch: Patch, degrees: float, color: Color) -> Patch:
    """Rotate the colors of a patch around the gray axis: Y stays, Cb and Cr rotate.

    Args:
        patch: (3, H, W) floats.
        degrees: Angle of the rotation.
        color: Color space of the patch.
    """
    turn = np.radians(degrees)
    circle = np.eye(3)
    circle[1:, 1:] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    return _mapped(patch, circle, "YCbCr", color)


def brightness(patch: Patch, factor: float, color: Color) -> Patch:
    """Multiply R, G and B of a patch by a factor.

    Args:
        patch: (3, H, W) floats.
        factor: The factor.
        color: Color space of the patch.
    """
    return _mapped(patch, factor * np.eye(3), "RGB", color)


def _mapped(patch: Patch, matrix: NDArray[np.float64], space: Color, color: Color) -> Patch:
    """Apply ``matrix`` in ``space`` to a patch in ``color``, measuring colors relative to black."""
    black = convert(np.zeros(3), "RGB", color)
    whole = (linear(color, space)[0] @ matrix.T @ linear(space, color)[0]).T
    offset = black - whole @ black
    out: Patch = np.tensordot(whole.astype(np.float32), patch, 1)
    out += offset.astype(np.float32)[:, None, None]
    return out


@dataclass(frozen=True)
class Recolor:
    """Random changes of hue and brightness, the same for input and reference.

    Attributes:
        color: Color space of the patches, YCbCr or RGB.
        hue: Largest rotation in degrees, in either direction.
        brightness: Largest factor, 1 or more; the smallest factor is its inverse.
    """

    color: Color
    hue: float
    brightness: float

    def __call__(self, random: np.random.Generator, x: Patch, y: Patch) -> tuple[Patch, Patch]:
        """Return input and reference, (3, H, W) each, with the same random change."""
        degrees = random.uniform(-self.hue, self.hue)
        factor = self.brightness ** random.uniform(-1, 1)
        x, y = (hue(patch, degrees, self.color) for patch in (x, y))
        return brightness(x, factor, self.color), brightness(y, factor, self.color)

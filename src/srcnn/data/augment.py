"""Augmentation as named steps on patches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.images.color import Color, convert, linear

DIHEDRAL = 8
Patch = NDArray[np.float32]


def dihedral(patch: NDArray[Any], k: int) -> NDArray[Any]:
    """One of the 8 exact flips and turns of a square patch, k in 0..7; k = 0 changes nothing."""
    turned = np.rot90(patch, k % 4)
    return turned[:, ::-1] if k >= 4 else turned


# Bicubic is linear and leaves a constant as it is, so what the two below make of a degraded patch is a
# degraded patch: of the truth that they make. Its values may leave [0, 1] for that, and are not clamped.


def hue(patch: Patch, degrees: float, color: Color) -> Patch:
    """3 x H x W with its colours turned around the gray axis: Y stays, Cb and Cr go in a circle."""
    turn = np.radians(degrees)
    circle = np.eye(3)
    circle[1:, 1:] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    return _mapped(patch, circle, "YCbCr", color)


def brightness(patch: Patch, factor: float, color: Color) -> Patch:
    """3 x H x W with R, G and B so many times as large."""
    return _mapped(patch, factor * np.eye(3), "RGB", color)


def _mapped(patch: Patch, matrix: NDArray[np.float64], space: Color, color: Color) -> Patch:
    """A patch in ``color`` with ``matrix`` applied to how far its colours are from black, in ``space``."""
    black = convert(np.zeros(3), "RGB", color)
    whole = (linear(color, space)[0] @ matrix.T @ linear(space, color)[0]).T
    offset = black - whole @ black
    out: Patch = np.tensordot(whole.astype(np.float32), patch, 1)
    out += offset.astype(np.float32)[:, None, None]
    return out


@dataclass(frozen=True)
class Recolour:
    """Hue and brightness by chance, of input and truth alike."""

    color: Color
    """Of the patches: YCbCr or RGB."""
    hue: float
    """Largest turn, in degrees, either way."""
    brightness: float
    """Largest factor, 1 or more; as likely the same part darker."""

    def __call__(self, random: np.random.Generator, x: Patch, y: Patch) -> tuple[Patch, Patch]:
        degrees = random.uniform(-self.hue, self.hue)
        factor = self.brightness ** random.uniform(-1, 1)
        x, y = (hue(patch, degrees, self.color) for patch in (x, y))
        return brightness(x, factor, self.color), brightness(y, factor, self.color)

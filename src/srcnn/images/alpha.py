"""Alpha: a picture without it, and what colour transparent pixels lend to their visible neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def bleed(
    colour: NDArray[np.float32], alpha: NDArray[np.float32], reach: int
) -> NDArray[np.float32]:
    """Colour for the pixels that ``alpha`` hides: C x H x W and H x W floats in, C x H x W out.

    What stands in a hidden pixel is arbitrary, mostly black, and would draw a halo around everything
    visible. Within ``reach`` pixels of a visible pixel it becomes the mean of its neighbours that are
    visible, or were filled before it; farther away nobody can see it, and it stays.
    """
    known = alpha > 0
    if known.all() or not known.any():
        return colour
    out = np.where(known, colour, 0)
    for _ in range(reach):
        count = _sum_of_neighbours(known.astype(np.float32))
        filled = ~known & (count > 0)
        out = np.where(filled, _sum_of_neighbours(out) / np.maximum(count, 1), out)
        known = known | filled
    return np.where(known, out, colour)


def without_alpha(pixels: NDArray[Any]) -> NDArray[Any]:
    """H x W (gray) or H x W x 3 (RGB) of a picture with alpha or without."""
    if pixels.ndim == 2:
        return pixels
    return pixels[..., 0] if pixels.shape[2] == 2 else pixels[..., :3]


def _sum_of_neighbours(plane: NDArray[Any]) -> NDArray[Any]:
    """The sum over 3 x 3 pixels of ... x H x W, nothing outside."""
    padded = np.pad(plane, [(0, 0)] * (plane.ndim - 2) + [(1, 1), (1, 1)])
    rows = padded[..., :-2, :] + padded[..., 1:-1, :] + padded[..., 2:, :]
    total: NDArray[Any] = rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]
    return total

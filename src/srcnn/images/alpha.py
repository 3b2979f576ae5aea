"""Alpha: remove it, or fill the hidden pixels around visible ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def bleed(
    color: NDArray[np.float32], alpha: NDArray[np.float32], reach: int
) -> NDArray[np.float32]:
    """Replace the color of transparent pixels near visible ones.

    Hidden pixels have arbitrary values, mostly black, which would draw a halo around everything
    visible. Within ``reach`` pixels of a visible pixel, a hidden pixel becomes the mean of its
    neighbors that are visible or already filled. Pixels farther away have no effect and stay.

    Args:
        color: (C, H, W) floats.
        alpha: (H, W) floats; 0 is fully transparent.
        reach: Distance in pixels.

    Returns:
        (C, H, W) floats.
    """
    known = alpha > 0
    if known.all() or not known.any():
        return color
    out = np.where(known, color, 0)
    for _ in range(reach):
        count = _sum_of_neighbors(known.astype(np.float32))
        filled = ~known & (count > 0)
        out = np.where(filled, _sum_of_neighbors(out) / np.maximum(count, 1), out)
        known = known | filled
    return np.where(known, out, color)


def without_alpha(pixels: NDArray[np.number]) -> NDArray[np.number]:
    """Return (H, W) gray or (H, W, 3) RGB of an image with or without alpha."""
    if pixels.ndim == 2:
        return pixels
    return pixels[..., 0] if pixels.shape[2] == 2 else pixels[..., :3]


def _sum_of_neighbors(plane: NDArray[np.number]) -> NDArray[np.number]:
    """Return sums over 3 x 3 pixels of (..., H, W), with zeros outside."""
    padded = np.pad(plane, [(0, 0)] * (plane.ndim - 2) + [(1, 1), (1, 1)])
    rows = padded[..., :-2, :] + padded[..., 1:-1, :] + padded[..., 2:, :]
    total: NDArray[np.number] = rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]
    return total

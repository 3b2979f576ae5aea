"""Cut float planes into patches, and average overlapping patches into a plane.

A patch covers 3 x 3 low-resolution pixels, and the next one starts one low-resolution pixel
further. So all patches are aligned to the low-resolution grid, and 9 of them cover each pixel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

LOW_SIDE = 3
"""Side of a patch in low-resolution pixels."""


def side(scale: int) -> int:
    """Return the side P of a patch in pixels."""
    return LOW_SIDE * scale


def cut(planes: NDArray[Any], scale: int) -> NDArray[Any]:
    """Return all patches that fit, starting at the first pixel, as a view without copying.

    Args:
        planes: (C, H, W).
        scale: The scale; neighboring patches are ``scale`` pixels apart.

    Returns:
        (rows, columns, C, P, P).
    """
    windows = sliding_window_view(planes, (side(scale), side(scale)), axis=(1, 2))
    return np.moveaxis(windows[:, ::scale, ::scale], 0, 2)


class Overlap:
    """A plane assembled from the patches that `cut` would cut from it; each pixel is their mean."""

    def __init__(self, height: int, width: int, scale: int) -> None:
        """Start with an empty plane of ``height`` x ``width`` pixels."""
        self._sum = np.zeros((height, width))
        self._scale = scale

    def add(self, first: int, patches: NDArray[Any]) -> None:
        """Add (rows, columns, P, P) patches, starting at row ``first`` of the grid of patches."""
        rows, columns = patches.shape[:2]
        s = self._scale
        for y in range(side(s)):
            top = first * s + y
            for x in range(side(s)):
                places = (slice(top, top + rows * s, s), slice(x, x + columns * s, s))
                self._sum[places] += patches[:, :, y, x]

    def mean(self) -> NDArray[np.float64]:
        """Return the (H, W) float64 mean of all added patches; 0 where no patch lies."""
        counts = [self._count(length) for length in self._sum.shape]
        return self._sum / np.maximum(np.outer(*counts), 1)

    def _count(self, length: int) -> NDArray[np.intp]:
        """Return the number of patches that cover each pixel of a line."""
        count = np.zeros(length, np.intp)
        for first in range(0, length - side(self._scale) + 1, self._scale):
            count[first : first + side(self._scale)] += 1
        return count

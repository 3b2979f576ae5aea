"""Patches of float planes, and the picture that overlapping patches make.

A patch covers 3 x 3 low-res pixels and the next one begins one low-res pixel further, so all patches
lie alike on the grid of the low-res picture, and 9 of them meet in each pixel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

LOW_SIDE = 3
"""Side of a patch, in low-res pixels."""


def side(scale: int) -> int:
    """Side P of a patch, in pixels."""
    return LOW_SIDE * scale


def cut(planes: NDArray[Any], scale: int) -> NDArray[Any]:
    """C x H x W to rows x columns x C x P x P: every patch that fits; a view, so nothing is copied.

    The first patch begins at the first pixel.
    """
    windows = sliding_window_view(planes, (side(scale), side(scale)), axis=(1, 2))
    return np.moveaxis(windows[:, ::scale, ::scale], 0, 2)


class Overlap:
    """A plane made of the patches that `cut` would cut of it: each pixel is the mean of all upon it."""

    def __init__(self, height: int, width: int, scale: int) -> None:
        self._sum = np.zeros((height, width))
        self._scale = scale

    def add(self, first: int, patches: NDArray[Any]) -> None:
        """rows x columns x P x P patches, the first of which stand in row ``first`` of the grid."""
        rows, columns = patches.shape[:2]
        s = self._scale
        for y in range(side(s)):
            top = first * s + y
            for x in range(side(s)):
                places = (slice(top, top + rows * s, s), slice(x, x + columns * s, s))
                self._sum[places] += patches[:, :, y, x]

    def mean(self) -> NDArray[np.float64]:
        """H x W, when every patch has been added; 0 where none lies."""
        counts = [self._count(length) for length in self._sum.shape]
        return self._sum / np.maximum(np.outer(*counts), 1)

    def _count(self, length: int) -> NDArray[np.intp]:
        """How many patches lie on each pixel of a line."""
        count = np.zeros(length, np.intp)
        for first in range(0, length - side(self._scale) + 1, self._scale):
            count[first : first + side(self._scale)] += 1
        return count

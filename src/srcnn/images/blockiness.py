"""Estimate how visible the blocks of a JPEG are in an image that may no longer be one.

S. Minami, A. Zakhor: "An Optimization Approach for Removing Blocking Effects in Transform Coding",
IEEE Transactions on Circuits and Systems for Video Technology 5(2), 1995: at the border of a block
the slope differs from the mean of the slopes on both sides. Here the magnitude of that difference
is compared between each of the eight places where the borders may be and the seven others, since a
picture that was cropped keeps its blocks, but not where they begin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float32]
"""(h, w) gray levels of 255."""

BLOCK = 8
"""Side of a block in pixels (ITU-T T.81, section A.3.1)."""
_MOST = 20.0
"""Largest difference that counts, in gray levels, so that a few sharp edges do not decide."""


def blockiness(planes: Iterable[Levels]) -> float:
    """Compare steps at the borders of blocks with steps elsewhere.

    Args:
        planes: Parts of the luma whose first rows and columns lie on the same place of the grid.

    Returns:
        The geometric mean of both directions: about 1 without blocks, 1.3 for JPEG of quality 75,
        1.6 for 50. 1 for an image that is too small or flat.
    """
    sums, counts = np.zeros((2, BLOCK)), np.zeros((2, BLOCK))
    for plane in planes:
        for k, values in enumerate((plane, plane.T)):
            steps = _steps(values)
            for place in range(min(BLOCK, steps.shape[1])):
                part = steps[:, place::BLOCK]
                sums[k, place] += part.sum(dtype=np.float64)
                counts[k, place] += part.size
    if not counts.all():
        return 1.0
    return math.sqrt(_ratio(sums[0] / counts[0]) * _ratio(sums[1] / counts[1]))


def _steps(plane: Levels) -> Levels:
    """Return how much each slope along a row differs from the mean of its two neighbors."""
    slope = np.diff(plane, axis=1)
    if slope.shape[1] < 3:
        return np.zeros((len(plane), 0), np.float32)
    steps: Levels = np.abs(slope[:, 1:-1] - (slope[:, :-2] + slope[:, 2:]) / 2)
    return np.minimum(steps, np.float32(_MOST), out=steps)


def _ratio(means: NDArray[np.float64]) -> float:
    """Return the largest of the means over the mean of the others."""
    place = int(means.argmax())
    others = float(np.delete(means, place).mean())
    return float(means[place]) / others if others > 0 else 1.0

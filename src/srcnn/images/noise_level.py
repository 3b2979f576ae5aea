"""Estimate the noise of an image from its flattest parts.

J. Immerkaer: "Fast Noise Variance Estimation", Computer Vision and Image Understanding 64(2), 1996:
the mean magnitude of a Laplacian difference, which is blind to slopes and edges. Over a whole image
texture counts as noise, so it is computed for tiles, of which the flattest count. Where even those
have texture, the same estimate from second differences tells: they let more of the coarser detail
through, of which texture has more than white noise. The noise of light grows with brightness, so
dark, middle and bright tiles are looked at separately.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float32]
"""(h, w) gray levels of 255."""

TILE = 16
"""Side of a tile in pixels."""
_FLATTEST = 0.05
"""Fraction of the tiles that are flatter than the one whose noise is the estimate."""
_COMPARED = 0.1
"""Fraction of the tiles whose two estimates are compared."""
_CLIPPED = 0.05
"""Fraction of black or white pixels above which a tile is left out: noise is cut off there."""
_FEW = 8
"""Smallest number of tiles; with fewer, those with black or white pixels count, too."""
_GROUPS = 3
"""Number of groups of tiles by brightness, if each has enough tiles."""
# Standard deviation of a normal variable over its mean magnitude.
_NORMAL = math.sqrt(math.pi / 2)
# Roots of the sums of squares of the two masks' coefficients.
_LAPLACIAN, _SECOND = 6.0, math.sqrt(6)
_ENDS, _MEAN = 2, 3
"""Rows of `_tiles`: the fraction of black or white pixels, and the mean gray level."""


@dataclass(frozen=True)
class NoiseLevel:
    """An estimate of the noise in one channel, where it is strongest.

    Attributes:
        level: Standard deviation in gray levels of 255; about 10 % too low for white noise on flat
            ground, because the flattest tiles are also the luckiest.
        whiteness: The level over that by second differences: 1 for white noise, 0.5 to 0.7 for
            texture.
    """

    level: float
    whiteness: float


def noise_level(planes: Iterable[Levels]) -> NoiseLevel:
    """Estimate the noise in one channel.

    Args:
        planes: Parts of the channel. A part without a whole tile does not count.

    Returns:
        The estimate; zeros if no part counts.
    """
    found = [_tiles(plane) for plane in planes if min(plane.shape) >= TILE + 2]
    if not found:
        return NoiseLevel(0.0, 0.0)
    tiles = np.concatenate(found, axis=1)
    kept = tiles[:, tiles[_ENDS] <= _CLIPPED]
    if kept.shape[1] < _FEW:
        kept = tiles
    kept = kept[:, np.argsort(kept[_MEAN], kind="stable")]
    count = _GROUPS if kept.shape[1] >= _GROUPS * _FEW else 1
    levels = [_level(group) for group in np.array_split(kept, count, axis=1)]
    # What is large and white is noise; what is only large may be texture.
    return max(levels, key=lambda found: found.level * min(found.whiteness, 1.0))


def _level(tiles: Levels) -> NoiseLevel:
    fine, coarse = tiles[:2]
    flat = coarse <= np.quantile(coarse, _COMPARED)
    total = float(coarse[flat].sum())
    whiteness = float(fine[flat].sum()) / total if total > 0 else 0.0
    return NoiseLevel(float(np.quantile(fine, _FLATTEST)), whiteness)


def _tiles(plane: Levels) -> Levels:
    """Return a column for each tile, (4, n), see `_ENDS` and `_MEAN`; first both estimates."""
    down = plane[:-2] - 2 * plane[1:-1] + plane[2:]
    across = plane[:, :-2] - 2 * plane[:, 1:-1] + plane[:, 2:]
    laplacian = np.abs(across[:-2] - 2 * across[1:-1] + across[2:])
    second = (np.abs(down[:, 1:-1]) + np.abs(across[1:-1])) / 2
    inner = plane[1:-1, 1:-1]
    ends = ((inner < 1.5) | (inner > 253.5)).astype(np.float32)
    fine = _means(laplacian) * np.float32(_NORMAL / _LAPLACIAN)
    coarse = _means(second) * np.float32(_NORMAL / _SECOND)
    return np.stack([fine, coarse, _means(ends), _means(inner)])


def _means(values: Levels) -> Levels:
    height, width = (side - side % TILE for side in values.shape)
    tiles = values[:height, :width].reshape(height // TILE, TILE, width // TILE, TILE)
    means: Levels = tiles.mean((1, 3)).ravel()
    return means

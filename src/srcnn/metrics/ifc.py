"""Information fidelity criterion: how much a picture still tells of the truth.

Sheikh, Bovik, de Veciana: "An information fidelity criterion for image quality assessment using natural
scene statistics", IEEE Trans. Image Processing 14(12), 2005, in the form that its authors released: vectors
of 3 x 3 coefficients, windows that grow with resolution, borders left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from srcnn._optional import need
from srcnn.metrics.pair import Levels, levels

LEVELS = 4
ORDER = 5
"""Of the steerable pyramid's filters: six orientations."""
ORIENTATIONS = (0, 3)
"""Those that count: one and its perpendicular."""
BLOCK = 3
"""Side of the vectors of coefficients."""
SMALLEST = 72
"""Pixels each way: the filters fit at every level, and a block remains that no border touches."""
_LEAST = 1e-10
"""Added to the noise, that it is never 0."""
_FLAT = 1e-15
"""A variance that counts as none."""


def ifc(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Bits per pixel that ``a`` shares with the truth ``b``; they do not commute.

    H x W, of the same shape and dtype, at least 72 pixels each way. Equal pictures give a large number, not
    infinity. Needs the extra ``evaluate`` (pyrtools).
    """
    picture, truth = levels("ifc", a, b, SMALLEST)
    need("evaluate", "metric ifc", "pyrtools")
    ours, theirs = _bands(picture), _bands(truth)
    return sum(_shared(ours[key], theirs[key], key[0]) for key in theirs) / truth.size


def _bands(image: Levels) -> dict[tuple[int, int], Levels]:
    """By (level, orientation), level 0 the finest: the bands that count, cut to whole blocks."""
    from pyrtools.pyramids import SteerablePyramidSpace

    found = SteerablePyramidSpace(image, height=LEVELS, order=ORDER).pyr_coeffs
    return {
        (level, orientation): _whole(found[level, orientation])
        for level in range(LEVELS)
        for orientation in ORIENTATIONS
    }


def _whole(band: Levels) -> Levels:
    height, width = (side // BLOCK * BLOCK for side in band.shape)
    return band[:height, :width]


def _shared(picture: Levels, truth: Levels, level: int) -> float:
    """Bits of one band: equation 16, summed over the blocks whose window no border touches."""
    window = 2 ** (LEVELS - level) + 1
    gain, noise = _channel(picture, truth, window)
    blocks = truth.reshape(truth.shape[0] // BLOCK, BLOCK, -1, BLOCK).swapaxes(1, 2)
    vectors = blocks.reshape(*blocks.shape[:2], BLOCK**2)
    covariance = _covariance(truth)
    # The most likely variance field of a Gaussian scale mixture. Where blocks vary in fewer directions than
    # they have pixels, as beside a straight edge, only those count.
    field = (
        np.sum(vectors @ np.linalg.pinv(covariance, hermitian=True) * vectors, axis=2) / BLOCK**2
    )
    border = -(-(window // 2) // BLOCK)
    inner = np.s_[border : field.shape[0] - border, border : field.shape[1] - border]
    ratio = (gain**2 * field / (noise + _LEAST))[inner]
    eigenvalues = np.linalg.eigvalsh(covariance)
    return float(sum(np.log2(1 + ratio * value).sum() for value in eigenvalues))


def _channel(picture: Levels, truth: Levels, window: int) -> tuple[Levels, Levels]:
    """(gain, variance of the noise) about the middle of each block: picture = gain x truth + noise."""
    mx, my = _means(truth, window), _means(picture, window)
    variance = np.maximum(_means(truth**2, window) - mx**2, 0)
    own = np.maximum(_means(picture**2, window) - my**2, 0)
    covariance = _means(truth * picture, window) - mx * my
    # A negative gain is no signal, and where the truth is flat there is none.
    gain = np.divide(covariance, variance, out=np.zeros_like(mx), where=variance > _FLAT)
    gain[(gain < 0) | (own <= _FLAT)] = 0
    return gain, np.maximum(own - gain * covariance, 0)


def _means(band: Levels, window: int) -> Levels:
    """Over windows about the middles of the blocks; mirrored at the border, whose pixels come once."""
    padded = np.pad(band, window // 2, mode="reflect")
    at = np.s_[BLOCK // 2 :: BLOCK]
    rows = sliding_window_view(padded, window, axis=0)[at].mean(axis=-1)
    means: Levels = sliding_window_view(rows, window, axis=1)[:, at].mean(axis=-1)
    return means


def _covariance(band: Levels) -> Levels:
    """9 x 9, of all blocks, overlapping ones too."""
    vectors = sliding_window_view(band, (BLOCK, BLOCK)).reshape(-1, BLOCK**2)
    covariance: Levels = np.cov(vectors, rowvar=False, bias=True)
    return covariance

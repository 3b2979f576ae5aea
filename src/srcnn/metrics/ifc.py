"""Information fidelity criterion: how much information an image shares with its reference.

Sheikh, Bovik, de Veciana: "An information fidelity criterion for image quality assessment using
natural scene statistics", IEEE Trans. Image Processing 14(12), 2005, in the form that its authors
released: vectors of 3 x 3 coefficients, windows that grow with the resolution, and no borders.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from srcnn._optional import need
from srcnn.metrics.pair import Levels, levels

LEVELS = 4
"""Levels of the steerable pyramid."""
ORDER = 5
"""Order of the steerable pyramid's filters, which gives six orientations."""
ORIENTATIONS = (0, 3)
"""Orientations that are measured: one and its perpendicular."""
BLOCK = 3
"""Side of the blocks of coefficients that form a vector."""
SMALLEST = 72
"""Smallest height and width in pixels: filters fit at every level, and an inner block remains."""
_LEAST = 1e-10
"""Added to the variance of the noise, so that it is never 0."""
_FLAT = 1e-15
"""Variances up to this one count as 0."""


def ifc(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    """Compute the information fidelity criterion of an image.

    The arguments do not commute. Equal images give a large number, not infinity. Needs the extra
    ``evaluate`` (pyrtools).

    Args:
        a: The image, (H, W) uint8, uint16, or floats in [0, 1], at least 72 pixels each way.
        b: The reference, with the same shape and dtype.

    Returns:
        Bits per pixel that the image shares with the reference.

    Raises:
        UsageError: Shapes or dtypes differ, or an image is too small or has several channels.
        MissingExtra: pyrtools is not installed.
    """
    picture, truth = levels("ifc", a, b, SMALLEST)
    need("evaluate", "metric ifc", "pyrtools")
    ours, theirs = _bands(picture), _bands(truth)
    return sum(_shared(ours[key], theirs[key], key[0]) for key in theirs) / truth.size


def _bands(image: Levels) -> dict[tuple[int, int], Levels]:
    """Return the measured bands by (level, orientation), cut to whole blocks, finest level 0."""
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
    """Return the bits of one band (equation 16) over blocks whose window is inside the image."""
    window = 2 ** (LEVELS - level) + 1
    gain, noise = _channel(picture, truth, window)
    blocks = truth.reshape(truth.shape[0] // BLOCK, BLOCK, -1, BLOCK).swapaxes(1, 2)
    vectors = blocks.reshape(*blocks.shape[:2], BLOCK**2)
    covariance = _covariance(truth)
    # The maximum-likelihood variance field of a Gaussian scale mixture. The pseudo-inverse ignores
    # directions in which the blocks do not vary, as beside a straight edge.
    field = (
        np.sum(vectors @ np.linalg.pinv(covariance, hermitian=True) * vectors, axis=2) / BLOCK**2
    )
    border = -(-(window // 2) // BLOCK)
    inner = np.s_[border : field.shape[0] - border, border : field.shape[1] - border]
    ratio = (gain**2 * field / (noise + _LEAST))[inner]
    eigenvalues = np.linalg.eigvalsh(covariance)
    return float(sum(np.log2(1 + ratio * value).sum() for value in eigenvalues))


def _channel(picture: Levels, truth: Levels, window: int) -> tuple[Levels, Levels]:
    """Return gain and noise variance around each block, where image = gain x reference + noise."""
    mx, my = _means(truth, window), _means(picture, window)
    variance = np.maximum(_means(truth**2, window) - mx**2, 0)
    own = np.maximum(_means(picture**2, window) - my**2, 0)
    covariance = _means(truth * picture, window) - mx * my
    # A negative gain is not a signal, and a flat reference has none.
    gain = np.divide(covariance, variance, out=np.zeros_like(mx), where=variance > _FLAT)
    gain[(gain < 0) | (own <= _FLAT)] = 0
    return gain, np.maximum(own - gain * covariance, 0)


def _means(band: Levels, window: int) -> Levels:
    """Return means of windows centered on the blocks; borders mirror about the edge pixel."""
    padded = np.pad(band, window // 2, mode="reflect")
    at = np.s_[BLOCK // 2 :: BLOCK]
    rows = sliding_window_view(padded, window, axis=0)[at].mean(axis=-1)
    means: Levels = sliding_window_view(rows, window, axis=1)[:, at].mean(axis=-1)
    return means


def _covariance(band: Levels) -> Levels:
    """Return the 9 x 9 covariance of all blocks, including overlapping ones."""
    vectors = sliding_window_view(band, (BLOCK, BLOCK)).reshape(-1, BLOCK**2)
    covariance: Levels = np.cov(vectors, rowvar=False, bias=True)
    return covariance

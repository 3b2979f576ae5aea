"""Noise quality measure: the signal-to-noise ratio of images as the eye perceives them.

Damera-Venkata, Kite, Geisler, Evans, Bovik: "Image quality assessment based on a degradation
model", IEEE Trans. Image Processing 9(4), 2000, based on Peli's model of contrast in bands (J. Opt.
Soc. Am. A 7(10), 1990). Viewing distance and thresholds follow the MeTriX MuX package, the source
of the published figures.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from srcnn.metrics.pair import Levels, levels

BANDS = 5
"""Number of octave-wide bands, centered on 2, 4, 8, 16 and 32 cycles per image."""
ANGLE = math.degrees(1 / 3.5)
"""Visual angle of an image in degrees, viewed from 3.5 times its height."""


def nqm(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    """Compute the noise quality measure of an image.

    The arguments do not commute.

    Args:
        a: The image, (H, W) uint8, uint16, or floats in [0, 1].
        b: The reference, with the same shape and dtype.

    Returns:
        The ratio in dB. Infinity if no difference is visible; otherwise minus infinity if nothing
        of the reference is visible.

    Raises:
        UsageError: Shapes or dtypes differ, or an image has several channels.
    """
    picture, truth = levels("nqm", a, b)
    gains = _gains(truth.shape)
    ours, theirs = _split(picture, gains), _split(truth, gains)
    # The contrast of a band is relative to the sum of everything below it, its local mean.
    mean_ours, mean_theirs = ours[0], theirs[0]
    seen_ours, seen_theirs = np.zeros_like(truth), np.zeros_like(truth)
    for band in range(1, BANDS + 1):
        with np.errstate(divide="ignore", invalid="ignore"):  # black has no contrast
            contrast, wanted = ours[band] / mean_ours, theirs[band] / mean_theirs
        mean_ours, mean_theirs = mean_ours + ours[band], mean_theirs + theirs[band]
        least = _threshold(2**band / ANGLE)
        unmasked = np.where(_masked(contrast, wanted, band), theirs[band], ours[band])
        seen_ours += np.where(np.abs(contrast) < least, 0, unmasked)
        seen_theirs += np.where(np.abs(wanted) < least, 0, theirs[band])
    signal, noise = float(np.sum(seen_theirs**2)), float(np.sum((seen_theirs - seen_ours) ** 2))
    if noise == 0:
        return math.inf
    return 10 * math.log10(signal / noise) if signal else -math.inf


def _threshold(frequency: float) -> float:
    """Return the smallest visible contrast at a frequency in cycles per degree."""
    x = 0.114 * frequency
    return 1 / (520 * (0.0192 + x) * math.exp(-(x**1.1)))


def _masked(contrast: Levels, wanted: Levels, band: int) -> NDArray[np.bool_]:
    """Return where the pattern of the reference hides the difference.

    As in the package, the threshold is that of a frequency of ``band`` cycles per degree, and
    negative contrasts hide nothing.
    """
    least = _threshold(band)
    limited = np.where(np.abs(contrast) > 1, 1, contrast)
    masked: NDArray[np.bool_] = np.abs(limited - wanted) < 0.86 * (wanted - least) + 0.3 * least
    return masked


def _split(image: Levels, gains: list[Levels]) -> list[Levels]:
    """Return the mean below the bands, and the bands; their sum is the low-passed image."""
    spectrum = np.fft.fft2(image)
    return [np.fft.ifft2(gain * spectrum).real for gain in gains]


def _gains(shape: tuple[int, ...]) -> list[Levels]:
    """Return band filters in the order of `numpy.fft`, cosines on a logarithmic frequency scale."""
    # With an odd side no sample lies at 0, as in the package.
    rows, columns = (np.arange(side) - side / 2 for side in shape)
    radius = np.hypot(rows[:, None], columns)
    with np.errstate(divide="ignore"):
        octave = np.log2(radius)
    distances = [np.log2(radius + 2) - 1, *(octave - band for band in range(1, BANDS + 1))]
    return [
        np.fft.fftshift(0.5 + 0.5 * np.cos(np.pi * np.clip(distance, -1, 1)))
        for distance in distances
    ]

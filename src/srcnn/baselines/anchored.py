"""A+: map each patch with the linear regressor of its most similar atom.

Timofte, De Smet, Van Gool: "A+: Adjusted anchored neighborhood regression for fast
super-resolution", ACCV 2014. The atoms of a dictionary are anchors; the map of each is the ridge
regression of its nearest samples among all samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.dictionary import Progress, learn
from srcnn.baselines.samples import Pair, Samples
from srcnn.baselines.samples import Settings as Teaching

NAME = "a+"
_AT_ONCE = 16
"""Anchors processed at once; their products with all samples are in memory."""


@dataclass(frozen=True)
class Settings(Teaching):
    """Settings of A+: those of sparse coding with more samples, and of the regression.

    Attributes:
        shrink: Additional scales at which the training images are used.
        samples: Largest number of training patches.
        neighbours: Samples that each regression uses.
        ridge: Weight of the map's squared norm in the loss.
    """

    shrink: tuple[float, ...] = (0.92, 0.85, 0.78)
    samples: int = 2_000_000
    neighbours: int = 2048
    ridge: float = 0.1


@dataclass(frozen=True)
class Anchored:
    """Anchors and their linear maps.

    Attributes:
        anchors: (K, d) float32, each of length 1.
        maps: (K, d, P²) float32.
    """

    anchors: NDArray[np.float32]
    maps: NDArray[np.float32]

    def residuals(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `srcnn.baselines.example_based.Coder`."""
        nearest = np.abs(features @ self.anchors.T).argmax(axis=1)
        order = np.argsort(nearest, kind="stable")
        bounds = np.searchsorted(nearest[order], np.arange(len(self.anchors) + 1))
        out = np.empty((len(features), self.maps.shape[2]), np.float32)
        for anchor in np.flatnonzero(np.diff(bounds)):
            which = order[bounds[anchor] : bounds[anchor + 1]]
            out[which] = features[which] @ self.maps[anchor]
        return out


def train(
    pairs: Sequence[Pair],
    scale: int,
    basis: NDArray[np.float32],
    settings: Settings,
    progress: Progress,
) -> Anchored:
    """Train anchors and maps from pairs of images.

    The result is identical in every run if BLAS uses one thread.

    Args:
        pairs: Images and their bicubic versions.
        scale: The scale.
        basis: (4P², d), from `srcnn.baselines.features.basis_of`.
        settings: The settings.
        progress: Called with the finished fraction.

    Raises:
        MissingData: The images give too few patches.
    """
    samples = Samples(pairs, scale, basis, settings.samples)
    anchors = learn(samples.features, settings.learning, lambda part: progress(0.5 * part))
    neighbours = min(settings.neighbours, len(samples.features))
    maps = []
    for first in range(0, len(anchors), _AT_ONCE):
        # A map has no constant term, so a patch and its negative are equally good samples.
        near = np.abs(anchors[first : first + _AT_ONCE] @ samples.features.T)
        for row in near:
            which = np.argpartition(row, -neighbours)[-neighbours:]
            maps.append(regress(samples.features[which], samples.residuals(which), settings.ridge))
        progress(0.5 + 0.5 * len(maps) / len(anchors))
    return Anchored(anchors, np.stack(maps))


def regress(
    features: NDArray[np.float32], residuals: NDArray[np.float32], ridge: float
) -> NDArray[np.float32]:
    """Fit a linear map by ridge regression.

    Args:
        features: (n, d).
        residuals: (n, P²).
        ridge: Weight of the map's squared norm in the loss.

    Returns:
        The map, (d, P²) float32.
    """
    x, y = features.astype(np.float64), residuals.astype(np.float64)
    penalty = ridge * np.eye(x.shape[1])
    return np.linalg.solve(x.T @ x + penalty, x.T @ y).astype(np.float32)

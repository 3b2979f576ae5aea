"""A+: each patch goes through the linear map of the atom that is most like it.

Timofte, De Smet, Van Gool: "A+: Adjusted anchored neighborhood regression for fast super-resolution",
ACCV 2014. The atoms of a dictionary are anchors; the map of each is the ridge regression of its nearest
samples, of all that there are.
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
"""Anchors whose products with all samples are held."""


@dataclass(frozen=True)
class Settings(Teaching):
    """Those of sparse coding, with more to learn from, and how a map is found."""

    shrink: tuple[float, ...] = (0.92, 0.85, 0.78)
    samples: int = 2_000_000
    neighbours: int = 2048
    ridge: float = 0.1


@dataclass(frozen=True)
class Anchored:
    """Anchors and their maps."""

    anchors: NDArray[np.float32]
    """K x d, of length 1."""
    maps: NDArray[np.float32]
    """K x d x P²."""

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
    """Anchors and maps from pairs of pictures. The same bytes each time, on one thread of BLAS."""
    samples = Samples(pairs, scale, basis, settings.samples)
    anchors = learn(samples.features, settings.learning, lambda part: progress(0.5 * part))
    neighbours = min(settings.neighbours, len(samples.features))
    maps = []
    for first in range(0, len(anchors), _AT_ONCE):
        # A map has no constant, so a patch and its negative teach it the same.
        near = np.abs(anchors[first : first + _AT_ONCE] @ samples.features.T)
        for row in near:
            which = np.argpartition(row, -neighbours)[-neighbours:]
            maps.append(regress(samples.features[which], samples.residuals(which), settings.ridge))
        progress(0.5 + 0.5 * len(maps) / len(anchors))
    return Anchored(anchors, np.stack(maps))


def regress(
    features: NDArray[np.float32], residuals: NDArray[np.float32], ridge: float
) -> NDArray[np.float32]:
    """d x P²: the map from n x d features to n x P² residuals, with ``ridge`` times its squares in the loss."""
    x, y = features.astype(np.float64), residuals.astype(np.float64)
    penalty = ridge * np.eye(x.shape[1])
    return np.linalg.solve(x.T @ x + penalty, x.T @ y).astype(np.float32)

"""What the example-based methods learn from: features of bicubic patches, and what bicubic lacks there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.dictionary import Learning
from srcnn.baselines.features import flat, gradients
from srcnn.baselines.patches import cut, side

Pair = tuple[NDArray[np.float32], NDArray[np.float32]]
"""(truth, its bicubic picture): H x W luma around [0, 1], sides multiples of the scale."""

_LEAST = 0.1
"""Length of the features of a patch that teaches: shorter ones are flat, and nothing is missing there."""


@dataclass(frozen=True)
class Settings:
    """Everything that what is trained depends on, beside the pictures; as sparse coding has it."""

    learning: Learning = field(default_factory=Learning)
    shrink: tuple[float, ...] = ()
    """Sizes at which the pictures are learned from, too."""
    samples: int = 100_000
    """Patches that teach, at most."""


class Samples:
    """Patches of many pictures, N at most about ``most``, by chance if there are more."""

    def __init__(
        self, pairs: Sequence[Pair], scale: int, basis: NDArray[np.float32], most: int
    ) -> None:
        self._side = side(scale)
        random = np.random.default_rng(0)
        patches = sum(truth.size for truth, _ in pairs) / scale**2
        features, starts, widths, missing = [], [], [], []
        end = 0
        for truth, bicubic in pairs:
            residual = (truth - bicubic)[scale:-scale, scale:-scale]
            found = cut(gradients(bicubic, scale), scale)
            numbers = flat(found) @ basis
            kept = np.flatnonzero(np.linalg.norm(numbers, axis=1) > _LEAST)
            if patches > most:
                kept = kept[random.random(len(kept)) < most / patches]
            row, column = np.divmod(kept, found.shape[1])
            features.append(numbers[kept])
            starts.append(end + (row * residual.shape[1] + column) * scale)
            widths.append(np.full(len(kept), residual.shape[1]))
            missing.append(residual.ravel())
            end += residual.size
        self._features = np.concatenate(features)
        self._lengths = np.linalg.norm(self._features, axis=1, keepdims=True)
        self._features /= self._lengths
        # Residuals are cut when they are asked for: all of them would be three times the features.
        self._starts, self._widths = np.concatenate(starts), np.concatenate(widths)
        self._missing = np.concatenate(missing)

    @property
    def features(self) -> NDArray[np.float32]:
        """N x d, each of length 1: a method's answer grows with its question."""
        return self._features

    @property
    def lengths(self) -> NDArray[np.float32]:
        """N x 1: of the features before that."""
        lengths: NDArray[np.float32] = self._lengths
        return lengths

    def residuals(self, which: NDArray[np.intp]) -> NDArray[np.float32]:
        """n x P²: truth less bicubic of some patches, divided by the length of their features."""
        line = np.arange(self._side)
        steps = line[:, None] * self._widths[which, None, None] + line
        places = (self._starts[which, None, None] + steps).reshape(len(which), -1)
        out: NDArray[np.float32] = self._missing[places] / self._lengths[which]
        return out

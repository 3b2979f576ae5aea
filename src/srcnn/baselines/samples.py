"""Training samples of example-based methods: features of bicubic patches, and their residuals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.dictionary import Learning
from srcnn.baselines.features import flat, gradients
from srcnn.baselines.patches import cut, side

Pair = tuple[NDArray[np.float32], NDArray[np.float32]]
"""(reference, its bicubic version): (H, W) luma around [0, 1], sides multiples of the scale."""

_LEAST = 0.1
"""Patches with shorter features are flat and are not used, because bicubic is right there."""


@dataclass(frozen=True)
class Settings:
    """Everything besides the images that training depends on; the defaults are for sparse coding.

    Attributes:
        learning: Settings of the dictionary.
        shrink: Additional scales at which the training images are used.
        samples: Largest number of training patches.
    """

    learning: Learning = field(default_factory=Learning)
    shrink: tuple[float, ...] = ()
    samples: int = 100_000


class Samples:
    """At most about ``most`` patches of many images, chosen at random if there are more."""

    def __init__(
        self, pairs: Sequence[Pair], scale: int, basis: NDArray[np.float32], most: int
    ) -> None:
        """Compute the features, and choose the patches.

        Args:
            pairs: Images and their bicubic versions.
            scale: The scale.
            basis: (4P², d), from `srcnn.baselines.features.basis_of`.
            most: Approximate limit on the number of patches.
        """
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
        # Residuals are cut on demand: together they take three times the memory of the features.
        self._starts, self._widths = np.concatenate(starts), np.concatenate(widths)
        self._missing = np.concatenate(missing)

    @property
    def features(self) -> NDArray[np.float32]:
        """(N, d) features of length 1, because a method's output is proportional to its input."""
        return self._features

    @property
    def lengths(self) -> NDArray[np.float32]:
        """(N, 1) lengths of the features before they were scaled."""
        lengths: NDArray[np.float32] = self._lengths
        return lengths

    def residuals(self, which: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return reference minus bicubic, divided by the length of the patch's features.

        Args:
            which: (n,) indices of patches.

        Returns:
            (n, P²) float32.
        """
        line = np.arange(self._side)
        steps = line[:, None] * self._widths[which, None, None] + line
        places = (self._starts[which, None, None] + steps).reshape(len(which), -1)
        out: NDArray[np.float32] = self._missing[places] / self._lengths[which]
        return out

"""Sparse coding with coupled dictionaries, for low-resolution patches and for their residuals.

Yang, Wright, Huang, Ma: "Image super-resolution via sparse representation", TIP 2010, as
implemented by Zeyde, Elad and Protter: codes come from orthogonal matching pursuit, and the
high-resolution dictionary is the least-squares fit of the residuals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.dictionary import Progress, learn
from srcnn.baselines.samples import Pair, Samples, Settings

NAME = "sparse-coding"
_NONZERO = 3
"""Atoms per patch."""
_RIDGE = 1e-6
"""Keeps linear systems solvable: atoms can be alike, and some are never used."""
_AT_ONCE = 4096
"""Patches processed at once."""


@dataclass(frozen=True)
class SparseCoding:
    """Both dictionaries.

    Attributes:
        low: (K, d) float32 atoms of length 1.
        high: (K, P²) float32.
    """

    low: NDArray[np.float32]
    high: NDArray[np.float32]

    def residuals(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `srcnn.baselines.example_based.Coder`."""
        atoms, weights = pursue(features, self.low, _NONZERO)
        out: NDArray[np.float32] = weights[:, :1] * self.high[atoms[:, 0]]
        for k in range(1, _NONZERO):
            out += weights[:, k : k + 1] * self.high[atoms[:, k]]
        return out


def train(
    pairs: Sequence[Pair],
    scale: int,
    basis: NDArray[np.float32],
    settings: Settings,
    progress: Progress,
) -> SparseCoding:
    """Train both dictionaries from pairs of images.

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
    from scipy.sparse import csr_array

    samples = Samples(pairs, scale, basis, settings.samples)
    low = learn(samples.features, settings.learning, lambda part: progress(0.7 * part))
    gram = np.zeros((len(low), len(low)))
    answer = np.zeros((len(low), len(basis) // 4))
    count = len(samples.features)
    for first in range(0, count, _AT_ONCE):
        which = np.arange(first, min(first + _AT_ONCE, count))
        atoms, weights = pursue(samples.features[which], low, _NONZERO)
        # Use the patches' true lengths here, so that strong residuals have more weight.
        weights = (weights * samples.lengths[which]).astype(np.float64)
        truth = samples.residuals(which) * samples.lengths[which]
        ends = np.arange(0, atoms.size + 1, _NONZERO)
        shape = (len(which), len(low))
        codes = csr_array((weights.ravel(), atoms.ravel(), ends), shape=shape)
        gram += np.asarray((codes.T @ codes).todense())
        answer += np.asarray(codes.T @ truth)
        progress(0.7 + 0.3 * (which[-1] + 1) / count)
    ridge = _RIDGE * np.trace(gram) / len(low) * np.eye(len(low))
    return SparseCoding(low, np.linalg.solve(gram + ridge, answer).astype(np.float32))


def pursue(
    features: NDArray[np.float32], atoms: NDArray[np.float32], nonzero: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Find sparse codes by orthogonal matching pursuit, for all patches at once.

    scikit-learn's `orthogonal_mp_gram` gives the same codes one patch at a time and copies the Gram
    matrix for each, which is 20 times slower with 1024 atoms.

    Args:
        features: (N, d) float32.
        atoms: (K, d) float32 of length 1.
        nonzero: Atoms per patch.

    Returns:
        Indices of the atoms and their weights, both (N, nonzero).
    """
    gram = atoms @ atoms.T
    products = features @ atoms.T  # N x K
    left = products.copy()
    every = np.arange(len(features))[:, None]
    chosen = np.empty((len(features), 0), np.intp)
    for _ in range(nonzero):
        size = np.abs(left)
        size[every, chosen] = -1
        chosen = np.hstack([chosen, size.argmax(axis=1)[:, None]])
        k = chosen.shape[1]
        among = gram[chosen[:, :, None], chosen[:, None, :]] + _RIDGE * np.eye(k, dtype=np.float32)
        weights = np.linalg.solve(among, products[every, chosen][..., None])[..., 0]
        if k < nonzero:
            np.copyto(left, products)
            for j in range(k):
                left -= weights[:, j : j + 1] * gram[chosen[:, j]]
    return chosen, weights

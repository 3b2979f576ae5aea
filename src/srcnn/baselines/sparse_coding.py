"""Sparse coding with coupled dictionaries: a few atoms of low-res patches, the same of what they lack.

Yang, Wright, Huang, Ma: "Image super-resolution via sparse representation", TIP 2010, as Zeyde, Elad and
Protter do it: the codes are found by orthogonal matching pursuit, and the high-res dictionary is the one
that gives the residuals back best, by least squares.
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
"""Atoms to a patch."""
_RIDGE = 1e-6
"""Keeps what is solved for solvable: atoms can be alike, and some are never used."""
_AT_ONCE = 4096


@dataclass(frozen=True)
class SparseCoding:
    """Both dictionaries."""

    low: NDArray[np.float32]
    """K x d atoms of length 1."""
    high: NDArray[np.float32]
    """K x P²."""

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
    """Both dictionaries from pairs of pictures. The same bytes each time, on one thread of BLAS."""
    from scipy.sparse import csr_array

    samples = Samples(pairs, scale, basis, settings.samples)
    low = learn(samples.features, settings.learning, lambda part: progress(0.7 * part))
    gram = np.zeros((len(low), len(low)))
    answer = np.zeros((len(low), len(basis) // 4))
    count = len(samples.features)
    for first in range(0, count, _AT_ONCE):
        which = np.arange(first, min(first + _AT_ONCE, count))
        atoms, weights = pursue(samples.features[which], low, _NONZERO)
        # What shows most counts most: patches as they are, not of one length.
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
    """Orthogonal matching pursuit: (which atoms, N x nonzero; their weights) of N x d features.

    All patches at once. scikit-learn's `orthogonal_mp_gram` gives the same codes one by one, and copies
    the Gram matrix for each: with 1024 atoms 20 times as slow.
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

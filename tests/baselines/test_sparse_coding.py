"""The pursuit against scikit-learn's, and the high-res dictionary against least squares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import orthogonal_mp_gram

from srcnn.baselines.dictionary import Learning
from srcnn.baselines.features import basis_of
from srcnn.baselines.samples import Pair, Samples, Settings
from srcnn.baselines.sparse_coding import pursue, train

from .conftest import SCALE


def scikit_learn(
    features: NDArray[np.float32], atoms: NDArray[np.float32], nonzero: int
) -> NDArray[np.float64]:
    """N x K codes by an implementation that is not ours, in float64."""
    x, d = features.astype(np.float64), atoms.astype(np.float64)
    codes: NDArray[np.float64] = orthogonal_mp_gram(d @ d.T, d @ x.T, n_nonzero_coefs=nonzero)
    return codes.T


def dense(
    chosen: NDArray[np.intp], weights: NDArray[np.float32], atoms: int
) -> NDArray[np.float64]:
    codes = np.zeros((len(chosen), atoms))
    np.put_along_axis(codes, chosen, weights.astype(np.float64), axis=1)
    return codes


def test_pursuit_as_scikit_learn_has_it(random: np.random.Generator) -> None:
    atoms = random.normal(size=(60, 12)).astype(np.float32)
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    features = random.normal(size=(200, 12)).astype(np.float32)
    for nonzero in (1, 2, 3):
        codes = dense(*pursue(features, atoms, nonzero), 60)
        np.testing.assert_allclose(codes, scikit_learn(features, atoms, nonzero), atol=1e-3)


def test_pursuit_finds_what_a_patch_was_made_of(random: np.random.Generator) -> None:
    """Orthogonal atoms, by hand; and of nothing no code is made."""
    atoms = np.linalg.qr(random.normal(size=(8, 8)))[0].astype(np.float32)
    made = np.zeros((3, 8))
    made[0, [1, 4, 6]], made[1, [7, 0, 2]] = (3, -2, 1), (0.5, 4, -1)
    codes = dense(*pursue((made @ atoms).astype(np.float32), atoms, 3), 8)
    np.testing.assert_allclose(codes, made, atol=1e-5)


def test_the_high_dictionary_is_least_squares(pairs: list[Pair]) -> None:
    basis = basis_of([bicubic for _, bicubic in pairs], SCALE)
    settings = Settings(Learning(atoms=24, samples=400), samples=10**9)
    told: list[float] = []
    made = train(pairs, SCALE, basis, settings, told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    assert made.low.shape == (24, basis.shape[1])
    np.testing.assert_allclose(np.linalg.norm(made.low, axis=1), 1, atol=1e-5)
    samples = Samples(pairs, SCALE, basis, 10**9)
    features = samples.features * samples.lengths
    truth = samples.residuals(np.arange(len(features))) * samples.lengths
    codes = scikit_learn(features, made.low, 3)
    expected = codes @ np.linalg.lstsq(codes, truth, rcond=None)[0]
    np.testing.assert_allclose(made.residuals(features), expected, atol=2e-3)
    error = np.square(truth - made.residuals(features)).sum()
    assert error < 0.95 * np.square(truth).sum(), "it has to know better than bicubic"

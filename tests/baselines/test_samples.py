"""Samples against cutting them one by one."""

from __future__ import annotations

import numpy as np

from srcnn.baselines.features import basis_of, flat, gradients
from srcnn.baselines.patches import cut
from srcnn.baselines.samples import Pair, Samples

from .conftest import SCALE


def test_residuals_are_those_beside_the_features(pairs: list[Pair]) -> None:
    basis = basis_of([bicubic for _, bicubic in pairs], SCALE)
    samples = Samples(pairs, SCALE, basis, 10**9)
    features, residuals = [], []
    for truth, bicubic in pairs:
        numbers = flat(cut(gradients(bicubic, SCALE), SCALE)) @ basis
        missing = (truth - bicubic)[SCALE:-SCALE, SCALE:-SCALE]
        patches = flat(cut(missing[None], SCALE))
        length = np.linalg.norm(numbers, axis=1, keepdims=True)
        teaches = length[:, 0] > 0.1
        features.append((numbers / length)[teaches])
        residuals.append((patches / length)[teaches])
    expected = np.concatenate(features)
    assert 100 < len(expected) < sum(truth.size for truth, _ in pairs) / SCALE**2
    np.testing.assert_allclose(samples.features, expected, atol=1e-5)
    which = np.random.default_rng(0).permutation(len(expected))
    np.testing.assert_allclose(
        samples.residuals(which), np.concatenate(residuals)[which], atol=1e-5
    )


def test_no_more_than_are_wanted(pairs: list[Pair]) -> None:
    """About, as chance has it; and some of each picture."""
    basis = basis_of([bicubic for _, bicubic in pairs], SCALE)
    every = len(Samples(pairs, SCALE, basis, 10**9).features)
    few = Samples(pairs, SCALE, basis, 400)
    assert 100 < len(few.features) < 500 < every
    assert len(few.residuals(np.arange(len(few.features)))) == len(few.features)

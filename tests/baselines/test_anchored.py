"""A+: one anchor is ridge regression; several are the nearest one's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from srcnn.baselines.anchored import Anchored, Settings, train
from srcnn.baselines.dictionary import Learning
from srcnn.baselines.features import basis_of
from srcnn.baselines.samples import Pair, Samples

from .conftest import SCALE


@pytest.mark.parametrize("ridge", [0.1, 5.0])
def test_one_anchor_is_ridge_regression(pairs: list[Pair], ridge: float) -> None:
    basis = basis_of([bicubic for _, bicubic in pairs], SCALE)
    settings = Settings(Learning(atoms=1, samples=100), (), 10**9, neighbours=10**9, ridge=ridge)
    told: list[float] = []
    made = train(pairs, SCALE, basis, settings, told.append)
    assert made.maps.shape == (1, basis.shape[1], (3 * SCALE) ** 2)
    assert told[-1] == 1
    samples = Samples(pairs, SCALE, basis, 10**9)
    x = samples.features.astype(np.float64)
    y = samples.residuals(np.arange(len(x))).astype(np.float64)
    expected = Ridge(alpha=ridge, fit_intercept=False).fit(x, y).predict(x)
    np.testing.assert_allclose(made.residuals(samples.features), expected, atol=1e-5)


def test_an_anchor_learns_from_the_nearest(pairs: list[Pair]) -> None:
    """In angle; a patch and its negative are as near."""
    basis = basis_of([bicubic for _, bicubic in pairs], SCALE)
    settings = Settings(Learning(atoms=20, samples=300), (), 10**9, neighbours=50)
    made = train(pairs, SCALE, basis, settings, lambda part: None)
    assert made.anchors.shape == (20, basis.shape[1])
    samples = Samples(pairs, SCALE, basis, 10**9)
    for anchor, found in zip(made.anchors, made.maps, strict=True):
        nearest = np.argsort(-np.abs(samples.features @ anchor), kind="stable")[:50]
        x, y = samples.features[nearest], samples.residuals(nearest)
        expected = Ridge(alpha=0.1, fit_intercept=False).fit(x, y).coef_.T
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_each_patch_goes_through_its_nearest_anchor(random: np.random.Generator) -> None:
    anchors = np.eye(4, 6, dtype=np.float32)
    maps = random.normal(size=(4, 6, 9)).astype(np.float32)
    features = random.normal(size=(50, 6)).astype(np.float32)
    out = Anchored(anchors, maps).residuals(features)
    for patch, answer in zip(features, out, strict=True):
        likeness = [abs(float(patch @ anchor)) for anchor in anchors]
        expected = patch @ maps[likeness.index(max(likeness))]
        np.testing.assert_allclose(answer, expected, atol=1e-5)

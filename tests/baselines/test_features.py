"""Gradients by hand, and the basis against the singular value decomposition."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.baselines.features import basis_of, flat, gradients
from srcnn.baselines.patches import cut


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_gradients_of_a_parabola(scale: int) -> None:
    """y² + 3x: its differences over ``scale`` pixels are known, and its second ones are ``scale``²."""
    y, x = np.mgrid[0:20, 0:17].astype(np.float64)
    down, right, down_twice, right_twice = gradients(y**2 + 3 * x, scale)
    inner = y[scale:-scale, scale:-scale]
    after, before = scale - scale // 2, scale // 2
    np.testing.assert_allclose(down, (inner + after) ** 2 - (inner - before) ** 2)
    np.testing.assert_allclose(right, np.full(inner.shape, 3 * scale))
    np.testing.assert_allclose(down_twice, np.full(inner.shape, scale**2))
    np.testing.assert_allclose(right_twice, np.zeros(inner.shape))


def test_the_basis_holds_the_energy(photo: NDArray[np.uint8]) -> None:
    """99.9 %, and one direction less would not; the directions are those of numpy's SVD."""
    luma = photo[:120, :110, 0] / 255
    basis = basis_of([luma], 3)
    count = basis.shape[1]
    np.testing.assert_allclose(basis.T @ basis, np.eye(count), atol=1e-5)
    patches = flat(cut(gradients(luma, 3), 3)[::2, ::2]).astype(np.float64)
    _, values, vectors = np.linalg.svd(patches, full_matrices=False)
    share = np.cumsum(values**2) / np.sum(values**2)
    assert share[count - 2] < 0.999 <= share[count - 1]
    # The same space: what one keeps, the other keeps. The last directions are nearly alike in energy.
    kept = np.linalg.norm(vectors[: count // 2] @ basis, axis=1)
    np.testing.assert_allclose(kept, 1, atol=1e-3)


def test_a_flat_picture_has_no_features() -> None:
    assert not gradients(np.full((9, 9), 0.7), 2).any()

"""Patches and their overlap, against scikit-learn's and against loops."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.image import extract_patches_2d, reconstruct_from_patches_2d

from srcnn.baselines.patches import Overlap, cut


def test_cut_one_pixel_apart_as_scikit_learn_does(random: np.random.Generator) -> None:
    planes = random.random((2, 11, 8))
    patches = cut(planes, 1)
    assert patches.shape == (9, 6, 2, 3, 3)
    for k in range(2):
        expected = extract_patches_2d(planes[k], (3, 3))
        np.testing.assert_array_equal(patches[:, :, k].reshape(-1, 3, 3), expected)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_patches_begin_at_low_resolution_pixels(scale: int) -> None:
    """By hand: the numbers of the pixels tell where each patch lies."""
    side = 3 * scale
    height, width = side + 2 * scale, side + scale + 1
    plane = np.arange(height * width).reshape(height, width)
    patches = cut(plane[None], scale)
    assert patches.shape == (3, 2, 1, side, side)
    for row in range(3):
        for column in range(2):
            first = row * scale * width + column * scale
            assert patches[row, column, 0, 0, 0] == first
            assert patches[row, column, 0, -1, -1] == first + (side - 1) * (width + 1)


def test_overlap_is_averaged_as_scikit_learn_does(random: np.random.Generator) -> None:
    patches = random.random((9, 6, 3, 3))
    overlap = Overlap(11, 8, 1)
    overlap.add(0, patches)
    expected = reconstruct_from_patches_2d(patches.reshape(-1, 3, 3), (11, 8))
    np.testing.assert_allclose(overlap.mean(), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_overlap_by_hand(random: np.random.Generator, scale: int) -> None:
    """In strips, and with pixels at the end that no patch reaches."""
    side = 3 * scale
    rows, columns = 5, 4
    height, width = side + (rows - 1) * scale, side + (columns - 1) * scale + 1
    patches = random.random((rows, columns, side, side))
    total, count = np.zeros((height, width)), np.zeros((height, width))
    for row in range(rows):
        for column in range(columns):
            for y in range(side):
                for x in range(side):
                    total[row * scale + y, column * scale + x] += patches[row, column, y, x]
                    count[row * scale + y, column * scale + x] += 1
    assert count.max() == 9
    overlap = Overlap(height, width, scale)
    for first, last in ((0, 2), (2, 3), (3, 5)):
        overlap.add(first, patches[first:last])
    np.testing.assert_allclose(overlap.mean(), total / np.maximum(count, 1), rtol=0, atol=1e-12)
    assert (overlap.mean()[:, -1] == 0).all()

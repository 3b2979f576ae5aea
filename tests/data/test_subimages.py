"""The paper's sub-images: their number, their places, and every one of them once an epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from srcnn.data.patches import Pair, load_pairs
from srcnn.data.subimages import SubImageSampler
from srcnn.errors import MissingData
from srcnn.images.degrade import Degradation
from srcnn.images.grid import Grid
from srcnn.images.quantize import to_float
from srcnn.runs.pictures import Versions

GRID = Grid(1, 6)


def pair(height: int, width: int, first: int = 0) -> Pair:
    """A pair whose truth counts its pixels up from ``first``, and whose two pictures are the same."""
    truth = (np.arange(height * width).reshape(height, width) + first).astype(np.uint8)
    return Pair(truth, np.pad(to_float(truth), GRID.radius, mode="edge"), GRID)


def test_the_91_pictures_give_21884(shared: Path) -> None:
    """Sub-images of 33 x 33 at stride 14 at x3, from mod-cropped pictures; the paper says 24,800."""
    versions = Versions(3, (), Degradation(), 21)
    files = sorted((shared / "data" / "t91").iterdir())
    pairs = load_pairs(files, versions.all, GRID, print)
    assert len(pairs) == 91
    assert len(SubImageSampler(pairs, 21, 128, 1, 14).places) == 21884


def test_inputs_lie_inside_the_picture_with_the_truth_in_their_middle() -> None:
    sampler = SubImageSampler([pair(64, 50)], 21, 6, 1, 14)
    assert len(sampler.places) == 3 * 2  # 33 + 2 * 14 <= 64, 33 + 14 <= 50
    x, y, weights = sampler.batch(0)
    assert x.shape == (6, 1, 33, 33)
    assert y.shape == (6, 1, 21, 21)
    assert (weights == 1).all()
    np.testing.assert_array_equal(x[:, :, 6:-6, 6:-6], y)
    corners = {round(float(corner) * 255) for corner in x[:, 0, 0, 0]}
    assert corners == {(50 * row + column) % 256 for row in (0, 14, 28) for column in (0, 14)}


def test_an_epoch_has_each_of_them_once_in_an_order_of_its_own() -> None:
    sampler = SubImageSampler([pair(61, 61), pair(47, 33, 90)], 21, 4, 7, 14)
    count = len(sampler.places)
    assert count == 9 + 2
    batches = [sampler.batch(step)[0] for step in range(count)]
    seen = [sample.tobytes() for batch in batches for sample in batch]
    epochs = [seen[k : k + count] for k in range(0, len(seen), count)]
    assert len(epochs) == 4
    assert all(len(set(epoch)) == count for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 4
    # A run that resumes asks for a later step first.
    again = SubImageSampler(sampler.pairs, 21, 4, 7, 14)
    np.testing.assert_array_equal(again.batch(5)[0], batches[5])


def test_pictures_smaller_than_a_sub_image() -> None:
    assert len(SubImageSampler([pair(32, 90), pair(33, 33)], 21, 1, 1, 14).places) == 1
    with pytest.raises(MissingData):
        SubImageSampler([pair(32, 90)], 21, 1, 1, 14)

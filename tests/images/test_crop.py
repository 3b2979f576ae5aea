"""The two crops, on pictures whose pixels say where they came from."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.images.crop import modcrop, shave


def coordinates(height: int, width: int) -> NDArray[np.intp]:
    """H x W x 2: each pixel holds its own row and column."""
    return np.moveaxis(np.indices((height, width)), 0, 2)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(12, 12), (13, 17), (23, 12), (4, 31)])
def test_modcrop_keeps_the_top_left(size: tuple[int, int], scale: int) -> None:
    """The largest multiples of the scale that fit, cut at the right and at the bottom."""
    cut = modcrop(coordinates(*size), scale)
    height, width = (side // scale * scale for side in size)
    assert cut.shape == (height, width, 2)
    assert cut[0, 0].tolist() == [0, 0]
    assert cut[-1, -1].tolist() == [height - 1, width - 1]


@pytest.mark.parametrize("border", [0, 1, 3, 4])
def test_shave_cuts_every_side(border: int) -> None:
    cut = shave(coordinates(11, 14), border)
    assert cut[0, 0].tolist() == [border, border]
    assert cut[-1, -1].tolist() == [10 - border, 13 - border]
    assert cut.shape == (11 - 2 * border, 14 - 2 * border, 2)


def test_gray_pictures_are_cut_alike(photo: NDArray[np.uint8]) -> None:
    for cut in (modcrop(photo, 5), shave(photo, 7)):
        assert cut.shape[2] == 3
    np.testing.assert_array_equal(modcrop(photo[..., 1], 5), modcrop(photo, 5)[..., 1])
    np.testing.assert_array_equal(shave(photo[..., 1], 7), shave(photo, 7)[..., 1])

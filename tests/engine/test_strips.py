"""How an image is cut into tiles for a network."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srcnn.engine.strips import Workers
from srcnn.images.grid import Grid


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 300), st.integers(1, 4))
def test_tiles_cover_the_image(rows: int, columns: int, tile: int, factor: int) -> None:
    """No tile is larger than asked for, in pixels of the network's input."""
    size = rows * factor, columns * factor
    cuts = Workers(tile, 2).cut(size, Grid(factor, 7))
    for spans, length in zip((cuts.rows, cuts.columns), size, strict=True):
        assert (spans[0][0], spans[-1][1]) == (0, length)
        assert all(before[1] == after[0] for before, after in pairwise(spans))
        assert all(0 < stop - start <= tile * factor for start, stop in spans)
        assert all(start % factor == 0 for start, _ in spans)


def test_threads_have_no_say() -> None:
    """Pixels must not depend on the machine's cores."""
    assert Workers(128, 1).cut((300, 300), Grid(3, 7)) == Workers(128, 64).cut(
        (300, 300), Grid(3, 7)
    )


@pytest.mark.parametrize(
    ("low", "rows", "columns"),
    [
        ((1000, 1000), 8, 8),
        ((240, 427), 2, 4),
        ((360, 640), 3, 6),  # not 15
        ((128, 256), 1, 8),  # 2 of 128 x 128 would do
        ((128, 128), 1, 4),  # more would be narrower than 32
        ((60, 40), 1, 2),
        ((20, 20), 1, 1),
    ],
)
def test_a_small_image_has_tiles_for_several_threads(
    low: tuple[int, int], rows: int, columns: int
) -> None:
    for factor in (2, 3, 4):
        cuts = Workers(128, 2).cut((low[0] * factor, low[1] * factor), Grid(factor, 7))
        assert (len(cuts.rows), len(cuts.columns)) == (rows, columns)


def test_an_enlarged_image_is_cut_as_it_always_was() -> None:
    cuts = Workers(128, 2).cut((250, 130), Grid(1, 6))
    assert cuts.rows == [(0, 125), (125, 250)]
    assert cuts.columns == [(0, 65), (65, 130)]

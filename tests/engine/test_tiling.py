"""Tiles cover each pixel once, and a network in tiles gives what it gives in one piece."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from srcnn.engine.backends.table import CPU_TILE
from srcnn.engine.network import Network, enhance_whole
from srcnn.engine.tiling import Tile, in_tiles, tiles
from srcnn.images.grid import Grid

SIDES = st.integers(1, 60)
SIZES = st.integers(1, 70)
STEPS = st.integers(1, 5)
GRIDS = st.builds(Grid, st.integers(1, 4), st.integers(0, 8))


def box(padded: NDArray[Any], grid: Grid) -> NDArray[Any]:
    """Return (..., h + 2r, w + 2r) after a valid box filter of side 2r + 1, enlarged to the nearest pixel."""
    side = 2 * grid.radius + 1
    small = sliding_window_view(padded, (side, side), axis=(-2, -1)).mean((-2, -1))
    out: NDArray[Any] = small.repeat(grid.factor, -2).repeat(grid.factor, -1)
    return out


class Box:
    """A backend that is a box filter, and remembers the sizes of the pieces that it was given."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.pieces: list[tuple[int, int]] = []

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        assert batch.shape[0] == 1
        assert batch.flags.c_contiguous
        self.pieces.append((batch.shape[2], batch.shape[3]))
        return box(batch, self.grid)


@given(SIDES, SIDES, SIZES, STEPS)
def test_every_pixel_lies_in_one_tile(rows: int, columns: int, size: int, step: int) -> None:
    """Sides are multiples of the step: at most ``size``, unless that is less than one step."""
    height, width = rows * step, columns * step
    most = max(size // step, 1)
    covered = np.zeros((height, width), np.int64)
    count = 0
    for tile in tiles(height, width, size, step):
        assert all(edge % step == 0 for edge in tile)
        assert 0 < tile.bottom - tile.top <= most * step
        assert 0 < tile.right - tile.left <= most * step
        covered[tile.top : tile.bottom, tile.left : tile.right] += 1
        count += 1
    assert (covered == 1).all()
    assert count == -(-rows // most) * -(-columns // most)


@given(SIDES, SIDES, SIZES, STEPS)
def test_tiles_are_nearly_equal(rows: int, columns: int, size: int, step: int) -> None:
    """No slivers: an engine sees two sizes along each side at most."""
    cut = list(tiles(rows * step, columns * step, size, step))
    heights = {tile.bottom - tile.top for tile in cut}
    widths = {tile.right - tile.left for tile in cut}
    assert max(heights) - min(heights) <= step
    assert max(widths) - min(widths) <= step


def test_halo_in_the_padded_input() -> None:
    assert Tile(4, 7, 0, 5).given(Grid(1, 3)) == (slice(4, 13), slice(0, 11))
    # Output rows 6 to 12 lie over input rows 2 to 4; two rows of halo on each side.
    assert Tile(6, 12, 0, 9).given(Grid(3, 2)) == (slice(2, 8), slice(0, 7))


@settings(deadline=None)
@given(SIDES, SIDES, SIZES, GRIDS)
def test_tiled_box_filter_is_the_whole_one(rows: int, columns: int, size: int, grid: Grid) -> None:
    """The geometry alone, in float64: each tile with its halo gives its part of the whole to 1e-12."""
    image = np.random.default_rng(rows * 64 + columns).random((rows, columns))
    padded = np.pad(image, grid.radius, mode="edge")
    out = np.full((grid.factor * rows, grid.factor * columns), np.nan)
    for tile in tiles(*out.shape, size, grid.factor):
        part = box(padded[tile.given(grid)], grid)
        out[tile.top : tile.bottom, tile.left : tile.right] = part
    np.testing.assert_allclose(out, box(padded, grid), rtol=0, atol=1e-12)
    three = np.stack([padded, padded**2, 1 - padded])
    made = in_tiles(lambda piece: box(piece, grid), three, grid, size)
    np.testing.assert_allclose(made, box(three, grid), rtol=0, atol=1e-12)


@pytest.mark.parametrize("grid", [Grid(1, 2), Grid(3, 2)], ids=str)
@pytest.mark.parametrize("size", [(1, 1), (1, 33), (50, 1), (37, 41), (64, 64)])
def test_network_runs_in_tiles(
    size: tuple[int, int], grid: Grid, random: np.random.Generator
) -> None:
    """Pieces never exceed the tile and its halo, however large the image is."""
    backend = Box(grid)
    given = random.random((1, *size)).astype(np.float32)
    padded = np.pad(given, [(0, 0), (2, 2), (2, 2)], mode="edge")
    out = enhance_whole(Network("box", backend, grid), given, tile=16)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, box(padded, grid), rtol=0, atol=1e-6)
    side = 16
    assert len(backend.pieces) == -(-size[0] // side) * -(-size[1] // side)
    assert max(map(max, backend.pieces)) <= side + 4


def test_memory_is_bounded_from_the_start(random: np.random.Generator) -> None:
    """Nobody has to ask for tiles."""
    backend = Box(Grid(1, 1))
    enhance_whole(Network("box", backend, backend.grid), random.random((1, 700, 600)))
    assert len(backend.pieces) > 1
    assert max(map(max, backend.pieces)) <= CPU_TILE + 2


def test_a_piece_is_run_at_once(random: np.random.Generator) -> None:
    """The caller cuts tiles, so the network does not cut them again."""
    backend = Box(Grid(2, 1))
    Network("box", backend, backend.grid).enhance(random.random((1, 302, 202)))
    assert backend.pieces == [(302, 202)]

"""Tiles: they cover each pixel once, and a network in tiles gives what it gives in one piece."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from srcnn.engine.network import AUTO_TILE, Network
from srcnn.engine.tiling import Tile, tiles

SIDES = st.integers(1, 60)


def box(padded: NDArray[Any], radius: int) -> NDArray[Any]:
    """A valid box filter of side 2r + 1."""
    side = 2 * radius + 1
    out: NDArray[Any] = sliding_window_view(padded, (side, side)).mean((-2, -1))
    return out


class Box:
    """A backend that is a box filter, and remembers the largest piece it was given."""

    def __init__(self, radius: int) -> None:
        self.radius = radius
        self.largest = (0, 0)
        self.calls = 0

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        assert batch.shape[:2] == (1, 1)
        assert batch.flags.c_contiguous
        self.calls += 1
        self.largest = (
            max(self.largest[0], batch.shape[2]),
            max(self.largest[1], batch.shape[3]),
        )
        out: NDArray[np.float32] = box(batch[0, 0], self.radius)[None, None]
        return out


@given(SIDES, SIDES, st.integers(1, 70))
def test_every_pixel_lies_in_one_tile(height: int, width: int, size: int) -> None:
    covered = np.zeros((height, width), np.int64)
    count = 0
    for tile in tiles(height, width, size):
        assert 0 < tile.bottom - tile.top <= size
        assert 0 < tile.right - tile.left <= size
        covered[tile.top : tile.bottom, tile.left : tile.right] += 1
        count += 1
    assert (covered == 1).all()
    assert count == -(-height // size) * -(-width // size)


@given(SIDES, SIDES, st.integers(1, 70))
def test_tiles_are_nearly_equal(height: int, width: int, size: int) -> None:
    """No slivers: an engine sees two sizes along each side at most."""
    heights = {tile.bottom - tile.top for tile in tiles(height, width, size)}
    widths = {tile.right - tile.left for tile in tiles(height, width, size)}
    assert max(heights) - min(heights) <= 1
    assert max(widths) - min(widths) <= 1


def test_halo_in_the_padded_picture() -> None:
    assert Tile(4, 7, 0, 5).with_halo(3) == (slice(4, 13), slice(0, 11))


@settings(deadline=None)
@given(SIDES, SIDES, st.integers(1, 70), st.integers(0, 8))
def test_tiled_box_filter_is_the_whole_one(height: int, width: int, size: int, radius: int) -> None:
    """The geometry alone, in float64: each tile with its halo gives its part of the whole to 1e-12."""
    picture = np.random.default_rng(height * 64 + width).random((height, width))
    padded = np.pad(picture, radius, mode="edge")
    out = np.full((height, width), np.nan)
    for tile in tiles(height, width, size):
        part = box(padded[tile.with_halo(radius)], radius)
        out[tile.top : tile.bottom, tile.left : tile.right] = part
    np.testing.assert_allclose(out, box(padded, radius), rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [(1, 1), (1, 33), (50, 1), (37, 41), (64, 64)])
def test_network_runs_in_tiles(size: tuple[int, int], random: np.random.Generator) -> None:
    """Pieces never exceed the tile and its halo, however large the picture is."""
    backend = Box(2)
    model = Network("box", backend, radius=2, tile=16)
    padded = np.pad(random.random(size).astype(np.float32), 2, mode="edge")
    np.testing.assert_allclose(model.enhance(padded), box(padded, 2), rtol=0, atol=1e-6)
    assert backend.calls == -(-size[0] // 16) * -(-size[1] // 16)
    assert max(backend.largest) <= 16 + 4


def test_memory_is_bounded_from_the_start(random: np.random.Generator) -> None:
    """Nobody has to ask for tiles."""
    backend = Box(1)
    Network("box", backend, radius=1).enhance(random.random((702, 602)))
    assert backend.calls > 1
    assert max(backend.largest) <= AUTO_TILE + 2

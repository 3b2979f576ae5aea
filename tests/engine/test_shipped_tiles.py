"""Every shipped network, in tiles and in one piece, in every engine: the same pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.network import Network, enhance_whole
from srcnn.engine.options import Engine
from srcnn.engine.session import Session
from srcnn.engine.tiling import tiles
from srcnn.models.registry import network_of
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.onnx_file import from_onnx, read_card
from srcnn.weights.store import shipped

from .conftest import picture_of

MODELS = list(shipped())
# One pixel, one row, one column, primes, smaller than a tile, and several tiles either way.
SIZES = [(1, 1), (1, 37), (53, 1), (13, 17), (31, 31), (67, 101)]
TILE, WHOLE = 32, 4096
ALLOWED = {"fp32": 1e-5, "bf16": 1 / 255}


def planes(size: tuple[int, int], channels: int) -> NDArray[np.float64]:
    """A picture as a network gets it, (C, H, W): luma alone, or three planes."""
    picture: NDArray[np.float64] = picture_of("gray", "float64", size)
    return np.stack([picture, picture[::-1], picture[:, ::-1]][:channels])


class Float64:
    """The network in torch, float64: what is left of a difference is geometry."""

    def __init__(self, graph: bytes) -> None:
        self.model = network_of(*from_onnx(graph, "graph")).double()

    @torch.inference_mode()
    def run(self, batch: Any) -> Any:
        return self.model(torch.from_numpy(batch), pad=False).numpy()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model[0]}-x{model[1]}")
def test_geometry_is_exact(model: tuple[str, int]) -> None:
    graph = shipped()[model].read_bytes()
    card = read_card(graph, "graph")
    backend, grid = Float64(graph), grid_of(card)
    for size in SIZES:
        around = (grid.radius, grid.radius)
        padded = np.pad(planes(size, card.channels), ((0, 0), around, around), mode="edge")
        whole = backend.run(padded[None])[0]
        height, width = (grid.factor * side for side in size)
        out = np.empty((card.channels, height, width))
        for tile in tiles(height, width, TILE, grid.factor):
            piece = np.ascontiguousarray(padded[:, *tile.given(grid)])[None]
            out[:, tile.top : tile.bottom, tile.left : tile.right] = backend.run(piece)[0]
        np.testing.assert_allclose(out, whole, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("engine", "precision"),
    [(engine, precision) for engine, row in BACKENDS.items() for precision in row.precisions],
)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model[0]}-x{model[1]}")
def test_tiled_is_whole(model: tuple[str, int], engine: str, precision: str) -> None:
    graph = shipped()[model].read_bytes()
    backend = Session(graph, Engine(engine, precision, threads=2))
    card = read_card(graph, "graph")
    network = Network("shipped", backend, grid_of(card))
    for size in SIZES:
        y = planes(size, card.channels)
        tiled = enhance_whole(network, y, TILE, 2)
        whole = enhance_whole(network, y, WHOLE, 2)
        np.testing.assert_allclose(tiled, whole, rtol=0, atol=ALLOWED[precision])
    factor = network.grid.factor
    nearest = y.repeat(factor, 1).repeat(factor, 2)
    assert np.abs(tiled - nearest).max() > 0.01, "the network must do something"

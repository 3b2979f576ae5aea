"""The engines against float64 convolutions of our own making, and against each other."""

from __future__ import annotations

from importlib.machinery import ModuleSpec

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from srcnn.engine.backends.backend import Backend
from srcnn.engine.backends.ncnn_model import to_ncnn
from srcnn.engine.backends.table import BACKENDS, CPU_TILE
from srcnn.engine.network import Network, enhance_whole
from srcnn.engine.options import Engine
from srcnn.engine.session import Session
from srcnn.engine.upscaler import load
from srcnn.errors import MissingExtra, UsageError
from srcnn.images.color import Color
from srcnn.images.grid import Grid
from srcnn.models.registry import network_of
from srcnn.weights.architectures.architecture import Node
from srcnn.weights.onnx_file import from_onnx

from .conftest import picture_of
from .reference import compact_file, near_identity, network, radius_of, weights_file

Tensors = dict[str, NDArray[np.float32]]

SIZES = [(1, 1), (1, 29), (31, 1), (23, 19), (3, 40), (47, 61)]


@pytest.fixture(scope="module", params=list(BACKENDS))
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def backend(engine: str, graph: bytes) -> Backend:
    return Session(graph, Engine(engine, "fp32", threads=1))


def luma(size: tuple[int, int]) -> NDArray[np.float32]:
    picture: NDArray[np.float32] = picture_of("gray", "float32", size).astype(np.float32)
    return picture


def enhanced(
    backend: Backend, radius: int, y: NDArray[np.float32], tile: int
) -> NDArray[np.float32]:
    """Return (H, W) luma that went through a network in tiles."""
    out: NDArray[np.float32] = enhance_whole(
        Network("test", backend, Grid(1, radius)), y[None], tile
    )[0]
    return out


@pytest.mark.parametrize("tile", [13, 1000])
@pytest.mark.parametrize("size", SIZES)
def test_engine_is_the_paper_s_arithmetic(
    backend: Backend, tensors: Tensors, size: tuple[int, int], tile: int
) -> None:
    """Tiled or whole, odd sizes or one pixel: what float64 convolutions give, to 1e-5."""
    y = luma(size)
    out = enhanced(backend, radius_of(tensors), y, tile)
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, network(y.astype(np.float64), tensors), rtol=0, atol=1e-5)


@pytest.mark.parametrize("f", [(9, 1, 5), (9, 5, 5)])
def test_the_paper_s_networks(engine: str, f: tuple[int, ...]) -> None:
    """The real depths and widths too, where blocked kernels and wide sums come in."""
    tensors = near_identity(f, (64, 32), noise=0.1)
    y = luma((45, 38))
    backend = Session(weights_file(tensors), Engine(engine, "fp32", threads=1))
    reference = network(y.astype(np.float64), tensors)
    assert np.abs(reference - y).max() > 0.03, "the network must do something"
    out = enhanced(backend, sum(f) // 2 - 1, y, CPU_TILE)
    np.testing.assert_allclose(out, reference, rtol=0, atol=1e-5)


@pytest.mark.parametrize("color", ["Y", "RGB"])
@pytest.mark.parametrize("size", [(23, 37), (64, 64)])
def test_a_compact_network_is_the_same_in_every_engine(
    engine: str, color: Color, size: tuple[int, int], random: np.random.Generator
) -> None:
    """Against torch in float64; odd sizes are those whose channels an engine may have to align."""
    graph = compact_file(3, color)
    tensors, card = from_onnx(graph, "small")
    given = random.random((1, card.channels, *size), np.float32)
    with torch.no_grad():
        model = network_of(tensors, card).double()
        wanted = model(torch.from_numpy(given).double(), pad=False).numpy()
    made = Session(graph, Engine(engine, "fp32", threads=1)).run(given)
    np.testing.assert_allclose(made, wanted, rtol=0, atol=1e-5)


def test_an_operator_that_ncnn_does_not_have_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tensors, card = from_onnx(compact_file(3), "small")
    nodes = [Node("Erf", ["input"], ["output"], {})]
    monkeypatch.setattr("srcnn.engine.backends.ncnn_model.nodes_of", lambda *_: nodes)
    with pytest.raises(UsageError, match="cannot run Erf; use engine onnxruntime"):
        to_ncnn(tensors, card)


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_bf16_is_within_two_levels(engine: str, graph: bytes, tensors: Tensors) -> None:
    y = luma((47, 61))
    backend = Session(graph, Engine(engine, "bf16", threads=1))
    out = enhanced(backend, radius_of(tensors), y, 32)
    error = np.abs(out - network(y.astype(np.float64), tensors)).max()
    assert error < 2 / 255
    if engine == "torch":
        # OpenVINO falls back to fp32 where the CPU has no bf16.
        assert error > 1e-4, "this was not bf16"


@pytest.mark.parametrize(
    ("engine", "module", "extra"),
    [("openvino", "openvino", "openvino"), ("ncnn", "ncnn", "ncnn"), ("torch", "torch", "train")],
)
def test_missing_extra_names_its_command(
    engine: str, module: str, extra: str, weights: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib.util import find_spec

    def without(name: str) -> ModuleSpec | None:
        return None if name == module else find_spec(name)

    monkeypatch.setattr("srcnn._optional.find_spec", without)
    with pytest.raises(MissingExtra) as caught:
        load(weights, 3, engine=engine)
    assert f"pip install 'srcnn[{extra}]'" in str(caught.value)
    assert module in str(caught.value)
    assert caught.value.exit_code == 2

"""The standalone graph: the whole pipeline, against the package's pipeline and against float64."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

import srcnn
from srcnn.engine.backends.backend import Backend
from srcnn.engine.options import Engine
from srcnn.engine.session import Session
from srcnn.errors import ModelError
from srcnn.images.color import Color
from srcnn.weights.card import Card
from srcnn.weights.foreign import open_weights
from srcnn.weights.onnx_file import from_onnx, read_card
from srcnn.weights.standalone import to_standalone

from ..engine.reference import expected, near_identity

TENSORS = near_identity()
CARD = Card("test", 3, (5, 3, 3), (6, 4))
SIZES = [(1, 1), (1, 7), (7, 1), (2, 3), (13, 17)]


def run(backend: Backend, pictures: NDArray[Any]) -> NDArray[np.float32]:
    """N x H x W x 3 pictures as one batch, and back."""
    batch = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), np.float32)
    return backend.run(batch).transpose(0, 2, 3, 1)


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("scale", [2, 3, 4, 5])
def test_the_graph_is_the_road_in_float64(scale: int, engine: str) -> None:
    """Every size from one pixel up, several pictures at once, in either engine; clamped."""
    backend = Session(to_standalone(TENSORS, CARD, scale), Engine(engine, "fp32", threads=1))
    random = np.random.default_rng(7)
    for height, width in SIZES:
        pictures = random.random((2, height, width, 3), np.float32)
        pictures[1] = pictures[1].round()  # black, white and full colours, which overshoot
        out = run(backend, pictures)
        assert out.dtype == np.float32
        assert out.min() >= 0
        assert out.max() <= 1
        for picture, large in zip(pictures, out, strict=True):
            wanted = expected(picture, (scale * height, scale * width), TENSORS)
            np.testing.assert_allclose(large, wanted, rtol=0, atol=5e-6)


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_a_photograph_comes_out_as_srcnn_makes_it(
    photo: NDArray[np.uint8], scale: int, engine: str
) -> None:
    """The pixels before rounding are within half a grey level of `srcnn.upscale`'s."""
    graph = to_standalone(*open_weights("srcnn-915", scale), scale)
    picture = photo[:101, :149]
    out = run(Session(graph, Engine(engine, "fp32", threads=1)), picture[None] / 255)[0]
    ours = srcnn.load("srcnn-915", scale).upscale(picture)
    assert out.shape == ours.shape
    assert np.abs(out * 255.0 - ours).max() < 0.5 + 1e-3


def test_the_file_is_plain_onnx_with_named_sizes() -> None:
    data = to_standalone(TENSORS, CARD, 3)
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model, full_check=True)
    assert model.ir_version == 8
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 17)]
    sizes = [
        [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (model.graph.input[0], model.graph.output[0])
    ]
    assert sizes == [["N", 3, "H", "W"], ["N", 3, "3H", "3W"]]
    assert to_standalone(TENSORS, CARD, 3) == data


def test_it_keeps_the_card_but_is_no_weights_file() -> None:
    data = to_standalone(TENSORS, CARD, 3)
    metadata = {entry.key: entry.value for entry in onnx.load_from_string(data).metadata_props}
    assert json.loads(metadata["srcnn.standalone"])["name"] == "test"
    for reader in (read_card, from_onnx):
        with pytest.raises(ModelError, match="a-file: is a standalone graph, not a weights file"):
            reader(data, "a-file")


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("color", ["YCbCr", "RGB"])
def test_colour_networks_stand_alone_too(color: Color, engine: str) -> None:
    tensors = near_identity(channels=3)
    card = replace(CARD, color=color)
    backend = Session(to_standalone(tensors, card, 3), Engine(engine, "fp32", threads=1))
    for height, width in SIZES:
        picture = np.random.default_rng(7).random((height, width, 3), np.float32)
        wanted = expected(picture, (3 * height, 3 * width), tensors, color)
        np.testing.assert_allclose(run(backend, picture[None])[0], wanted, rtol=0, atol=5e-6)

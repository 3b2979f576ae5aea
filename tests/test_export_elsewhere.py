"""Exported graphs in other programs' hands, sizes left free: what reads them, and what they give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnxruntime.quantization import quantize_dynamic

from srcnn.export import export
from srcnn.weights.graph import to_onnx

from .weights.reference import card_of, random_tensors

SIZES = ((40, 52), (33, 47), (52, 30))
GRAPHS = [
    (model, scale, standalone)
    for model, scale in (("srcnn-915", 2), ("srcnn-955", 3), ("fast", 3), ("srcnn-955", 4))
    for standalone in (False, True)
]
COMPUTES_WITH_SHAPES = {"Shape", "Size", "Range", "Expand", "ConstantOfShape", "Resize"}


def exported(folder: Path, model: str, scale: int, standalone: bool) -> str:
    path = folder / "graph.onnx"
    export(model, scale, path, standalone)
    return str(path)


def batches(standalone: bool) -> list[Any]:
    random, channels = np.random.default_rng(0), 3 if standalone else 1
    return [random.random((1, channels, *size), np.float32) for size in SIZES]


@pytest.mark.parametrize(("model", "scale", "standalone"), GRAPHS)
def test_no_node_computes_with_a_shape(
    tmp_path: Path, model: str, scale: int, standalone: bool
) -> None:
    """And every convolution's weights are stored, where quantizers look for them."""
    graph = onnx.load(exported(tmp_path, model, scale, standalone)).graph
    assert not COMPUTES_WITH_SHAPES & {node.op_type for node in graph.node}
    stored = {tensor.name for tensor in graph.initializer}
    assert all(node.input[1] in stored for node in graph.node if node.op_type == "Conv")


@pytest.mark.parametrize(("model", "scale", "standalone"), GRAPHS)
@pytest.mark.parametrize("engine", ["ENGINE_CLASSIC", "ENGINE_NEW"])
def test_opencv_reads_free_sizes(
    tmp_path: Path, model: str, scale: int, standalone: bool, engine: str
) -> None:
    cv2 = pytest.importorskip("cv2")
    if not hasattr(cv2.dnn, engine):
        pytest.skip("OpenCV 4 has one engine")
    path = exported(tmp_path, model, scale, standalone)
    net = cv2.dnn.readNetFromONNX(path, getattr(cv2.dnn, engine))
    session = onnxruntime.InferenceSession(path)
    for batch in batches(standalone):
        net.setInput(batch)
        [wanted] = session.run(None, {"input": batch})
        np.testing.assert_allclose(net.forward(), wanted, rtol=0, atol=2e-5)


@pytest.mark.parametrize(("model", "scale", "standalone"), GRAPHS)
def test_they_are_quantized(tmp_path: Path, model: str, scale: int, standalone: bool) -> None:
    quantize_dynamic(exported(tmp_path, model, scale, standalone), tmp_path / "int8.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "int8.onnx"))
    for batch in batches(standalone):
        [made] = session.run(None, {"input": batch})
        assert np.isfinite(made).all()


def test_a_color_network_of_the_low_resolution_grid_is_read_too(tmp_path: Path) -> None:
    """Its nearest pixels are as many channels as its planes, in the order of the planes."""
    cv2 = pytest.importorskip("cv2")
    from srcnn.models.compact import Compact
    from srcnn.weights.card import Card

    card = Card("c", 2, color="RGB", architecture="compact", sizes={"channels": 4, "depth": 1})
    (tmp_path / "own.onnx").write_bytes(to_onnx(Compact(card).tensors(), card))
    for standalone in (False, True):
        path = str(tmp_path / f"{standalone}.onnx")
        export(tmp_path / "own.onnx", 2, path, standalone)
        batch = np.random.default_rng(0).random((1, 3, 30, 41), np.float32)
        [wanted] = onnxruntime.InferenceSession(path).run(None, {"input": batch})
        net = cv2.dnn.readNetFromONNX(path)
        net.setInput(batch)
        np.testing.assert_allclose(net.forward(), wanted, rtol=0, atol=2e-5)


def test_blocks_fill_a_scale_that_none_divides(tmp_path: Path) -> None:
    """At x5 the network makes pixel by pixel, at x6 blocks of 3, as torch does in both."""
    for scale in (5, 6):
        card = card_of((5, 3, 3), (4, 3))
        card = type(card)(**{**card.__dict__, "scale": scale})
        (tmp_path / "own.onnx").write_bytes(to_onnx(random_tensors((5, 3, 3), (4, 3)), card))
        export(tmp_path / "own.onnx", scale, tmp_path / f"{scale}.onnx", standalone=True)

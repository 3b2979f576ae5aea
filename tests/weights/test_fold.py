"""Folded graphs: the same output, nothing left that is the same for every image, names for nodes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from srcnn.export import export
from srcnn.weights.onnx_file import from_onnx

from ..engine.reference import compact_file


@pytest.fixture
def small(tmp_path: Path) -> str:
    """A weights file of a compact network for x3."""
    path = tmp_path / "small.onnx"
    path.write_bytes(compact_file())
    return str(path)


def session_of(path: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("size", [None, (20, 13)])
@pytest.mark.parametrize("standalone", [False, True])
@pytest.mark.parametrize("model", ["srcnn-955", "srcnn-955@binary", "small"])
def test_nothing_is_left_to_fold(
    tmp_path: Path, small: str, model: str, standalone: bool, size: tuple[int, int] | None
) -> None:
    path = tmp_path / "a.onnx"
    export(small if model == "small" else model, 3, path, standalone, size=size)
    graph = onnx.load(path).graph
    names = [node.name for node in graph.node]
    weights_file = not standalone and size is None
    if weights_file and model.endswith("binary"):
        assert not any(names)  # for the sake of its size
    else:
        assert all(names)
        assert len(names) == len(set(names))
    if weights_file:
        return  # exactly what `from_onnx` takes
    known = {tensor.name for tensor in graph.initializer}
    used = {name for node in graph.node for name in node.input}
    assert known <= used
    for node in graph.node:
        assert node.op_type not in ("Identity", "Constant")
        assert not set(node.input) <= known, f"{node.name} is the same for every image"
        if size is not None:
            assert node.op_type not in ("Shape", "Range")
        if node.op_type == "Conv":
            assert set(node.input[1:]) <= known, f"the weights of {node.name} are computed"


@pytest.mark.parametrize("standalone", [False, True])
@pytest.mark.parametrize("model", ["srcnn-955", "small"])
def test_one_size_gives_what_any_size_gives(
    tmp_path: Path, small: str, model: str, standalone: bool
) -> None:
    """Bit for bit; another size is refused."""
    name = small if model == "small" else model
    for height, width in ((20, 13), (1, 1), (3, 40)):
        export(name, 3, tmp_path / "any.onnx", standalone, overwrite=True)
        export(name, 3, tmp_path / "one.onnx", standalone, True, size=(height, width))
        whole, one = session_of(tmp_path / "any.onnx"), session_of(tmp_path / "one.onnx")
        shape = one.get_inputs()[0].shape
        radius = 0 if standalone else 8 if model == "srcnn-955" else 4
        assert shape == [1, 3 if standalone else 1, height + 2 * radius, width + 2 * radius]
        image = np.random.default_rng(0).random(shape, np.float32)
        [wanted], [made] = (each.run(None, {"input": image}) for each in (whole, one))
        np.testing.assert_array_equal(made, wanted)
        assert list(made.shape) == one.get_outputs()[0].shape
        wider = np.zeros((*shape[:3], shape[3] + 1), np.float32)
        with pytest.raises(onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument):
            one.run(None, {"input": wider})


def test_names_of_nodes_are_read_and_held_to_be_theirs(small: str) -> None:
    data = Path(small).read_bytes()
    tensors, card = from_onnx(data, "a")
    model = onnx.load_from_string(data)
    for node in model.graph.node:
        node.ClearField("name")
    again, card_again = from_onnx(model.SerializeToString(), "a")
    assert card_again == card
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(again[name], tensor)
    model.graph.node[0].name = "another"
    with pytest.raises(Exception, match="is not an srcnn weights file"):
        from_onnx(model.SerializeToString(), "a")

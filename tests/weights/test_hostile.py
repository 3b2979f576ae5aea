"""Weights from strangers: what else a file may ask for is refused before anything is done."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import scipy.io
from onnx import TensorProto, helper, numpy_helper

from srcnn.engine.upscaler import load as open_upscaler
from srcnn.errors import ModelError
from srcnn.weights.foreign import load
from srcnn.weights.graph import to_onnx
from srcnn.weights.matlab import read_arrays
from srcnn.weights.onnx_file import from_onnx

from .reference import Tensors, card_of, random_tensors, with_tensor

TENSORS = random_tensors((3, 1, 3), (3, 2))
Change = Callable[[onnx.ModelProto], None]


def good() -> bytes:
    return to_onnx(TENSORS, card_of((3, 1, 3), (3, 2)))


def refusal(path: Path) -> str:
    """The line that both ways to open a file end with; at once."""
    started = time.perf_counter()
    with pytest.raises(ModelError) as caught:
        load(path, 3)
    line = str(caught.value)
    if path.suffix == ".onnx":
        with pytest.raises(ModelError) as caught:
            open_upscaler(str(path), 3)
        assert str(caught.value) == line
    assert time.perf_counter() - started < 2
    assert len(line) < 200
    return line


def in_another_file(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="secret")


def huge(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[:] = [2**31, 2**31, 3, 3]


def negative(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].dims[0] *= -1


def of_doubles(model: onnx.ModelProto) -> None:
    first = model.graph.initializer[0]
    first.CopyFrom(numpy_helper.from_array(np.ones((3, 1, 3, 3)), first.name))


def looping(model: onnx.ModelProto) -> None:
    body = helper.make_graph([], "body", [], [])
    model.graph.node.append(helper.make_node("Loop", ["", ""], ["x"], body=body))


def padded_by_terabytes(model: onnx.ModelProto) -> None:
    node = next(node for node in model.graph.node if node.output[0] == "block.none")
    node.attribute[0].t.CopyFrom(numpy_helper.from_array(np.full(6, 2**40), "block.none"))


def growing(model: onnx.ModelProto) -> None:
    """Twice as large with each of forty nodes."""
    current = "block.planes"
    for k in range(40):
        model.graph.node.append(helper.make_node("Concat", [current] * 2, [f"x{k}"], axis=0))
        current = f"x{k}"


def with_functions(model: onnx.ModelProto) -> None:
    model.functions.append(helper.make_function("a", "b", [], [], [], []))


def of_another_domain(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "com.microsoft"


def of_another_version(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (in_another_file, "conv1.weight is stored in another file"),
        (huge, "conv1.weight of"),
        (negative, "conv1.weight of"),
        (of_doubles, "conv1.weight has an unexpected type"),
        (looping, "is not an srcnn weights file"),
        (padded_by_terabytes, "has a graph that does not match its card"),
        (growing, "has a graph that does not match its card"),
        (with_functions, "unexpected header"),
        (of_another_domain, "unexpected node"),
        (of_another_version, "unexpected header"),
    ],
)
def test_onnx_that_is_more_than_our_graph(tmp_path: Path, change: Change, why: str) -> None:
    model = onnx.load_from_string(good())
    change(model)
    path = tmp_path / "a.onnx"
    path.write_bytes(model.SerializeToString())
    assert why in refusal(path)


def test_what_onnx_reads_is_what_we_read() -> None:
    """The onnx package has the word on its own format."""
    data = good()
    tensors, card = from_onnx(data, "a")
    model = onnx.load_from_string(data)
    theirs = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    assert tensors.keys() == theirs.keys()
    for name, tensor in theirs.items():
        np.testing.assert_array_equal(tensors[name], tensor)
    assert card == card_of((3, 1, 3), (3, 2))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("conv2.bias", np.array([0, np.nan], np.float32), "conv2.bias contains NaN or infinity"),
        ("conv1.weight", np.full((3, 1, 3, 3), 2e38, np.float32), "conv1 has such large numbers"),
        ("conv3.weight", np.zeros((1, 2, 3, 4), np.float32), "conv3.weight has shape (1, 2, 3, 4)"),
        ("conv2.weight", np.zeros((0, 3, 1, 1), np.float32), "conv2"),
    ],
)
def test_a_bad_tensor_is_named(
    tmp_path: Path, name: str, value: np.typing.NDArray[np.float32], why: str
) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(with_tensor(good(), name, value))
    assert why in refusal(path)


def matrix(flags: int, sides: tuple[int, ...], kind: int, numbers: bytes) -> bytes:
    """An element of a MATLAB file named ``x``."""
    shape = struct.pack(f"<{len(sides)}i", *sides)
    parts = struct.pack("<IIII", 6, 8, flags, 0) + struct.pack("<II", 5, len(shape)) + shape
    parts += bytes(-len(shape) % 8) + struct.pack("<HHc3x", 1, 1, b"x")
    parts += struct.pack("<II", kind, len(numbers)) + numbers + bytes(-len(numbers) % 8)
    return struct.pack("<II", 14, len(parts)) + parts


HEAD = b"MATLAB 5.0".ljust(124) + struct.pack("<H", 0x0100) + b"IM"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (matrix(6, (2**31 - 1, 2**31 - 1), 9, bytes(8)), "an array of"),
        (matrix(6, (-1, 1), 9, bytes(8)), "an array of"),
        (matrix(6, (1, 1), 99, bytes(8)), "an array is damaged"),
        (struct.pack("<II", 14, 2**32 - 1) + bytes(64), "it is truncated"),
        (struct.pack("<II", 15, 40) + bytes(40), "while decompressing"),
        (struct.pack("<II", 15, 300) + zlib.compress(bytes(2**29), 9)[:300], "truncated or too"),
    ],
)
def test_matlab_files_that_lie(tmp_path: Path, body: bytes, why: str) -> None:
    path = tmp_path / "a.mat"
    path.write_bytes(HEAD + body)
    assert why in refusal(path)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_matlab_arrays_are_scipy_s(tmp_path: Path, dtype: str, compressed: bool) -> None:
    """Every type and shape; text, structures and complex numbers are left out."""
    path = tmp_path / "a.mat"
    numbers = np.random.default_rng(0).integers(0, 100, (3, 4, 5)).astype(dtype)
    content = {"a": numbers, "b": numbers[:1, :1, 0], "none": np.zeros((0, 3)), "text": "words"}
    content |= {"c": np.ones(3) * 1j, "s": {"field": 1}}
    scipy.io.savemat(path, content, do_compression=compressed)
    arrays = read_arrays(path.read_bytes())
    wanted = scipy.io.loadmat(path)
    assert arrays.keys() == {"a", "b", "none"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, wanted[name])


def test_matlab_of_another_machine_or_version(tmp_path: Path) -> None:
    body = matrix(6, (1, 1), 9, struct.pack("<d", 7.0))
    assert read_arrays(HEAD + body)["x"] == 7
    with pytest.raises(ValueError, match=r"7\.3; save it with -v7"):
        read_arrays(b"MATLAB 7.3 MAT-file".ljust(512))


def test_a_file_far_too_large(tmp_path: Path) -> None:
    """It is not read to find out."""
    for suffix in (".onnx", ".mat", ".safetensors", ".pth"):
        path = tmp_path / f"a{suffix}"
        with path.open("wb") as file:
            file.truncate(2**40)
        assert "too large for an SRCNN" in refusal(path)


def test_good_tensors_pass(tmp_path: Path) -> None:
    """What the other tests damage is fit to be used."""
    path = tmp_path / "a.onnx"
    path.write_bytes(good())
    tensors: Tensors = load(path, 3)[0]
    assert tensors.keys() == TENSORS.keys()
    assert open_upscaler(str(path), 3).upscale(np.zeros((3, 4), np.uint8)).shape == (9, 12)

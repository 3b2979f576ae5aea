"""Tensors to an ONNX graph and back; what the graph computes; what is not a network."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

from srcnn.errors import ModelError
from srcnn.weights.architectures.srcnn import shape_of
from srcnn.weights.card import Card
from srcnn.weights.graph import to_onnx
from srcnn.weights.onnx_file import from_onnx

from .reference import Tensors, card_of, network, random_tensors

NETWORKS = [
    ((9, 1, 5), (8, 6), 1),
    ((5, 3, 3), (4, 3), 3),
    ((9, 3, 1, 5), (6, 5, 4), 1),
    ((3, 3, 3, 3), (4, 5, 6), 3),
    ((9, 1, 5), (16, 8), 3),
]


@pytest.mark.parametrize(("f", "n", "channels"), NETWORKS)
def test_there_and_back(f: tuple[int, ...], n: tuple[int, ...], channels: int) -> None:
    """Every bit of the tensors, under the same names, and the whole card."""
    tensors, card = random_tensors(f, n, channels), card_of(f, n, channels)
    again, card_again = from_onnx(to_onnx(tensors, card), "test")
    assert list(again) == list(tensors)
    for name, tensor in tensors.items():
        assert again[name].dtype == np.float32
        np.testing.assert_array_equal(again[name], tensor)
    assert card_again == card
    assert shape_of(again, "test") == (f, n, channels)


@pytest.mark.parametrize(("f", "n", "channels"), NETWORKS)
def test_the_graph_computes_the_network(
    f: tuple[int, ...], n: tuple[int, ...], channels: int
) -> None:
    """ONNX Runtime on the file equals torch's convolutions; sizes and batches are free."""
    tensors = random_tensors(f, n, channels)
    session = onnxruntime.InferenceSession(
        to_onnx(tensors, card_of(f, n, channels)), providers=["CPUExecutionProvider"]
    )
    border = sum(size - 1 for size in f)
    for shape in ((1, channels, border + 1, border + 1), (2, channels, border + 9, border + 17)):
        batch = np.random.default_rng(1).random(shape, dtype=np.float32)
        out: NDArray[np.float32] = session.run(["output"], {"input": batch})[0]
        assert out.shape == (shape[0], channels, shape[2] - border, shape[3] - border)
        np.testing.assert_allclose(out, network(tensors, batch), rtol=0, atol=1e-5)


def test_the_file_is_plain_onnx() -> None:
    """A valid model of an old file version, the card in its metadata, the same bytes each time."""
    tensors, card = random_tensors((9, 1, 5), (8, 6)), card_of((9, 1, 5), (8, 6))
    data = to_onnx(tensors, card)
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model, full_check=True)
    assert model.ir_version == 8
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 17)]
    assert {entry.key for entry in model.metadata_props} == {"srcnn.card"}
    assert to_onnx(tensors, card) == data


def test_a_card_of_another_network_is_refused() -> None:
    with pytest.raises(ModelError, match="card that does not fit"):
        to_onnx(random_tensors((5, 3, 3), (4, 3)), card_of((9, 3, 3), (4, 3)))


def changed(name: str, value: NDArray[np.float32] | None) -> Tensors:
    tensors = random_tensors((5, 3, 3), (4, 3))
    if value is None:
        del tensors[name]
    else:
        tensors[name] = value
    return tensors


def ones(*shape: int) -> NDArray[np.float32]:
    return np.ones(shape, np.float32)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("conv2.bias", None, "not a sequence of convolutions"),
        ("conv1.weight", None, "not a sequence of convolutions"),
        ("conv5.weight", ones(1, 1, 3, 3), "not a sequence of convolutions"),
        (
            "conv2.weight",
            ones(3, 4, 2, 2),
            r"conv2\.weight has shape \(3, 4, 2, 2\), but filters must be odd",
        ),
        ("conv2.weight", ones(3, 4, 3, 5), r"conv2\.weight has shape \(3, 4, 3, 5\)"),
        ("conv1.weight", ones(4, 25), r"conv1\.weight has shape \(4, 25\)"),
        ("conv2.bias", ones(4), r"conv2\.bias does not fit"),
        ("conv2.bias", ones(3, 1), r"conv2\.bias does not fit"),
        ("conv2.weight", ones(3, 5, 3, 3), "conv2 does not match the channels of conv1"),
        ("conv1.weight", ones(4, 2, 5, 5), "converts 2 to 1 channels"),
        ("conv1.weight", ones(4, 3, 5, 5), "converts 3 to 1 channels"),
        ("conv2.weight", np.full((3, 4, 3, 3), np.nan, np.float32), r"conv2\.weight contains NaN"),
        ("conv3.bias", np.full(1, np.inf, np.float32), r"conv3\.bias contains NaN or infinity"),
    ],
)
def test_what_is_no_network_is_named(
    name: str, value: NDArray[np.float32] | None, message: str
) -> None:
    """The file, and the tensor in it that is wrong."""
    with pytest.raises(ModelError, match=f"a-file: .*{message}"):
        shape_of(changed(name, value), "a-file")


def test_one_layer_is_no_network() -> None:
    with pytest.raises(ModelError, match="not a sequence of convolutions"):
        shape_of({"conv1.weight": ones(1, 1, 3, 3), "conv1.bias": ones(1)}, "a-file")


@pytest.mark.parametrize("data", [b"", b"no protobuf at all", b"\x89PNG\r\n\x1a\n"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(
        ModelError, match=r"a-file: (is not an srcnn weights file|has no srcnn card)"
    ):
        from_onnx(data, "a-file")


def test_onnx_without_a_card_is_refused() -> None:
    model = onnx.load_from_string(to_onnx(random_tensors((3, 3), (2,)), card_of((3, 3), (2,))))
    del model.metadata_props[:]
    with pytest.raises(ModelError, match="has no srcnn card"):
        from_onnx(model.SerializeToString(), "a-file")


def test_a_damaged_file_is_refused_or_read() -> None:
    """Bytes changed and cut at random: a network comes out, or a ModelError of one line; never another error."""
    data = to_onnx(random_tensors((3, 1, 3), (3, 2)), card_of((3, 1, 3), (3, 2)))
    random = np.random.default_rng(5)
    refused = 0
    for trial in range(600):
        damaged = bytearray(data)
        for at in random.integers(len(data), size=3):
            damaged[at] = random.integers(256)
        if trial % 3 == 0:
            del damaged[random.integers(len(data)) :]
        try:
            tensors, card = from_onnx(bytes(damaged), "a-file")
            shape_of(tensors, "a-file")
            assert isinstance(card, Card)
        except ModelError as error:
            refused += "\n" not in str(error) and len(str(error)) < 200
    assert refused > 200

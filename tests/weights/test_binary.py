"""Weights of one bit: packed and unpacked, in a graph that every engine runs, and refused where damaged."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.options import Engine
from srcnn.engine.session import Session
from srcnn.engine.upscaler import load as open_upscaler
from srcnn.errors import ModelError
from srcnn.export import LIMIT, export
from srcnn.models.registry import network_of
from srcnn.weights.architectures.srcnn import shape_of
from srcnn.weights.binary import pack, side_of, unpack
from srcnn.weights.card import SRCNN
from srcnn.weights.foreign import load
from srcnn.weights.graph import to_onnx
from srcnn.weights.onnx_file import from_onnx
from srcnn.weights.store import shipped

from .reference import (
    binary_network,
    card_of,
    random_bits,
    random_tensors,
    with_card,
    with_tensor,
)

NETWORKS = [
    ((9, 1, 5), (8, 6), 1),
    ((5, 3, 3), (5, 3), 3),  # no layer of whole bytes
    ((9, 3, 1, 5), (6, 5, 4), 1),
    ((9, 5, 5), (64, 32), 1),
]
SMALL = ((3, 1, 3), (3, 2))
BITS, PLAIN = random_bits(*SMALL)
CARD = card_of(*SMALL, weights="binary")


def test_the_first_weight_is_the_highest_bit() -> None:
    signs = np.array([1, -1, -1, -1, -1, -1, -1, 1, 1]).reshape(1, 1, 3, 3)
    bits = pack(signs > 0)
    assert bits.tolist() == [0b10000001, 0b10000000]
    alpha = np.full((1, 1, 1, 1), 0.5, np.float32)
    np.testing.assert_array_equal(unpack(bits, alpha, signs.shape), 0.5 * signs)


def test_the_bytes_tell_the_side() -> None:
    """Every odd side, and no other number of bytes."""
    for filters in range(1, 40):
        sizes = {(filters * f * f + 7) // 8: f for f in range(1, 30, 2)}
        assert len(sizes) == 15, "two sides have the same number of bytes"
        for size in range(1, max(sizes) + 1):
            assert side_of(filters, size) == sizes.get(size, 0)


@pytest.mark.parametrize(("f", "n", "channels"), NETWORKS)
def test_there_and_back(f: tuple[int, ...], n: tuple[int, ...], channels: int) -> None:
    bits, plain = random_bits(f, n, channels)
    card = card_of(f, n, channels, weights="binary")
    again, card_again = from_onnx(to_onnx(bits, card), "test")
    assert card_again == card
    assert shape_of(again, "test") == (f, n, channels)
    for name, tensor in bits.items():
        assert again[name].dtype == (np.uint8 if name.endswith("bits") else np.float32)
        np.testing.assert_array_equal(again[name], tensor)
    for k, size in enumerate(f, 1):
        shape = plain[f"conv{k}.weight"].shape
        assert shape[2:] == (size, size)
        weight = unpack(again[f"conv{k}.bits"], again[f"conv{k}.alpha"], shape)
        np.testing.assert_array_equal(weight, plain[f"conv{k}.weight"])


@pytest.mark.parametrize("engine", list(BACKENDS))
@pytest.mark.parametrize(("f", "n", "channels"), NETWORKS)
def test_every_engine_runs_the_graph(
    f: tuple[int, ...], n: tuple[int, ...], channels: int, engine: str
) -> None:
    """What float64 convolutions of the same weights give, and the input's middle."""
    bits, plain = random_bits(f, n, channels)
    data = to_onnx(bits, card_of(f, n, channels, weights="binary"))
    backend = Session(data, Engine(engine, "fp32", threads=1))
    border = sum(size - 1 for size in f)
    for shape in ((1, channels, border + 1, border + 1), (2, channels, border + 9, border + 17)):
        batch = np.random.default_rng(1).random(shape, dtype=np.float32)
        wanted = binary_network(plain, batch)
        np.testing.assert_allclose(backend.run(batch), wanted, rtol=0, atol=1e-5)


def test_the_file_is_plain_onnx() -> None:
    data = to_onnx(BITS, CARD)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    assert to_onnx(BITS, CARD) == data


def test_onnx_runtime_makes_the_weights_when_it_loads_the_graph(tmp_path: Path) -> None:
    """What is left for each picture is what a full network does, and the addition of the picture."""
    bits, plain = random_bits((9, 5, 5), (16, 8))
    left = []
    for tensors, card in (
        (plain, card_of((9, 5, 5), (16, 8))),
        (bits, card_of((9, 5, 5), (16, 8), weights="binary")),
    ):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # it warns that such a file is for this machine alone
        options.optimized_model_filepath = str(tmp_path / "optimized.onnx")
        onnxruntime.InferenceSession(
            to_onnx(tensors, card), options, providers=["CPUExecutionProvider"]
        )
        nodes = onnx.load(options.optimized_model_filepath).graph.node
        left.append(Counter(node.op_type for node in nodes))
    assert left[1] - left[0] == {"Slice": 1, "Add": 2}
    assert not left[0] - left[1]


def test_a_sixteenth_of_the_full_network_s_file() -> None:
    """With the longest card of those that are shipped; the bits alone are a thirty-second."""
    every = [from_onnx(path.read_bytes(), path.name)[1] for path in shipped().values()]
    cards = [card for card in every if card.architecture == SRCNN]
    f, n = (9, 5, 5), (64, 32)
    card = replace(max(cards, key=lambda card: len(card.to_json())), f=f, n=n, weights="fp32")
    bits, plain = random_bits(f, n)
    of_bits = to_onnx(bits, replace(card, weights="binary"))
    assert 16 * len(of_bits) <= len(to_onnx(plain, card))
    assert sum(t.nbytes for name, t in bits.items() if name.endswith("bits")) == 57184 / 8


@pytest.mark.parametrize(
    ("name", "standalone"), [("a.onnx", False), ("a.onnx", True), ("a.safetensors", False)]
)
@pytest.mark.parametrize("channels", [1, 3])
def test_it_is_exported_like_any_other(
    tmp_path: Path, name: str, standalone: bool, channels: int
) -> None:
    source = tmp_path / "mine.onnx"
    bits, plain = random_bits(*SMALL, channels)
    source.write_bytes(to_onnx(bits, card_of(*SMALL, channels, weights="binary")))
    assert export(source, 3, tmp_path / name, standalone) <= LIMIT / 3
    if not standalone:
        tensors, card = load(tmp_path / name, 3)
        assert card == load(source, 3)[1]
        assert tensors.keys() == bits.keys()
        batch = np.random.default_rng(1).random((1, channels, 12, 13), dtype=np.float32)
        with torch.inference_mode():
            out = network_of(tensors, card)(torch.from_numpy(batch), pad=False).numpy()
        np.testing.assert_allclose(out, binary_network(plain, batch), rtol=0, atol=1e-5)


def of(shape: tuple[int, ...], dtype: str = "f4", value: float = 1) -> NDArray[Any]:
    return np.full(shape, value, dtype)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("conv1.bits", of((5,), "u1"), "conv1.bits has 5 bytes, which fits no odd filter size"),
        (
            "conv1.bits",
            of((2, 2), "u1"),
            "conv1.bits has shape (2, 2), but must be one-dimensional",
        ),
        ("conv1.bits", of((0,), "u1"), "conv1.bits has 0 bytes, which fits no odd filter size"),
        ("conv1.bits", of((4,)), "conv1.bits has an unexpected type"),
        ("conv1.bits", of((2**23 + 1,), "u1"), "bytes, which is too large for an SRCNN"),
        ("conv2.alpha", of((2,)), "conv2.alpha has shape (2,), but must be n x 1 x 1 x 1"),
        ("conv2.alpha", of((0, 1, 1, 1)), "conv2.alpha has shape (0, 1, 1, 1)"),
        ("conv2.alpha", of((2, 1, 1, 1), "u1"), "conv2.alpha has an unexpected type"),
        ("conv2.alpha", of((2, 1, 1, 1), value=np.nan), "conv2.alpha contains NaN or infinity"),
        ("conv1.alpha", of((3, 1, 1, 1), value=2e38), "conv1 has such large numbers"),
        ("conv1.alpha", of((4, 1, 1, 1)), "conv1.bits has 4 bytes, which fits no odd filter size"),
        ("conv3.alpha", of((2, 1, 1, 1)), "which fits no odd filter size"),
        ("conv2.bias", of((3,)), "conv2.bias does not fit conv2.weight"),
    ],
)
def test_a_damaged_file_is_refused(
    tmp_path: Path, name: str, value: NDArray[Any], why: str
) -> None:
    """In one line, with exit 6, by both ways to open it."""
    path = tmp_path / "a.onnx"
    path.write_bytes(with_tensor(to_onnx(BITS, CARD), name, value))
    lines = []
    for open_file in (load, lambda path, scale: open_upscaler(str(path), scale)):
        with pytest.raises(ModelError) as caught:
            open_file(path, 3)
        assert caught.value.exit_code == 6
        lines.append(str(caught.value))
    assert lines[0] == lines[1]
    assert why in lines[0]
    assert len(lines[0]) < 200


def test_a_card_says_what_the_weights_are(tmp_path: Path) -> None:
    """Nothing is left to guess: bits are not a full network, and a full network not bits."""
    assert '"weights"' not in card_of(*SMALL).to_json(), "files from before would change"
    path = tmp_path / "a.onnx"
    for tensors, card, wrong in (
        (BITS, CARD, card_of(*SMALL)),
        (random_tensors(*SMALL), card_of(*SMALL), CARD),
    ):
        path.write_bytes(with_card(to_onnx(tensors, card), wrong))
        with pytest.raises(ModelError, match="has a card that does not fit its weights"):
            load(path, 3)


def test_the_sum_without_the_picture_is_refused(tmp_path: Path) -> None:
    model = onnx.load_from_string(to_onnx(BITS, CARD))
    last = model.graph.node[-1]
    last.input[0] = last.input[1]
    path = tmp_path / "a.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="has a graph that does not match its card"):
        load(path, 3)

"""Random networks, and what they give, worked out without the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch.nn import functional

from srcnn.images.color import Color
from srcnn.weights.binary import Weights
from srcnn.weights.card import METADATA_KEY, Card

Tensors = dict[str, NDArray[np.float32]]


def random_tensors(f: Sequence[int], n: Sequence[int], channels: int = 1, seed: int = 0) -> Tensors:
    random = np.random.default_rng(seed)
    widths = (channels, *n, channels)
    tensors: Tensors = {}
    for k, size in enumerate(f, 1):
        shape = (widths[k], widths[k - 1], size, size)
        scale = 1 / np.sqrt(widths[k - 1] * size * size)
        tensors[f"conv{k}.weight"] = (random.normal(size=shape) * scale).astype(np.float32)
        tensors[f"conv{k}.bias"] = random.normal(0, 0.1, widths[k]).astype(np.float32)
    return tensors


def random_bits(
    f: Sequence[int], n: Sequence[int], channels: int = 1, seed: int = 0
) -> tuple[dict[str, NDArray[Any]], Tensors]:
    """A network of binary weights: (its bits, factors and biases, the same weights in fp32)."""
    random = np.random.default_rng(seed + 1)
    bits: dict[str, NDArray[Any]] = {}
    plain = random_tensors(f, n, channels, seed)
    for k in range(1, len(f) + 1):
        shape, bias = plain[f"conv{k}.weight"].shape, plain[f"conv{k}.bias"]
        signs = random.choice((-1, 1), shape)
        alpha = random.uniform(0.5, 1.5, (shape[0], 1, 1, 1)).astype(np.float32)
        alpha /= np.sqrt(np.float32(signs[0].size))
        digits = "".join("1" if sign > 0 else "0" for sign in signs.flat)
        numbers = [int(digits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(digits), 8)]
        bits[f"conv{k}.bits"] = np.array(numbers, np.uint8)
        bits |= {f"conv{k}.alpha": alpha, f"conv{k}.bias": bias}
        plain[f"conv{k}.weight"] = (alpha * signs).astype(np.float32)
    return bits, plain


def binary_network(
    plain: Mapping[str, NDArray[np.float32]], batch: NDArray[np.float32]
) -> NDArray[np.float64]:
    """What the bits of `random_bits` give: the sums of the same weights, and the input's middle."""
    change = network(plain, batch)
    r = (batch.shape[-1] - change.shape[-1]) // 2
    middle: NDArray[np.float64] = (
        batch[..., r : batch.shape[-2] - r, r : batch.shape[-1] - r] + change
    )
    return middle


def card_of(
    f: Sequence[int],
    n: Sequence[int],
    channels: int = 1,
    scale: int = 3,
    three: Color = "RGB",
    weights: Weights = "fp32",
) -> Card:
    color: Color = "Y" if channels == 1 else three
    return Card("test", scale, tuple(f), tuple(n), color, weights)


def network(
    tensors: Mapping[str, NDArray[np.float32]], batch: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Valid convolutions with a ReLU between them, by torch in float64."""
    current = torch.from_numpy(batch).double()
    depth = len(tensors) // 2
    for k in range(1, depth + 1):
        weight, bias = (
            torch.from_numpy(tensors[f"conv{k}.{part}"]).double() for part in ("weight", "bias")
        )
        current = functional.conv2d(current, weight, bias)
        if k < depth:
            current = current.clamp(min=0)
    out: NDArray[np.float64] = current.numpy()
    return out


def with_tensor(data: bytes, name: str, value: NDArray[Any]) -> bytes:
    """A weights file with other numbers in one tensor: such as our own code would not write."""
    model = onnx.load_from_string(data)
    for tensor in model.graph.initializer:
        if tensor.name == name:
            tensor.CopyFrom(onnx.numpy_helper.from_array(value, name))
    changed: bytes = model.SerializeToString()
    return changed


def with_card(data: bytes, card: Card) -> bytes:
    """A weights file with the card of another network."""
    model = onnx.load_from_string(data)
    onnx.helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    changed: bytes = model.SerializeToString()
    return changed

"""Random networks, and what they give, worked out without the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch.nn import functional

from srcnn.images.color import Color
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


def card_of(
    f: Sequence[int], n: Sequence[int], channels: int = 1, scale: int = 3, three: Color = "RGB"
) -> Card:
    return Card("test", scale, tuple(f), tuple(n), color="Y" if channels == 1 else three)


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


def with_tensor(data: bytes, name: str, value: NDArray[np.float32]) -> bytes:
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

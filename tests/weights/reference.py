"""Random networks, and what they give, worked out without the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from srcnn.weights.card import Card

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


def card_of(f: Sequence[int], n: Sequence[int], channels: int = 1, scale: int = 3) -> Card:
    return Card("test", scale, tuple(f), tuple(n), color="Y" if channels == 1 else "RGB")


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

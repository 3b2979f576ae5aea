"""The network as named tensors and as the nodes of a graph: what fits, and what is computed.

The graph is the valid network: N x C x (H + 2r) x (W + 2r) in, N x C x H x W out, r the receptive
radius; who calls it pads.

The last layer gives one channel, and engines compute channels by 8 or 16 at a time, so 7 or 15 of them
would be thrown away: 2/3 of the time of 9-1-5. The graph makes a block of 4 x 4 pixels from each
position instead, as 16 channels at a stride of 4: the same sums in the same order. Its larger filters
are made of ``convK.weight`` by nodes that engines fold when they load the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import ModelError
from srcnn.weights.card import Card

Tensors = Mapping[str, NDArray[Any]]

BLOCK = 4
"""Side of the block of pixels that the last layer makes at once."""
_LARGEST = float(np.finfo(np.float32).max)


class Node(NamedTuple):
    """A node of an ONNX graph; of a ``Constant`` the attribute ``value`` is a list of int64."""

    operator: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, int | str | list[int]]


def shape_of(tensors: Tensors, source: str) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """(f, n, channels) read from ``convK.weight`` and ``convK.bias``; `ModelError` if they do not fit."""
    depth = len(tensors) // 2
    names = {f"conv{k}.{part}" for k in range(1, depth + 1) for part in ("weight", "bias")}
    if depth < 2 or set(tensors) != names:
        raise ModelError(source, f"is no stack of convolutions ({', '.join(sorted(tensors))})")
    weights = [tensors[f"conv{k}.weight"] for k in range(1, depth + 1)]
    for k, weight in enumerate(weights, 1):
        if weight.ndim != 4 or weight.shape[2] != weight.shape[3] or weight.shape[2] % 2 == 0:
            raise ModelError(source, f"conv{k}.weight has shape {weight.shape}, not odd and square")
        if tensors[f"conv{k}.bias"].shape != weight.shape[:1]:
            raise ModelError(source, f"conv{k}.bias does not fit conv{k}.weight")
        if k > 1 and weight.shape[1] != weights[k - 2].shape[0]:
            raise ModelError(source, f"conv{k} does not take what conv{k - 1} gives")
        if weight.size == 0:
            raise ModelError(
                source, f"conv{k}.weight has shape {weight.shape}, which holds nothing"
            )
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise ModelError(source, f"{name} holds NaN or infinity")
    _check_sums(tensors, depth, source)
    channels = weights[0].shape[1]
    if channels not in (1, 3) or weights[-1].shape[0] != channels:
        raise ModelError(source, f"goes from {channels} to {weights[-1].shape[0]} channels")
    return tuple(w.shape[2] for w in weights), tuple(w.shape[0] for w in weights[:-1]), channels


def _check_sums(tensors: Tensors, depth: int, source: str) -> None:
    """`ModelError` unless float32 holds every sum that a picture can lead to: no NaN comes out."""
    largest = 2.0  # of a picture in [0, 1] after bicubic
    for k in range(1, depth + 1):
        weight, bias = (
            np.abs(tensors[f"conv{k}.{part}"].astype(np.float64)) for part in ("weight", "bias")
        )
        largest = float((weight.sum(axis=(1, 2, 3)) * largest + bias).max())
        if largest > _LARGEST:
            raise ModelError(source, f"conv{k} has numbers so large that its sums overflow")


def check_fit(tensors: Tensors, card: Card, source: str) -> None:
    """`ModelError` unless the tensors are the network that the card tells of."""
    if shape_of(tensors, source) != (card.f, card.n, card.channels):
        raise ModelError(source, "has a card that does not fit its weights")


def network_nodes(tensors: Tensors, source: str, output: str) -> list[Node]:
    """The valid network from the value ``source`` to the value ``output``."""
    depth = len(tensors) // 2
    sizes = [tensors[f"conv{k}.weight"].shape[2] for k in range(1, depth + 1)]
    return [
        *_whole_blocks(source, sum(sizes) - depth),
        *hidden_layers("block.input", depth),
        *_last_layer(f"F{depth - 1}", depth, output),
    ]


def hidden_layers(source: str, depth: int) -> Iterator[Node]:
    """All but the last of ``depth`` layers: the value ``source`` to the feature maps ``F1``, ``F2``, ..."""
    current = source
    for k in range(1, depth):
        weight, bias = f"conv{k}.weight", f"conv{k}.bias"
        yield Node("Conv", [current, weight, bias], [f"sum{k}"], {})
        yield Node("Relu", [f"sum{k}"], [f"F{k}"], {})
        current = f"F{k}"


def _constant(name: str, values: list[int]) -> Node:
    return Node("Constant", [], [name], {"value": values})


def _whole_blocks(source: str, halo: int) -> Iterator[Node]:
    """``source`` to ``block.input``: rows and columns added until the output's sides are whole blocks."""
    yield Node("Shape", [source], ["block.shape"], {"start": 2})
    yield _constant("block.halo", [halo, halo])
    yield Node("Sub", ["block.shape", "block.halo"], ["block.size"], {})
    yield _constant("block.side", [BLOCK, BLOCK])
    yield Node("Neg", ["block.size"], ["block.negative"], {})
    yield Node("Mod", ["block.negative", "block.side"], ["block.missing"], {})
    yield _constant("block.none", [0] * 6)
    yield Node("Concat", ["block.none", "block.missing"], ["block.pads"], {"axis": 0})
    yield Node("Pad", [source, "block.pads"], ["block.input"], {"mode": "edge"})


def _last_layer(current: str, k: int, output: str) -> Iterator[Node]:
    """The feature maps ``current`` to ``output``: a block from each position, and back to pixels."""
    shifted = []
    for i in range(BLOCK):
        for j in range(BLOCK):
            # The filter of the block's pixel (i, j) is the layer's, moved down by i and right by j.
            pads, name = f"shift{i}{j}", f"conv{k}.weight.{i}{j}"
            yield _constant(pads, [0, 0, i, j, 0, 0, BLOCK - 1 - i, BLOCK - 1 - j])
            yield Node("Pad", [f"conv{k}.weight", pads], [name], {})
            shifted.append(name)
    yield Node("Concat", shifted, ["block.weight"], {"axis": 0})
    yield Node("Concat", [f"conv{k}.bias"] * BLOCK**2, ["block.bias"], {"axis": 0})
    inputs = [current, "block.weight", "block.bias"]
    yield Node("Conv", inputs, ["block.planes"], {"strides": [BLOCK, BLOCK]})
    to_pixels: dict[str, int | str | list[int]] = {"blocksize": BLOCK, "mode": "DCR"}
    yield Node("DepthToSpace", ["block.planes"], ["block.pixels"], to_pixels)
    yield _constant("block.start", [0, 0])
    yield _constant("block.axes", [2, 3])
    cut = ["block.pixels", "block.start", "block.size", "block.axes"]
    yield Node("Slice", cut, [output], {})

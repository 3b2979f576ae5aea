"""A network in ncnn's format: a text with one line per layer, and a file of numbers.

Format: https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.weights.architectures.architecture import Node, constant
from srcnn.weights.architectures.srcnn import hidden_layers, layer_shapes
from srcnn.weights.architectures.table import nodes_of
from srcnn.weights.binary import Tensors, kind_of, unpack
from srcnn.weights.card import SRCNN, Card

_MAGIC = 7767517
_RAW = np.uint32(0).tobytes()
"""Marker in front of weights that are stored as float32."""
_TO_THE_END = "3=-233 4=-233 5=-233"
"""Parameters of a crop whose size follows from the margins that it removes."""
_ACTIVATIONS = {"Relu": "9=1", "LeakyRelu": "9=2 -23310=1,{alpha}"}
"""Parameters that fuse an activation into the convolution before it."""


class _Layer(NamedTuple):
    kind: str
    inputs: list[str]
    outputs: list[str]
    parameters: str
    numbers: bytes = b""

    def line(self, number: int) -> str:
        words = (self.kind, f"{self.kind}{number}", len(self.inputs), len(self.outputs))
        return " ".join(map(str, (*words, *self.inputs, *self.outputs, self.parameters)))


def to_ncnn(tensors: Tensors, card: Card) -> tuple[str, bytes]:
    """Return (layers, weights) of a network that maps the value ``input`` to ``output``.

    Raises:
        UsageError: If the network has an operator that cannot be translated.
    """
    nodes, tensors = _plain(tensors, card)
    layers = [
        _Layer("Input", [], ["input"], ""),
        *_translated(nodes, tensors),
    ]
    layers = list(_with_splits(layers))
    blobs = sum(len(layer.outputs) for layer in layers)
    lines = [layer.line(number) for number, layer in enumerate(layers)]
    text = "\n".join([str(_MAGIC), f"{len(layers)} {blobs}", *lines, ""])
    return text, b"".join(layer.numbers for layer in layers)


def _plain(tensors: Tensors, card: Card) -> tuple[list[Node], Tensors]:
    """Return the nodes and tensors of a network; those of SRCNN in the paper's form.

    The nodes in SRCNN's weights files are arranged for other engines.
    """
    if card.architecture != SRCNN:
        return nodes_of(card, tensors, "input", "output"), tensors
    shapes = layer_shapes(tensors)
    depth, radius = len(shapes), sum(shape[2] // 2 for shape in shapes)
    nodes = list(hidden_layers("input", depth))
    last = [f"F{depth - 1}", f"conv{depth}.weight", f"conv{depth}.bias"]
    if kind_of(tensors) == "fp32":
        return [*nodes, Node("Conv", last, ["output"], {})], tensors
    weights: dict[str, NDArray[Any]] = {}
    for k, shape in enumerate(shapes, 1):
        bits, alpha = tensors[f"conv{k}.bits"], tensors[f"conv{k}.alpha"]
        weights[f"conv{k}.weight"] = unpack(
            np.asarray(bits, np.uint8), np.asarray(alpha, np.float32), shape
        )
        weights[f"conv{k}.bias"] = tensors[f"conv{k}.bias"]
    nodes += [
        Node("Conv", last, ["change"], {}),
        constant("start", [radius, radius]),
        Node("Slice", ["input", "start", "stop", "axes"], ["middle"], {}),
        Node("Add", ["change", "middle"], ["output"], {}),
    ]
    return nodes, weights


def _translated(nodes: list[Node], tensors: Tensors) -> Iterable[_Layer]:
    constants = {node.outputs[0]: node.attributes["value"] for node in nodes if not node.inputs}
    after = {name: node for node in nodes for name in node.inputs}
    fused: set[str] = set()
    for node in nodes:
        if not node.inputs or node.outputs[0] in fused:
            continue
        following = after.get(node.outputs[0])
        if node.operator == "Conv" and following and following.operator in _ACTIVATIONS:
            activation = _ACTIVATIONS[following.operator].format(**following.attributes)
            fused.add(following.outputs[0])
            outputs = following.outputs
        else:
            activation, outputs = "", node.outputs
        yield _layer(node, outputs, activation, tensors, constants)


def _layer(
    node: Node,
    outputs: list[str],
    activation: str,
    tensors: Tensors,
    constants: Mapping[str, Any],
) -> _Layer:
    source, rest = node.inputs[:1], node.inputs[1:]
    if node.operator == "Conv" and not node.attributes:
        return _convolution(source, outputs, tensors[rest[0]], tensors[rest[1]], activation)
    if node.operator == "Gather" and node.attributes == {"axis": 1}:
        # A 1x1 convolution of ones and zeros selects channels exactly.
        chosen = np.asarray(constants[rest[0]])
        weight = np.eye(chosen.max() + 1, dtype=np.float32)[chosen][:, :, None, None]
        bias = np.zeros(len(chosen), np.float32)
        return _convolution(source, outputs, weight, bias, "")
    if node.operator == "Slice":  # a crop with the same margin on opposite sides
        top, left = constants[rest[0]]
        offsets = f"0={left} 1={top} {_TO_THE_END} 6={left} 7={top}"
        return _Layer("Crop", source, outputs, offsets)
    if node.operator == "Add":
        return _Layer("BinaryOp", node.inputs, outputs, "0=0")
    if node.operator == "DepthToSpace" and node.attributes["mode"] == "CRD":
        return _Layer("PixelShuffle", source, outputs, f"0={node.attributes['blocksize']}")
    raise UsageError("engine ncnn", f"cannot run {node.operator}", "use engine onnxruntime")


def _convolution(
    source: list[str],
    outputs: list[str],
    weight: NDArray[Any],
    bias: NDArray[Any],
    activation: str,
) -> _Layer:
    filters, _, side, _ = weight.shape
    parameters = f"0={filters} 1={side} 5=1 6={weight.size} {activation}"
    numbers = _RAW + weight.astype("<f4").tobytes() + bias.astype("<f4").tobytes()
    return _Layer("Convolution", source, outputs, parameters, numbers)


def _with_splits(layers: list[_Layer]) -> Iterable[_Layer]:
    """Yield layers in which each value is read once, with a named copy for each further reader."""
    uses = Counter(name for layer in layers for name in layer.inputs)
    taken: Counter[str] = Counter()
    for layer in layers:
        inputs = []
        for name in layer.inputs:
            inputs.append(f"{name}.{taken[name]}" if uses[name] > 1 else name)
            taken[name] += 1
        yield layer._replace(inputs=inputs)
        for name in layer.outputs:
            if uses[name] > 1:
                copies = [f"{name}.{k}" for k in range(uses[name])]
                yield _Layer("Split", [name], copies, "")

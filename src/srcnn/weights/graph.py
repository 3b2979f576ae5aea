"""Named tensors to one ONNX graph with its card, and back. Needs the extra ``train``.

The graph is the valid network: N x C x (H + 2r) x (W + 2r) in, N x C x H x W out, r the receptive
radius; who calls it pads. Initialisers carry the state dict's names (``conv1.weight``, ...), so the
same file serves every engine and torch.

The last layer gives one channel, and engines compute channels by 8 or 16 at a time, so 7 or 15 of them
would be thrown away: 2/3 of the time of 9-1-5. The graph makes a block of 4 x 4 pixels from each
position instead, as 16 channels at a stride of 4: the same sums in the same order. Its larger filters
are made of ``convK.weight`` by nodes that engines fold when they load the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from srcnn.errors import ModelError
from srcnn.weights.card import METADATA_KEY, Card, card_in

Tensors = Mapping[str, NDArray[Any]]
Shape = Sequence[str | int]

BLOCK = 4
"""Side of the block of pixels that the last layer makes at once."""


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
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise ModelError(source, f"{name} holds NaN or infinity")
    channels = weights[0].shape[1]
    if channels not in (1, 3) or weights[-1].shape[0] != channels:
        raise ModelError(source, f"goes from {channels} to {weights[-1].shape[0]} channels")
    return tuple(w.shape[2] for w in weights), tuple(w.shape[0] for w in weights[:-1]), channels


def check_fit(tensors: Tensors, card: Card, source: str) -> None:
    """`ModelError` unless the tensors are the network that the card tells of."""
    if shape_of(tensors, source) != (card.f, card.n, card.channels):
        raise ModelError(source, "has a card that does not fit its weights")


def to_onnx(tensors: Tensors, card: Card) -> bytes:
    """The bytes of a weights file; `ModelError` for a card of another network."""
    check_fit(tensors, card, card.name)
    return graph_file(
        card.name,
        network_nodes(tensors, "input", "output"),
        {name: np.asarray(tensor, np.float32) for name, tensor in tensors.items()},
        ("N", card.channels, "H+2r", "W+2r"),
        ("N", card.channels, "H", "W"),
        {METADATA_KEY: card.to_json()},
    )


def network_nodes(tensors: Tensors, source: str, output: str) -> list[onnx.NodeProto]:
    """The valid network from the value ``source`` to the value ``output``."""
    depth = len(tensors) // 2
    sizes = [tensors[f"conv{k}.weight"].shape[2] for k in range(1, depth + 1)]
    return [
        *_whole_blocks(source, sum(sizes) - depth),
        *hidden_layers("block.input", depth),
        *_last_layer(f"F{depth - 1}", depth, output),
    ]


def hidden_layers(source: str, depth: int) -> Iterator[onnx.NodeProto]:
    """All but the last of ``depth`` layers: the value ``source`` to the feature maps ``F1``, ``F2``, ..."""
    current = source
    for k in range(1, depth):
        weight, bias = f"conv{k}.weight", f"conv{k}.bias"
        yield helper.make_node("Conv", [current, weight, bias], [f"sum{k}"])
        yield helper.make_node("Relu", [f"sum{k}"], [f"F{k}"])
        current = f"F{k}"


def graph_file(
    name: str,
    nodes: Sequence[onnx.NodeProto],
    constants: Tensors,
    shape_in: Shape,
    shape_out: Shape,
    metadata: dict[str, str],
) -> bytes:
    """The bytes of an ONNX file whose nodes lead from the value ``input`` to ``output``, both float32."""
    model = helper.make_model(
        helper.make_graph(
            nodes,
            name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape_in)],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape_out)],
            [numpy_helper.from_array(tensor, key) for key, tensor in constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        producer_name="srcnn",
    )
    # The oldest file version that has opset 17, so that older runtimes open it too.
    model.ir_version = 8
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _constant(name: str, values: Any) -> Any:
    return helper.make_node(
        "Constant", [], [name], value=numpy_helper.from_array(np.asarray(values, np.int64), name)
    )


def _whole_blocks(source: str, halo: int) -> Iterator[Any]:
    """``source`` to ``block.input``: rows and columns added until the output's sides are whole blocks."""
    yield helper.make_node("Shape", [source], ["block.shape"], start=2)
    yield _constant("block.halo", [halo, halo])
    yield helper.make_node("Sub", ["block.shape", "block.halo"], ["block.size"])
    yield _constant("block.side", [BLOCK, BLOCK])
    yield helper.make_node("Neg", ["block.size"], ["block.negative"])
    yield helper.make_node("Mod", ["block.negative", "block.side"], ["block.missing"])
    yield _constant("block.none", [0] * 6)
    yield helper.make_node("Concat", ["block.none", "block.missing"], ["block.pads"], axis=0)
    yield helper.make_node("Pad", [source, "block.pads"], ["block.input"], mode="edge")


def _last_layer(current: str, k: int, output: str) -> Iterator[Any]:
    """The feature maps ``current`` to ``output``: a block from each position, and back to pixels."""
    shifted = []
    for i in range(BLOCK):
        for j in range(BLOCK):
            # The filter of the block's pixel (i, j) is the layer's, moved down by i and right by j.
            pads, name = f"shift{i}{j}", f"conv{k}.weight.{i}{j}"
            yield _constant(pads, [0, 0, i, j, 0, 0, BLOCK - 1 - i, BLOCK - 1 - j])
            yield helper.make_node("Pad", [f"conv{k}.weight", pads], [name])
            shifted.append(name)
    yield helper.make_node("Concat", shifted, ["block.weight"], axis=0)
    yield helper.make_node("Concat", [f"conv{k}.bias"] * BLOCK**2, ["block.bias"], axis=0)
    inputs, strides = [current, "block.weight", "block.bias"], [BLOCK, BLOCK]
    yield helper.make_node("Conv", inputs, ["block.planes"], strides=strides)
    yield helper.make_node(
        "DepthToSpace", ["block.planes"], ["block.pixels"], blocksize=BLOCK, mode="DCR"
    )
    yield _constant("block.start", [0, 0])
    yield _constant("block.axes", [2, 3])
    cut = ["block.pixels", "block.start", "block.size", "block.axes"]
    yield helper.make_node("Slice", cut, [output])


def from_onnx(data: bytes, source: str) -> tuple[dict[str, NDArray[np.float32]], Card]:
    """Tensors and card of a weights file; `ModelError` if it is not one of ours, or they do not fit."""
    try:
        model = onnx.load_from_string(data)
        tensors = {str(t.name): numpy_helper.to_array(t) for t in model.graph.initializer}
    except Exception as error:  # protobuf and onnx raise what the broken bytes led to
        raise ModelError(source, f"is no ONNX file ({error})") from None
    card = card_in({entry.key: entry.value for entry in model.metadata_props}, source)
    check_fit(tensors, card, source)
    return tensors, card

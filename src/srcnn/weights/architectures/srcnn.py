"""The SRCNN family: its named tensors, the checks of them, and its ONNX graph.

The graph is the network without padding: (N, C, H + 2r, W + 2r) to (N, C, H, W), where r is the
receptive radius. The caller pads.

The last layer has a single output channel, but ONNX Runtime computes 8 or 16 channels at a time
and would discard the others, which costs 2/3 of the time of 9-1-5. Therefore the graph computes
a block of 4 x 4 pixels at each position, as 16 channels with a stride of 4: the same sums in
the same order. Nodes build its larger filters from ``convK.weight``; runtimes fold these nodes
when they load the graph.
An image whose sides are not multiples of 4 is padded first and cut afterwards, by nodes that compute
with its shape. For runtimes without such nodes, there is the plain stack, or blocks whose side
divides the sides of the output.

For binary weights, further nodes build ``convK.weight`` from the bits, which runtimes also
fold, and the input without its border is added to the output of the last layer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from srcnn.errors import ModelError
from srcnn.images.grid import Grid
from srcnn.weights.architectures.architecture import (
    LARGEST_INPUT,
    MOST,
    Attribute,
    Description,
    Node,
    check_finite,
    check_sum,
    constant,
)
from srcnn.weights.architectures.bits import weights_of_bits
from srcnn.weights.binary import PARTS, Tensors, kind_of, side_of
from srcnn.weights.card import Card

BLOCK = 4
"""Side, in pixels, of the block that the last layer computes at each position."""


class Srcnn:
    """The paper's stack of convolutions on the enlarged image; see the module's docstring."""

    name = "srcnn"

    def describe(self, tensors: Tensors, source: str) -> Description:
        """See `Architecture.describe`."""
        f, n, channels = shape_of(tensors, source)
        return Description(channels, {"f": f, "n": n, "weights": kind_of(tensors)})

    def grid(self, card: Card) -> Grid:
        """Return factor 1 and the sum of the filters' radii: 6, 7, 8 for 9-1-5, 9-3-5, 9-5-5."""
        return Grid(1, sum(f // 2 for f in card.f))

    def parameters(self, card: Card) -> int:
        """Return the number of weights: 8,032 for 9-1-5 (section 4.3.1)."""
        widths = (card.channels, *card.n, card.channels)
        return sum(a * f * f * b for a, f, b in zip(widths[:-1], card.f, widths[1:], strict=True))

    def nodes(self, tensors: Tensors, source: str, output: str) -> list[Node]:
        """See `Architecture.nodes`."""
        shapes = layer_shapes(tensors)
        depth, halo = len(shapes), sum(shape[2] - 1 for shape in shapes)
        if kind_of(tensors) == "fp32":
            return [*_whole_blocks(source, halo), *_layers(depth, output)]
        nodes = [
            *weights_of_bits(shapes),
            *_whole_blocks(source, halo),
            *_layers(depth, "change"),
            *_add_middle(source, "change", halo // 2, output),
        ]
        return [_short(node) for node in nodes]

    def plain_nodes(self, tensors: Tensors, source: str, output: str, block: int) -> list[Node]:
        """See `WithPlainNodes.plain_nodes`."""
        shapes = layer_shapes(tensors)
        radius = sum(shape[2] - 1 for shape in shapes) // 2
        if kind_of(tensors) == "fp32":
            return list(_plain_layers(source, len(shapes), block, output))
        nodes = [
            *weights_of_bits(shapes),
            *_plain_layers(source, len(shapes), block, "change"),
            *_add_cut(source, "change", radius, output),
        ]
        return [_short(node) for node in nodes]


def shape_of(tensors: Tensors, source: str) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Read the layer sizes from an SRCNN's tensors, and check them.

    Args:
        tensors: ``convK.weight`` and ``convK.bias``, or those of `srcnn.weights.binary`.
        source: Name of their file, for error messages.

    Returns:
        Filter sizes f, filter numbers n of the hidden layers, and the number of image channels.

    Raises:
        ModelError: The tensors are not those of an SRCNN, or are not finite.
    """
    kind = kind_of(tensors)
    depth = len(tensors) // len(PARTS[kind])
    names = {f"conv{k}.{part}" for k in range(1, depth + 1) for part in PARTS[kind]}
    if depth < 2 or set(tensors) != names:
        raise ModelError(
            source, f"is not a sequence of convolutions ({', '.join(sorted(tensors))})"
        )
    if kind == "binary":
        _check_bits(tensors, depth, source)
    shapes = layer_shapes(tensors)
    for k, shape in enumerate(shapes, 1):
        if len(shape) != 4 or shape[2] != shape[3] or shape[2] % 2 == 0:
            raise ModelError(
                source, f"conv{k}.weight has shape {shape}, but filters must be odd and square"
            )
        if tensors[f"conv{k}.bias"].shape != shape[:1]:
            raise ModelError(source, f"conv{k}.bias does not fit conv{k}.weight")
        if k > 1 and shape[1] != shapes[k - 2][0]:
            raise ModelError(source, f"conv{k} does not match the channels of conv{k - 1}")
        if 0 in shape:
            raise ModelError(source, f"conv{k}.weight is empty, with shape {shape}")
    check_finite(tensors, source)
    _check_sums(tensors, shapes, source)
    channels = shapes[0][1]
    if channels not in (1, 3) or shapes[-1][0] != channels:
        raise ModelError(source, f"converts {channels} to {shapes[-1][0]} channels")
    return tuple(shape[2] for shape in shapes), tuple(shape[0] for shape in shapes[:-1]), channels


def _check_bits(tensors: Tensors, depth: int, source: str) -> None:
    """Check that each layer has a factor for each filter, and as many bits as an odd f needs.

    Raises:
        ModelError: A layer does not.
    """
    for k in range(1, depth + 1):
        bits, alpha = tensors[f"conv{k}.bits"], tensors[f"conv{k}.alpha"]
        if bits.dtype != np.uint8 or bits.ndim != 1:
            raise ModelError(
                source, f"conv{k}.bits has shape {bits.shape}, but must be one-dimensional"
            )
        if alpha.size == 0 or alpha.shape != (alpha.size, 1, 1, 1):
            raise ModelError(
                source, f"conv{k}.alpha has shape {alpha.shape}, but must be n x 1 x 1 x 1"
            )
        if 8 * bits.size > MOST:
            raise ModelError(
                source, f"conv{k}.bits has {bits.size} bytes, which is too large for an SRCNN"
            )
    for k, shape in enumerate(layer_shapes(tensors), 1):
        if not shape[2]:
            size = tensors[f"conv{k}.bits"].size
            raise ModelError(
                source, f"conv{k}.bits has {size} bytes, which fits no odd filter size"
            )


def layer_shapes(tensors: Tensors) -> list[tuple[int, ...]]:
    """Return the weight shape (n, c, f, f) of each layer; f is 0 if no odd f fits the bits."""
    if kind_of(tensors) == "fp32":
        depth = len(tensors) // len(PARTS["fp32"])
        return [tensors[f"conv{k}.weight"].shape for k in range(1, depth + 1)]
    depth = len(tensors) // len(PARTS["binary"])
    sizes = [tensors[f"conv{k}.bits"].size for k in range(1, depth + 1)]
    outputs = [tensors[f"conv{k}.alpha"].size for k in range(1, depth + 1)]
    inputs = [outputs[-1], *outputs[:-1]]  # input and output have the same number of channels
    sides = [side_of(n * c, size) for n, c, size in zip(outputs, inputs, sizes, strict=True)]
    return list(zip(outputs, inputs, sides, sides, strict=True))


def _check_sums(tensors: Tensors, shapes: list[tuple[int, ...]], source: str) -> None:
    """Check that float32 can represent every sum that an image can produce, so that none is NaN.

    Raises:
        ModelError: It cannot.
    """
    largest = LARGEST_INPUT
    for k, shape in enumerate(shapes, 1):
        if kind_of(tensors) == "binary":
            alpha = np.abs(tensors[f"conv{k}.alpha"].astype(np.float64))
            sums = alpha * math.prod(shape[1:])
        else:
            weight = np.abs(tensors[f"conv{k}.weight"].astype(np.float64))
            sums = weight.sum(axis=(1, 2, 3))
        bias = np.abs(tensors[f"conv{k}.bias"].astype(np.float64))
        largest = float((sums * largest + bias).max())
        check_sum(largest, f"conv{k}", source)


def _layers(depth: int, output: str) -> Iterator[Node]:
    yield from hidden_layers("block.input", depth)
    yield from _last_layer(f"F{depth - 1}", depth, BLOCK, "block.pixels")
    yield constant("block.start", [0, 0])
    yield constant("block.axes", [2, 3])
    cut = ["block.pixels", "block.start", "block.size", "block.axes"]
    yield Node("Slice", cut, [output], {})


def _plain_layers(source: str, depth: int, block: int, output: str) -> Iterator[Node]:
    yield from hidden_layers(source, depth)
    last = f"F{depth - 1}"
    if block > 1:
        yield from _last_layer(last, depth, block, output)
        return
    yield Node("Conv", [last, f"conv{depth}.weight", f"conv{depth}.bias"], [output], {})


def _short(node: Node) -> Node:
    """Return the same node in fewer bytes, eight fewer for each number.

    The size matters where the weights themselves are only bits.
    """
    if node.operator != "Constant":
        return node
    return node._replace(attributes={"value_ints": node.attributes["value"]})


def _add_middle(source: str, change: str, radius: int, output: str) -> Iterator[Node]:
    """Yield nodes that add ``source`` without its border to ``change``, giving ``output``."""
    yield constant("middle.start", [radius, radius])
    yield Node("Add", ["block.size", "middle.start"], ["middle.stop"], {})
    cut = [source, "middle.start", "middle.stop", "block.axes"]
    yield Node("Slice", cut, ["middle"], {})
    yield Node("Add", ["middle", change], [output], {})


def _add_cut(source: str, change: str, radius: int, output: str) -> Iterator[Node]:
    """What `_add_middle` does, with the middle counted from both ends."""
    if not radius:
        yield Node("Add", [source, change], [output], {})
        return
    yield constant("middle.start", [radius, radius])
    yield constant("middle.stop", [-radius, -radius])
    yield constant("middle.axes", [2, 3])
    yield Node("Slice", [source, "middle.start", "middle.stop", "middle.axes"], ["middle"], {})
    yield Node("Add", ["middle", change], [output], {})


def hidden_layers(source: str, depth: int) -> Iterator[Node]:
    """Yield all layers but the last: ``source`` to the feature maps ``F1``, ``F2``, ...

    Args:
        source: Name of the input value.
        depth: Number of layers of the network.
    """
    current = source
    for k in range(1, depth):
        weight, bias = f"conv{k}.weight", f"conv{k}.bias"
        yield Node("Conv", [current, weight, bias], [f"sum{k}"], {})
        yield Node("Relu", [f"sum{k}"], [f"F{k}"], {})
        current = f"F{k}"


def _whole_blocks(source: str, halo: int) -> Iterator[Node]:
    """Yield nodes that pad ``source`` until the output consists of whole blocks.

    Their result is the value ``block.input``.
    """
    yield Node("Shape", [source], ["block.shape"], {"start": 2})
    yield constant("block.halo", [halo, halo])
    yield Node("Sub", ["block.shape", "block.halo"], ["block.size"], {})
    yield constant("block.side", [BLOCK, BLOCK])
    yield Node("Neg", ["block.size"], ["block.negative"], {})
    yield Node("Mod", ["block.negative", "block.side"], ["block.missing"], {})
    yield constant("block.none", [0] * 6)
    yield Node("Concat", ["block.none", "block.missing"], ["block.pads"], {"axis": 0})
    yield Node("Pad", [source, "block.pads"], ["block.input"], {"mode": "edge"})


def _last_layer(current: str, k: int, block: int, output: str) -> Iterator[Node]:
    """The feature maps ``current`` to ``output``: a block from each position, and back to pixels."""
    shifted = []
    for i in range(block):
        for j in range(block):
            # The filter of the block's pixel (i, j) is the layer's, moved down by i and right by j.
            pads, name = f"shift{i}{j}", f"conv{k}.weight.{i}{j}"
            yield constant(pads, [0, 0, i, j, 0, 0, block - 1 - i, block - 1 - j])
            yield Node("Pad", [f"conv{k}.weight", pads], [name], {})
            shifted.append(name)
    yield Node("Concat", shifted, ["block.weight"], {"axis": 0})
    yield Node("Concat", [f"conv{k}.bias"] * block**2, ["block.bias"], {"axis": 0})
    inputs = [current, "block.weight", "block.bias"]
    yield Node("Conv", inputs, ["block.planes"], {"strides": [block, block]})
    to_pixels: dict[str, Attribute] = {"blocksize": block, "mode": "DCR"}
    yield Node("DepthToSpace", ["block.planes"], [output], to_pixels)

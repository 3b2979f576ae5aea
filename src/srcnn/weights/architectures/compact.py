"""The ``compact`` family: a stack of 3x3 convolutions on the low-resolution grid.

::

    Y (h x w)  --conv, act-->  C channels  --(conv, act) x depth-->  C channels
               --conv-->  s^2 channels, + Y in each  --pixel shuffle-->  (s h x s w)

Published as SRVGGNetCompact (Wang, Xie, Dong, Shan: Real-ESRGAN, ICCVW 2021, appendix). All
convolutions run before the image is enlarged, so an output pixel needs 1 / s^2 of the
multiplications that it would need on the enlarged grid. Adding Y to each of the s^2 channels
adds the nearest-neighbor enlargement, so the convolutions learn the residual. The activation
is a leaky ReLU with slope `SLOPE`.

Tensors: ``conv1`` to ``conv(depth + 2)``, each with ``weight`` (n, c, 3, 3) and ``bias`` (n,).
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
    Description,
    Node,
    check_finite,
    check_sum,
    constant,
)
from srcnn.weights.binary import Tensors
from srcnn.weights.card import Card

SLOPE = float(np.float32(0.1))
"""Slope of the leaky ReLU for negative values, as published."""


class Compact:
    """The family; see the module's docstring. Sizes on the card: ``channels`` (C) and ``depth``."""

    name = "compact"

    def describe(self, tensors: Tensors, source: str) -> Description:
        """See `Architecture.describe`."""
        layers = _layers(tensors)
        names = {f"conv{k}.{part}" for k in range(1, layers + 1) for part in ("weight", "bias")}
        if layers < 2 or set(tensors) != names:
            raise ModelError(source, "does not contain the tensors of a compact network")
        channels, width = self._check_shapes(tensors, layers, source)
        check_finite(tensors, source)
        _check_sums(tensors, layers, source)
        outputs = len(tensors[f"conv{layers}.bias"])
        scale = math.isqrt(outputs // channels)
        if scale < 2 or channels * scale**2 != outputs:
            why = f"its last layer has {outputs} channels, which is not the square of a scale"
            raise ModelError(source, why)
        sizes = {"channels": width, "depth": layers - 2}
        return Description(channels, {"sizes": sizes, "scale": scale, "weights": "fp32"})

    def _check_shapes(self, tensors: Tensors, layers: int, source: str) -> tuple[int, int]:
        """Check that the layers fit together.

        Returns:
            The number of channels of the image, and C.

        Raises:
            ModelError: A layer does not fit.
        """
        first = tensors["conv1.weight"].shape
        if len(first) != 4 or first[1] not in (1, 3) or 0 in first:
            raise ModelError(source, f"conv1.weight has shape {first}")
        width, channels = first[:2]
        for k in range(1, layers + 1):
            weight, bias = tensors[f"conv{k}.weight"].shape, tensors[f"conv{k}.bias"].shape
            inputs = channels if k == 1 else width
            outputs = bias[0] if k == layers and len(bias) == 1 else width
            if weight != (outputs, inputs, 3, 3) or bias != (outputs,) or not outputs:
                raise ModelError(source, f"conv{k} has shapes {weight} and {bias}")
            if math.prod(weight) > MOST:
                raise ModelError(source, f"conv{k} has more than {MOST} weights")
        return channels, width

    def grid(self, card: Card) -> Grid:
        """Return the low-resolution grid, whose radius is one pixel for each convolution."""
        return Grid(card.scale, card.sizes["depth"] + 2)

    def parameters(self, card: Card) -> int:
        """Return the number of weights of the convolutions."""
        width, depth = card.sizes["channels"], card.sizes["depth"]
        return 9 * width * (card.channels * (1 + card.scale**2) + width * depth)

    def nodes(self, tensors: Tensors, source: str, output: str) -> list[Node]:
        """See `Architecture.nodes`."""
        return _nodes(tensors, source, output, broadcast=True)

    def plain_nodes(self, tensors: Tensors, source: str, output: str, block: int) -> list[Node]:
        """See `WithPlainNodes.plain_nodes`; OpenCV 5.0 does not broadcast what a convolution made."""
        return _nodes(tensors, source, output, broadcast=False)


def _nodes(tensors: Tensors, source: str, output: str, broadcast: bool) -> list[Node]:
    layers = _layers(tensors)
    channels = tensors["conv1.weight"].shape[1]
    scale = math.isqrt(len(tensors[f"conv{layers}.bias"]) // channels)
    return [
        *_stack(source, layers),
        *_nearest(source, layers, channels, scale, broadcast),
        Node("Add", ["planes", "nearest"], ["shuffled"], {}),
        Node("DepthToSpace", ["shuffled"], [output], {"blocksize": scale, "mode": "CRD"}),
    ]


def _layers(tensors: Tensors) -> int:
    return sum(name.endswith(".weight") for name in tensors)


def _check_sums(tensors: Tensors, layers: int, source: str) -> None:
    """Check that float32 can represent every sum that an image can produce.

    Raises:
        ModelError: It cannot.
    """
    largest = LARGEST_INPUT
    for k in range(1, layers + 1):
        weight = np.abs(tensors[f"conv{k}.weight"].astype(np.float64))
        bias = np.abs(tensors[f"conv{k}.bias"].astype(np.float64))
        largest = float((weight.sum(axis=(1, 2, 3)) * largest + bias).max())
        check_sum(largest, f"conv{k}", source)


def _stack(source: str, layers: int) -> Iterator[Node]:
    """Yield convolutions and activations, from the image to ``planes``."""
    current = source
    for k in range(1, layers + 1):
        result = f"sum{k}" if k < layers else "planes"
        yield Node("Conv", [current, f"conv{k}.weight", f"conv{k}.bias"], [result], {})
        if k == layers:
            return
        current = f"F{k}"
        yield Node("LeakyRelu", [result], [current], {"alpha": SLOPE})


def _nearest(
    source: str, radius: int, channels: int, scale: int, broadcast: bool
) -> Iterator[Node]:
    """Yield nodes that repeat the image without its border for each of the s^2 output planes."""
    yield constant("middle.start", [radius, radius])
    yield constant("middle.stop", [-radius, -radius])
    yield constant("middle.axes", [2, 3])
    cut = [source, "middle.start", "middle.stop", "middle.axes"]
    if broadcast and channels == 1:
        yield Node("Slice", cut, ["nearest"], {})
        return
    yield Node("Slice", cut, ["middle"], {})
    if broadcast:
        yield constant("middle.copies", [c for c in range(channels) for _ in range(scale**2)])
        yield Node("Gather", ["middle", "middle.copies"], ["nearest"], {"axis": 1})
        return
    parts = [f"middle.{c}" for c in range(channels)]
    if channels == 1:
        parts = ["middle"]
    else:
        yield constant("middle.each", [1] * channels)
        yield Node("Split", ["middle", "middle.each"], parts, {"axis": 1})
    copies = [part for part in parts for _ in range(scale**2)]
    yield Node("Concat", copies, ["nearest"], {"axis": 1})

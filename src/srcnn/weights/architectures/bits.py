"""Nodes that build the weights of a binary network from the bits that its file holds."""

from __future__ import annotations

import math
from collections.abc import Iterator

from srcnn.weights.architectures.architecture import Node, constant

_FLOAT, _INT64 = 1, 7
"""ONNX's codes of these types."""


def weights_of_bits(shapes: list[tuple[int, ...]]) -> Iterator[Node]:
    """Yield nodes from ``convK.bits`` and ``convK.alpha`` to ``convK.weight``.

    They extract the bits by dividing each byte by 128, 64, ..., 1.
    """
    yield constant("bits.powers", [128, 64, 32, 16, 8, 4, 2, 1])
    yield constant("bits.one", [1])
    yield constant("bits.two", [2])
    yield constant("bits.all", [-1])
    layers = range(1, len(shapes) + 1)
    yield Node("Concat", [f"conv{k}.bits" for k in layers], ["bits"], {"axis": 0})
    yield Node("Cast", ["bits"], ["bits.whole"], {"to": _INT64})
    yield Node("Unsqueeze", ["bits.whole", "bits.one"], ["bits.bytes"], {})
    yield Node("Div", ["bits.bytes", "bits.powers"], ["bits.shifted"], {})
    yield Node("Mod", ["bits.shifted", "bits.two"], ["bits.digits"], {})
    yield Node("Mul", ["bits.digits", "bits.two"], ["bits.doubled"], {})
    yield Node("Sub", ["bits.doubled", "bits.one"], ["bits.signs"], {})
    yield Node("Cast", ["bits.signs"], ["bits.float"], {"to": _FLOAT})
    yield Node("Reshape", ["bits.float", "bits.all"], ["bits.row"], {})
    parts, sizes = [], []
    for k, shape in enumerate(shapes, 1):
        count = math.prod(shape)
        parts.append(f"conv{k}.row")
        sizes.append(count)
        if count % 8:
            parts.append(f"conv{k}.left")
            sizes.append(8 - count % 8)
    yield constant("bits.sizes", sizes)
    yield Node("Split", ["bits.row", "bits.sizes"], parts, {"axis": 0})
    for k, shape in enumerate(shapes, 1):
        yield constant(f"conv{k}.shape", list(shape))
        yield Node("Reshape", [f"conv{k}.row", f"conv{k}.shape"], [f"conv{k}.signs"], {})
        yield Node("Mul", [f"conv{k}.signs", f"conv{k}.alpha"], [f"conv{k}.weight"], {})

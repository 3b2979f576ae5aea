"""What a family of networks says of itself without torch, so that files and engines need none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from srcnn.errors import ModelError
from srcnn.images.grid import Grid
from srcnn.weights.binary import Tensors
from srcnn.weights.card import Card

MOST = 2**26
"""Largest number of weights in a layer, in the file or, for binary weights, in memory."""
LARGEST_INPUT = 2.0
"""Largest absolute value of an image in [0, 1] after bicubic interpolation, with a wide margin."""
_LARGEST_SUM = float(np.finfo(np.float32).max)

Attribute = int | float | str | list[int]


class Node(NamedTuple):
    """A node of an ONNX graph.

    Of a ``Constant`` the attribute, ``value`` or ``value_ints``, is a list of int64.
    """

    operator: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Attribute]


@dataclass(frozen=True)
class Description:
    """What tensors alone tell of their network.

    Attributes:
        channels: Channels of the image that it takes and gives: 1 or 3.
        fields: The fields of the `Card` that the tensors determine.
    """

    channels: int
    fields: Mapping[str, object]


class Architecture(Protocol):
    """A family of networks. Adding one is this protocol, a row of `ARCHITECTURES` and a torch module.

    The graph is the valid network: (N, C, h + 2r, w + 2r) in, (N, C, factor * h, factor * w) out,
    r and factor those of `grid`. The caller pads and clamps.
    """

    @property
    def name(self) -> str:
        """Name on the card and in recipes."""
        ...

    def describe(self, tensors: Tensors, source: str) -> Description:
        """Read the network's sizes from its tensors.

        Raises:
            ModelError: The tensors do not fit each other, or are not finite; it names ``source``.
        """
        ...

    def grid(self, card: Card) -> Grid:
        """Return how the network's output lies over its input."""
        ...

    def parameters(self, card: Card) -> int:
        """Count the weights, without biases, as the paper counts."""
        ...

    def nodes(self, tensors: Tensors, source: str, output: str) -> list[Node]:
        """Return the valid network as nodes from the value ``source`` to the value ``output``."""
        ...


def constant(name: str, values: list[int]) -> Node:
    """Return a node that gives int64 ``values`` the name ``name``."""
    return Node("Constant", [], [name], {"value": values})


def check_finite(tensors: Tensors, source: str) -> None:
    """Raise `ModelError`, naming ``source``, for a NaN or an infinity."""
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise ModelError(source, f"{name} holds NaN or infinity")


def check_sum(largest: float, layer: str, source: str) -> None:
    """Raise `ModelError` unless float32 holds a layer's ``largest`` possible sum."""
    if not largest <= _LARGEST_SUM:
        raise ModelError(source, f"{layer} has numbers so large that its sums overflow")

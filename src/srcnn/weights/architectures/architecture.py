"""The interface of a family of networks, without torch, because files and backends need none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from srcnn.errors import ModelError
from srcnn.images.grid import Grid
from srcnn.weights.binary import Tensors
from srcnn.weights.card import Card

MOST = 2**26
"""Largest number of weights in a layer, in the file or, for binary weights, in memory."""
LARGEST_INPUT = 2.0
"""Largest absolute input value: an image in [0, 1] after bicubic interpolation, plus a margin."""
_LARGEST_SUM = float(np.finfo(np.float32).max)
"""Largest value that float32 can represent."""

Attribute = int | float | str | list[int]


class Node(NamedTuple):
    """A node of an ONNX graph.

    The attribute of a ``Constant``, ``value`` or ``value_ints``, is a list of int64.

    Attributes:
        operator: Name of the ONNX operator.
        inputs: Names of the values that the node reads.
        outputs: Names of the values that the node produces.
        attributes: The operator's attributes by name.
    """

    operator: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Attribute]


@dataclass(frozen=True)
class Description:
    """What the tensors alone determine about their network.

    Attributes:
        channels: Channels of the network's input and output: 1 or 3.
        fields: Values of the `Card` fields that the tensors determine.
    """

    channels: int
    fields: Mapping[str, object]


class Architecture(Protocol):
    """A family of networks.

    To add a family, implement this protocol, add a row to `ARCHITECTURES` and write a torch module.
    The graph is the network without padding: (N, C, h + 2r, w + 2r) to (N, C, factor * h,
    factor * w), with r and factor from `grid`. The caller pads and clamps.
    """

    @property
    def name(self) -> str:
        """Name of the family on cards and in recipes."""
        ...

    def describe(self, tensors: Tensors, source: str) -> Description:
        """Read the network's sizes from its tensors.

        Args:
            tensors: Arrays by name.
            source: Name of their file, for error messages.

        Returns:
            The channels and the sizes, as the card states them.

        Raises:
            ModelError: The tensors do not fit together, or are not finite.
        """
        ...

    def grid(self, card: Card) -> Grid:
        """Return the geometry of the network: its scale factor and receptive radius.

        Args:
            card: Card of the weights file.
        """
        ...

    def parameters(self, card: Card) -> int:
        """Return the number of weights without biases, counted as in the paper.

        Args:
            card: Card of the weights file.
        """
        ...

    def nodes(self, tensors: Tensors, source: str, output: str) -> list[Node]:
        """Return the network without padding as ONNX nodes.

        Args:
            tensors: Arrays by name; they become the graph's initializers under the same names.
            source: Name of the input value.
            output: Name of the output value.
        """
        ...


@runtime_checkable
class WithPlainNodes(Protocol):
    """An architecture whose `Architecture.nodes` compute with the shape of the image."""

    def plain_nodes(self, tensors: Tensors, source: str, output: str, block: int) -> list[Node]:
        """Return the same network without such nodes, for runtimes that lack them.

        Args:
            tensors: The weights by name.
            source: Name of the input value.
            output: Name of the output value.
            block: A number that divides both sides of every output; 1 where none is known.
        """
        ...


def constant(name: str, values: list[int]) -> Node:
    """Return a ``Constant`` node that produces int64 ``values`` under ``name``."""
    return Node("Constant", [], [name], {"value": values})


def check_finite(tensors: Tensors, source: str) -> None:
    """Check that tensors contain neither NaN nor infinity.

    Raises:
        ModelError: They do; the error names ``source``.
    """
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise ModelError(source, f"{name} contains NaN or infinity")


def check_sum(largest: float, layer: str, source: str) -> None:
    """Check that float32 can represent the largest possible sum of a layer.

    Args:
        largest: Upper bound on the absolute value of the layer's sums.
        layer: Name of the layer.
        source: Name of the file.

    Raises:
        ModelError: It cannot.
    """
    if not largest <= _LARGEST_SUM:
        raise ModelError(source, f"{layer} has such large numbers that its sums overflow")

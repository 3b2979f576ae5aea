"""The table of network families, and what a card tells through its family."""

from __future__ import annotations

from dataclasses import replace

from srcnn.errors import ModelError
from srcnn.images.color import Color
from srcnn.images.grid import Grid
from srcnn.weights.architectures.architecture import (
    Architecture,
    Description,
    Node,
    WithPlainNodes,
)
from srcnn.weights.architectures.compact import Compact
from srcnn.weights.architectures.srcnn import Srcnn
from srcnn.weights.binary import Tensors
from srcnn.weights.card import Card


def _by_name(*architectures: Architecture) -> dict[str, Architecture]:
    table = {architecture.name: architecture for architecture in architectures}
    if len(table) != len(architectures):
        raise ValueError("two architectures have one name")
    return table


ARCHITECTURES = _by_name(Srcnn(), Compact())
"""The families by name."""


def architecture_of(card: Card, source: str) -> Architecture:
    """Return the family of a card.

    Args:
        card: The card.
        source: Name of the weights file, for the error message.

    Raises:
        ModelError: The family is unknown.
    """
    if card.architecture not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        why = f"its architecture '{card.architecture}' is unknown"
        raise ModelError(source, why, f"known are {known}; update srcnn")
    return ARCHITECTURES[card.architecture]


def grid_of(card: Card) -> Grid:
    """Return the geometry of a card's network: its scale factor and receptive radius."""
    return architecture_of(card, card.name).grid(card)


def parameters_of(card: Card) -> int:
    """Return the number of weights of a card's network without biases, counted as in the paper."""
    return architecture_of(card, card.name).parameters(card)


def nodes_of(card: Card, tensors: Tensors, source: str, output: str) -> list[Node]:
    """Return a card's network as ONNX nodes; see `Architecture.nodes`."""
    return architecture_of(card, card.name).nodes(tensors, source, output)


def plain_nodes_of(
    card: Card, tensors: Tensors, source: str, output: str, block: int = 1
) -> list[Node]:
    """Return the same network for any runtime: see `WithPlainNodes.plain_nodes`."""
    architecture = architecture_of(card, card.name)
    if isinstance(architecture, WithPlainNodes):
        return architecture.plain_nodes(tensors, source, output, block)
    return architecture.nodes(tensors, source, output)


def check_fit(tensors: Tensors, card: Card, source: str) -> None:
    """Check that tensors are those of the network that the card describes.

    Raises:
        ModelError: They are not.
    """
    found = architecture_of(card, source).describe(tensors, source)
    if found.channels != card.channels or with_fields(card, found) != card:
        raise ModelError(source, "has a card that does not fit its weights")


def card_for(name: str, scale: int, tensors: Tensors, source: str) -> Card:
    """Return a new card for a file without one, which contains an SRCNN's tensors.

    Args:
        name: Name of the network.
        scale: Its scale.
        tensors: Arrays by name.
        source: Name of the file, for error messages.

    Raises:
        ModelError: The tensors are not those of an SRCNN.
    """
    found = ARCHITECTURES["srcnn"].describe(tensors, source)
    color: Color = "Y" if found.channels == 1 else "RGB"
    return with_fields(Card(name, scale, color=color), found)


def with_fields(card: Card, found: Description) -> Card:
    """Return ``card`` with the fields that its tensors determine."""
    return replace(card, **found.fields)  # type: ignore[arg-type]

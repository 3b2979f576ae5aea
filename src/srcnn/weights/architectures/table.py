"""The families of networks by name, and what a card says by way of its family."""

from __future__ import annotations

from dataclasses import replace

from srcnn.errors import ModelError
from srcnn.images.color import Color
from srcnn.images.grid import Grid
from srcnn.weights.architectures.architecture import Architecture, Description, Node
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


def architecture_of(card: Card, source: str) -> Architecture:
    """Return the family of a card.

    Raises:
        ModelError: It is unknown here; the error names ``source``.
    """
    if card.architecture not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        why = f"its architecture '{card.architecture}' is unknown"
        raise ModelError(source, why, f"known are {known}; a newer srcnn may have it")
    return ARCHITECTURES[card.architecture]


def grid_of(card: Card) -> Grid:
    """Return how the output of a card's network lies over its input."""
    return architecture_of(card, card.name).grid(card)


def parameters_of(card: Card) -> int:
    """Return how many weights a card's network has, without biases, as the paper counts."""
    return architecture_of(card, card.name).parameters(card)


def nodes_of(card: Card, tensors: Tensors, source: str, output: str) -> list[Node]:
    """Return a card's network as nodes from the value ``source`` to the value ``output``."""
    return architecture_of(card, card.name).nodes(tensors, source, output)


def check_fit(tensors: Tensors, card: Card, source: str) -> None:
    """Raise `ModelError` unless the tensors are those of the network that the card describes."""
    found = architecture_of(card, source).describe(tensors, source)
    if found.channels != card.channels or with_fields(card, found) != card:
        raise ModelError(source, "has a card that does not fit its weights")


def card_for(name: str, scale: int, tensors: Tensors, source: str) -> Card:
    """Make the card of a file without one, whose tensors are SRCNN's."""
    found = ARCHITECTURES["srcnn"].describe(tensors, source)
    color: Color = "Y" if found.channels == 1 else "RGB"
    return with_fields(Card(name, scale, color=color), found)


def with_fields(card: Card, found: Description) -> Card:
    """Return ``card`` with the fields that tensors determine."""
    return replace(card, **found.fields)  # type: ignore[arg-type]

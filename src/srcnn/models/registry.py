"""The torch networks by family: in the forms in which recipes train them, and of a weights file."""

from __future__ import annotations

from collections.abc import Mapping

from srcnn.errors import ModelError
from srcnn.models.base import Arrays, TorchNetwork
from srcnn.models.binary import BinarySRCNN
from srcnn.models.compact import Compact, ResidualCompact
from srcnn.models.residual import ResidualSRCNN
from srcnn.models.srcnn import SRCNN
from srcnn.weights.card import Card

Forms = Mapping[str, type[TorchNetwork]]
"""The modules of a family by form: ``plain``, as in a file, and others that are folded into it."""

FAMILIES: dict[str, Forms] = {
    "srcnn": {"residual": ResidualSRCNN, "plain": SRCNN, "binary": BinarySRCNN},
    "compact": {"residual": ResidualCompact, "plain": Compact},
}
"""One row for each row of `srcnn.weights.architectures.table.ARCHITECTURES`."""


def form_of(card: Card, form: str) -> type[TorchNetwork]:
    """Return the module of a card's family in one of its forms.

    Raises:
        ModelError: The family has no such form.
    """
    forms = FAMILIES[card.architecture]
    if form not in forms:
        why = f"architecture {card.architecture} has no {form} form"
        raise ModelError(card.name, why, f"use form: {' or '.join(forms)}")
    return forms[form]


def network_of(tensors: Arrays, card: Card, source: str = "tensors") -> TorchNetwork:
    """Return the network of a weights file, which fits ``card``, ready to run."""
    form = "binary" if card.weights == "binary" else "plain"
    return form_of(card, form).of_weights(tensors, card, source)

"""The torch modules of each family: the forms that recipes train and that weights files hold."""

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
"""Modules of a family by form: ``plain``, as in a weights file, and forms that fold into it."""

FAMILIES: dict[str, Forms] = {
    "srcnn": {"residual": ResidualSRCNN, "plain": SRCNN, "binary": BinarySRCNN},
    "compact": {"residual": ResidualCompact, "plain": Compact},
}
"""One row for each row of `srcnn.weights.architectures.table.ARCHITECTURES`."""


def form_of(card: Card, form: str) -> type[TorchNetwork]:
    """Return the module class of a card's family in one of its forms.

    Raises:
        ModelError: The family has no such form.
    """
    forms = FAMILIES[card.architecture]
    if form not in forms:
        why = f"architecture {card.architecture} has no {form} form"
        raise ModelError(card.name, why, f"use form: {' or '.join(forms)}")
    return forms[form]


def network_of(tensors: Arrays, card: Card, source: str = "tensors") -> TorchNetwork:
    """Return the network of a weights file, ready to run.

    Args:
        tensors: Arrays by name, which fit ``card``.
        card: The card of the weights file.
        source: Name of the file, for error messages.
    """
    form = "binary" if card.weights == "binary" else "plain"
    return form_of(card, form).of_weights(tensors, card, source)

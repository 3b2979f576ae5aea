"""The network that a run begins with: fresh weights, or those of another run."""

from __future__ import annotations

import hashlib
from pathlib import Path

from srcnn.errors import ModelError, UsageError
from srcnn.models.base import TorchNetwork
from srcnn.models.registry import form_of
from srcnn.models.srcnn import init_he, init_paper
from srcnn.training.config import Recipe
from srcnn.weights.binary import kind_of
from srcnn.weights.foreign import load
from srcnn.weights.store import find, shipped


def first_model(recipe: Recipe, step: int = 0) -> TorchNetwork:
    """Return the network that training begins with, or after a ``step`` one of the same kind.

    Raises:
        UsageError: If the weights that the recipe starts from are of another network.
        ModelError: If there are none.
    """
    # A state with free steps behind it is of the folded network.
    form = form_of(recipe.card, "plain" if step > recipe.folded_at else recipe.form)
    if recipe.start is not None and not step:
        path = _start_file(recipe.start, recipe.scale)
        tensors, card = load(path, recipe.scale)
        for key in ("architecture", "f", "n", "sizes", "color"):
            found, wanted = getattr(card, key), getattr(recipe.card, key)
            if found != wanted:
                raise UsageError(recipe.start, f"has {key} {found}, and the recipe {wanted}")
        if (kind_of(tensors) == "binary") != (recipe.form == "binary"):
            why = f"has {kind_of(tensors)} weights, and the recipe form: {recipe.form}"
            raise UsageError(recipe.start, why)
        return form.of_weights(tensors, card, str(path))
    model = form.of_card(recipe.card)
    (init_he if recipe.init == "he" else init_paper)(model)
    return model


def describe_start(start: str, scale: int) -> str:
    """Return a recipe's ``start`` without the way to it, and the sha256 of the file."""
    digest = hashlib.sha256(_start_file(start, scale).read_bytes()).hexdigest()
    return f"{Path(start).name} sha256 {digest}"


def _start_file(start: str, scale: int) -> Path:
    """Return the weights file of a recipe's ``start``; raise `ModelError` if there is none."""
    name, _, its = start.rpartition(":")
    path = find(name, int(its)) if name and its.isdigit() else Path(start)
    if not path.is_file():
        known = any(name == start for name, _ in shipped())
        fix = f"give it as {start}:{scale}" if known else ""
        raise ModelError(path, "no such weights file", fix)
    return path

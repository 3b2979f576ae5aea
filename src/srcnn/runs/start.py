"""The network with which a run begins: fresh weights, or those of another run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch

from srcnn.errors import ModelError, UsageError
from srcnn.models.base import TorchNetwork
from srcnn.models.registry import form_of
from srcnn.models.srcnn import init_he, init_paper
from srcnn.training.config import Recipe
from srcnn.weights.binary import kind_of
from srcnn.weights.card import SRCNN, Card
from srcnn.weights.foreign import load
from srcnn.weights.store import find, shipped


def first_model(recipe: Recipe, step: int = 0) -> TorchNetwork:
    """Return the network with which training begins, or after a ``step`` one of the same kind.

    For a family on the low-resolution grid, a start of another scale, color or depth provides all
    layers that fit; the others are initialized as usual. A luma network provides all its layers to
    a YCbCr one: the result for Y is the same as before, and Cb and Cr begin as nearest-neighbor
    enlargement.

    Raises:
        UsageError: If the weights that the recipe starts from belong to a different network.
        ModelError: If they do not exist.
    """
    # After the first free step, the state is that of the folded network.
    form = form_of(recipe.card, "plain" if step > recipe.folded_at else recipe.form)
    started = None if recipe.start is None or step else _started(recipe, recipe.start, form)
    if started is not None and _shapes(started) == _shapes(form.of_card(recipe.card)):
        return started
    model = form.of_card(recipe.card)
    (init_he if recipe.init == "he" else init_paper)(model)
    if started is not None:
        _lend(started, model, recipe.color == "YCbCr")
    return model


def _lend(started: TorchNetwork, model: TorchNetwork, has_luma: bool) -> None:
    """Copy the tensors that fit into ``model``; with ``has_luma``, also Y into three channels.

    Y is the first input channel, and the first third of the last layer's output channels.
    """
    state = model.state_dict()
    for name, value in started.state_dict().items():
        if name not in state:  # the start is deeper
            continue
        shape = state[name].shape
        if shape == value.shape:
            state[name] = value
            continue
        pairs = zip(shape, value.shape, strict=True)
        if has_luma and all(new in (old, 3 * old) for new, old in pairs):
            state[name] = torch.zeros_like(state[name])
            state[name][tuple(map(slice, value.shape))] = value
    model.load_state_dict(state)


def _started(recipe: Recipe, start: str, form: type[TorchNetwork]) -> TorchNetwork:
    """Return the network of the weights that ``recipe`` starts from, in its training form."""
    path = _start_file(start, recipe.scale)
    tensors, card = load(path, recipe.scale)
    wanted = _shared(recipe.card)
    for key, found in _shared(card).items():
        if found != wanted.get(key):
            raise UsageError(start, f"has {key} {found}, but the recipe has {wanted.get(key)}")
    if (kind_of(tensors) == "binary") != (recipe.form == "binary"):
        why = f"has {kind_of(tensors)} weights, but the recipe has form: {recipe.form}"
        raise UsageError(start, why)
    return form.of_weights(tensors, card, str(path))


def _shared(card: Card) -> dict[str, object]:
    """Return the properties of a start that must be the same as the recipe's."""
    shared: dict[str, object] = {"architecture": card.architecture, "f": card.f, "n": card.n}
    shared |= {key: size for key, size in card.sizes.items() if key != "depth"}
    # An SRCNN processes the enlarged image, so its scale may differ, but its channels may not.
    return {**shared, "color": card.color} if card.architecture == SRCNN else shared


def _shapes(model: TorchNetwork) -> dict[str, torch.Size]:
    return {name: value.shape for name, value in model.state_dict().items()}


def describe_start(start: str, scale: int) -> str:
    """Return a recipe's ``start`` without its folder, and the SHA-256 of the file."""
    digest = hashlib.sha256(_start_file(start, scale).read_bytes()).hexdigest()
    return f"{Path(start).name} sha256 {digest}"


def _start_file(start: str, scale: int) -> Path:
    """Return the weights file of a recipe's ``start``.

    Raises:
        ModelError: If it does not exist.
    """
    name, _, its = start.rpartition(":")
    path = find(name, int(its)) if name and its.isdigit() else Path(start)
    if not path.is_file():
        known = any(name == start for name, _ in shipped())
        fix = f"write {start}:{scale}" if known else ""
        raise ModelError(path, "no such weights file", fix)
    return path

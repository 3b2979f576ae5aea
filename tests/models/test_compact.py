"""The family compact: training form, plain form and graph are one network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.network import Network, enhance_whole
from srcnn.engine.options import Engine
from srcnn.engine.session import Session
from srcnn.errors import ModelError, UsageError
from srcnn.models.compact import Compact, ResidualCompact
from srcnn.models.registry import form_of
from srcnn.models.srcnn import bias_of, init_he
from srcnn.training.recipe_file import make_recipe
from srcnn.weights.architectures.compact import SLOPE
from srcnn.weights.architectures.table import grid_of, parameters_of
from srcnn.weights.card import Card, card_from_json
from srcnn.weights.graph import to_onnx
from srcnn.weights.onnx_file import from_onnx

CARD = Card("small", 3, architecture="compact", sizes={"channels": 6, "depth": 3})
CARDS = [CARD, replace(CARD, scale=2, color="RGB"), replace(CARD, scale=4, color="YCbCr")]


def trained(card: Card) -> ResidualCompact:
    """A training form whose every weight and bias counts."""
    torch.manual_seed(0)
    model = ResidualCompact(card)
    init_he(model)
    with torch.no_grad():
        for layer in model.layers:
            bias_of(layer).normal_(0, 0.1)
        model.layers[-1].weight *= 30
    return model


def by_hand(model: ResidualCompact, y: torch.Tensor) -> torch.Tensor:
    """What the training form computes, layer by layer, in another way than it does."""
    first, *hidden, last = model.layers
    scale, r = model.card.scale, len(model.layers)
    x = functional.leaky_relu(first(y - 0.5), SLOPE)
    for layer in hidden:
        x = functional.leaky_relu(layer(x) + x[..., 1:-1, 1:-1], SLOPE)
    large = functional.pixel_shuffle(last(x), scale)
    near = functional.interpolate(y[..., r:-r, r:-r], scale_factor=scale, mode="nearest")
    return large + near


@pytest.mark.parametrize("card", CARDS, ids=lambda card: f"x{card.scale} {card.color}")
def test_folded_is_trained(card: Card) -> None:
    model, y = trained(card), torch.rand(2, card.channels, 17, 21)
    with torch.no_grad():
        wanted = by_hand(model, y)
        assert wanted.shape[-2:] == (card.scale * 7, card.scale * 11)
        assert (wanted - wanted.mean()).abs().max() > 0.3, "the network must do something"
        torch.testing.assert_close(model(y, pad=False), wanted, rtol=0, atol=1e-5)
        torch.testing.assert_close(model.fold()(y, pad=False), wanted, rtol=0, atol=1e-5)
        again = ResidualCompact.of_weights(model.tensors(), card, "again")
        torch.testing.assert_close(again(y, pad=False), wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("engine", list(BACKENDS))
@pytest.mark.parametrize("card", CARDS, ids=lambda card: f"x{card.scale} {card.color}")
def test_the_graph_is_the_network(engine: str, card: Card) -> None:
    """In tiles as whole; the file gives back its tensors and its card."""
    model = trained(card).fold()
    data = to_onnx(model.tensors(), card)
    tensors, read = from_onnx(data, "small")
    assert read == card
    assert all(np.array_equal(tensors[name], value) for name, value in model.tensors().items())
    given = np.random.default_rng(0).random((card.channels, 31, 26), np.float32)
    with torch.no_grad():
        wanted = model(torch.from_numpy(given)[None])[0].numpy()
    network = Network("small", Session(data, Engine(engine, threads=1)), grid_of(card), card.color)
    for tile in (10, 1000):
        np.testing.assert_allclose(enhance_whole(network, given, tile), wanted, rtol=0, atol=1e-5)


def test_parameters_and_radius() -> None:
    """49,000 weights at x3: 32 channels, 5 hidden layers."""
    card = replace(CARD, sizes={"channels": 32, "depth": 5})
    model = Compact(card)
    assert parameters_of(card) == sum(layer.weight.numel() for layer in model.layers) == 48_960
    assert (grid_of(card).factor, grid_of(card).radius) == (3, model.radius) == (3, 7)


def test_cards() -> None:
    """A card of a family other than SRCNN has its sizes and no f and n; SRCNN's reads as ever."""
    assert card_from_json(CARD.to_json(), "small") == CARD
    assert '"f"' not in CARD.to_json()
    ours = Card("srcnn-915", 3, (9, 1, 5), (64, 32))
    assert "architecture" not in ours.to_json()
    assert "sizes" not in ours.to_json()
    with pytest.raises(ModelError, match="architecture 'tomorrow'"):
        grid_of(replace(CARD, architecture="tomorrow"))


def test_tensors_of_another_network() -> None:
    tensors = trained(CARD).tensors()
    for name, value in (
        ("conv2.weight", tensors["conv2.weight"][:, :3]),
        ("conv5.bias", np.zeros(10, np.float32)),
        ("conv1.weight", np.full_like(tensors["conv1.weight"], np.nan)),
        ("conv3.weight", tensors["conv3.weight"] * np.float32(1e38)),
    ):
        with pytest.raises(ModelError):
            to_onnx({**tensors, name: value}, CARD)
    with pytest.raises(ModelError, match="does not fit"):
        to_onnx(tensors, replace(CARD, sizes={"channels": 6, "depth": 4}))
    with pytest.raises(ModelError, match="has no binary form"):
        form_of(CARD, "binary")


COMPACT = {"architecture": "compact", "channels": 5, "depth": 2, "n": [], "loss": "l1"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"depth": None}, "channels and depth"),
        ({"f": [9, 1, 5]}, "f, n"),
        ({"form": "binary"}, "binary needs architecture: srcnn"),
        ({"patch": 25}, "multiple of 3"),
        ({"depth": 1_000_000}, "depth"),
        ({"channels": 10**8}, "channels"),
        ({"sub_images": 14}, "sub_images"),
        ({"architecture": "transformer"}, "srcnn, compact"),
        ({"architecture": "srcnn", "n": [64, 32]}, "channels, depth"),
    ],
    ids=str,
)
def test_recipes_that_contradict_themselves(changes: dict[str, object], named: str) -> None:
    values = {"name": "small", "scale": 3, "data": ["x"], "steps": 3, "patch": 24}
    with pytest.raises(UsageError, match=named):
        make_recipe(values | COMPACT | changes, [], "recipe")

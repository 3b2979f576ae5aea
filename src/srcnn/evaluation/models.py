"""What is judged, by name: bicubic, a shipped network, or anybody's weights file."""

from __future__ import annotations

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.baselines.bicubic import Bicubic
from srcnn.engine.engines import open_backend, resolve
from srcnn.engine.network import Enhancer, Network
from srcnn.engine.threads import cores
from srcnn.errors import ModelError
from srcnn.weights.card import Card
from srcnn.weights.foreign import open_weights
from srcnn.weights.graph import Tensors, to_onnx


def open_model(model: str, scale: int) -> Enhancer:
    """Open ``model`` for ``scale``; `ModelError` for an unknown one, or whose card has another scale."""
    if model == BICUBIC:
        return Bicubic()
    return network(model, *open_weights(model, scale))


def network(name: str, tensors: Tensors, card: Card) -> Network:
    """Named tensors as a network on the default engine, under ``name``."""
    if card.channels != 1:
        raise ModelError(name, f"works on {card.channels} channels; only luma networks are judged")
    backend = open_backend(to_onnx(tensors, card), *resolve("auto", "auto"), cores())
    return Network(name, backend, card.radius)

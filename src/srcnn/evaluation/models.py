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
from srcnn.weights.graph import to_onnx
from srcnn.weights.network import Tensors


def open_model(model: str, scale: int, engine: str = "auto", precision: str = "auto") -> Enhancer:
    """Open ``model`` for ``scale``; `ModelError` for an unknown one, or whose card has another scale."""
    if model == BICUBIC:
        return Bicubic()
    tensors, card = open_weights(model, scale)
    return network(model, tensors, card, engine, precision)


def network(
    name: str, tensors: Tensors, card: Card, engine: str = "auto", precision: str = "auto"
) -> Network:
    """Named tensors as a network on an engine, under ``name``."""
    if card.channels != 1:
        raise ModelError(name, f"works on {card.channels} channels; only luma networks are judged")
    backend = open_backend(to_onnx(tensors, card), *resolve(engine, precision), cores())
    return Network(name, backend, card.radius)

"""What is judged, by name: bicubic, a shipped network, or anybody's weights file."""

from __future__ import annotations

from pathlib import Path

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.baselines.bicubic import Bicubic
from srcnn.engine.engines import open_backend, resolve
from srcnn.engine.network import Enhancer, Network
from srcnn.engine.threads import cores
from srcnn.errors import ModelError
from srcnn.weights.card import Card
from srcnn.weights.foreign import load
from srcnn.weights.graph import Tensors, to_onnx
from srcnn.weights.store import find


def open_model(model: str, scale: int) -> Enhancer:
    """Open ``model`` for ``scale``; `ModelError` for an unknown one, or whose card has another scale."""
    if model == BICUBIC:
        return Bicubic()
    tensors, card = load(Path(find(model, scale)), scale)
    if card.scale not in (0, scale):
        raise ModelError(model, f"was trained for x{card.scale}, not x{scale}")
    return network(model, tensors, card)


def network(name: str, tensors: Tensors, card: Card) -> Network:
    """Named tensors as a network on the default engine, under ``name``."""
    if card.channels != 1:
        raise ModelError(name, f"works on {card.channels} channels; only luma networks are judged")
    backend = open_backend(to_onnx(tensors, card), *resolve("auto", "auto"), cores())
    return Network(name, backend, card.radius)

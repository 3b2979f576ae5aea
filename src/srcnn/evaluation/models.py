"""What is judged, by name: bicubic, a shipped network, or anybody's weights file."""

from __future__ import annotations

from pathlib import Path

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.baselines.bicubic import Bicubic
from srcnn.engine.backend import open_backend
from srcnn.engine.network import Enhancer, Network
from srcnn.errors import ModelError
from srcnn.weights.foreign import load
from srcnn.weights.graph import Tensors, to_onnx
from srcnn.weights.card import Card
from srcnn.weights.store import find


def open_model(
    model: str, scale: int, engine: str = "auto", precision: str = "auto", threads: int | None = None
) -> Enhancer:
    """Open ``model`` for ``scale``; `ModelError` for an unknown one, or whose card has another scale."""
    if model == BICUBIC:
        return Bicubic()
    tensors, card = load(Path(find(model, scale)), scale)
    if card.scale != scale:
        raise ModelError(model, f"was trained for x{card.scale}, not x{scale}")
    return network(model, tensors, card, engine, precision, threads)


def network(
    name: str,
    tensors: Tensors,
    card: Card,
    engine: str = "auto",
    precision: str = "auto",
    threads: int | None = None,
) -> Network:
    """Named tensors as a network that can be run, under ``name``."""
    if card.channels != 1:
        raise ModelError(name, f"works on {card.channels} channels; only luma networks are judged")
    graph = to_onnx(tensors, card)
    return Network(name, open_backend(graph, engine, precision, threads), card.radius)

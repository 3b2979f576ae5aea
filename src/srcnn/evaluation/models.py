"""What is judged, by name: bicubic, an example-based method, a shipped network, or anybody's weights file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from srcnn._optional import need
from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.baselines.bicubic import Bicubic
from srcnn.engine.network import Enhancer, Network
from srcnn.engine.options import open_backend, resolve
from srcnn.engine.threads import cores
from srcnn.evaluation.example_based import METHODS, Say, open_example_based
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.binary import Tensors
from srcnn.weights.card import Card
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import find, read_bytes


def open_models(
    models: Sequence[str],
    scales: Sequence[int],
    engine: str = "auto",
    precision: str = "auto",
    data_root: str | Path | None = None,
    say: Say | None = None,
) -> dict[int, list[Enhancer]]:
    """Every model by scale, see `open_model`; those that may have to be trained come after all others.

    So nobody waits for minutes to hear of a wrong name. ``data_root`` is where T91 lies; ``say`` is told
    how far training is.
    """
    opened: dict[tuple[str, int], Enhancer] = {}
    for model in sorted(models, key=lambda model: model in METHODS):
        for scale in scales:
            if model in METHODS:
                opened[model, scale] = open_example_based(model, scale, data_root, say)
            else:
                opened[model, scale] = open_model(model, scale, engine, precision)
    return {scale: [opened[model, scale] for model in models] for scale in scales}


def open_model(model: str, scale: int, engine: str = "auto", precision: str = "auto") -> Enhancer:
    """Open bicubic or a network for ``scale``; `ModelError` for an unknown one, or whose card has another scale.

    Only files of other kinds than ``.onnx`` need the extra ``train``: `MissingExtra` without it.
    """
    if model == BICUBIC:
        return Bicubic()
    path = find(model, scale, (BICUBIC, *METHODS))
    if path.suffix != ".onnx":
        need("train", f"model {model}")
        from srcnn.weights.foreign import open_weights

        return network(model, *open_weights(model, scale), engine, precision)
    graph = read_bytes(path)
    card = read_card(graph, str(path))
    card.check_scale(scale, model)
    return _opened(model, graph, card, engine, precision)


def network(
    name: str, tensors: Tensors, card: Card, engine: str = "auto", precision: str = "auto"
) -> Network:
    """Named tensors as a network on an engine, under ``name``. Needs the extra ``train``."""
    from srcnn.weights.graph import to_onnx

    return _opened(name, to_onnx(tensors, card), card, engine, precision)


def _opened(name: str, graph: bytes, card: Card, engine: str, precision: str) -> Network:
    backend = open_backend(graph, *resolve(engine, precision), cores())
    return Network(name, backend, grid_of(card), card.color)

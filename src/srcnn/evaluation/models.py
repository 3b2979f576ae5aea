"""Models by name: bicubic, example-based methods, shipped networks and weights files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from srcnn._optional import need
from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.baselines.bicubic import Bicubic
from srcnn.engine.ensemble import SelfEnsemble
from srcnn.engine.example_based import METHODS, Say, open_example_based
from srcnn.engine.network import Enhancer
from srcnn.engine.networks import network_of_graph, network_of_others
from srcnn.engine.options import AUTO as AUTO_ENGINE
from srcnn.engine.options import Engine
from srcnn.errors import ModelError
from srcnn.evaluation.automatic import Automatic, names_at
from srcnn.evaluation.documents import Origin
from srcnn.weights.binary import Tensors
from srcnn.weights.card import Card
from srcnn.weights.labels import name_of
from srcnn.weights.layouts import UnknownLayout
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import AUTO, find, read_bytes


def open_models(
    models: Sequence[str],
    scales: Sequence[int],
    engine: Engine = AUTO_ENGINE,
    data_root: str | Path | None = None,
    say: Say | None = None,
) -> dict[int, list[Enhancer]]:
    """Open every model for every scale, see `open_model`.

    Methods that may have to be trained are opened last, so that an error in another name shows at
    once.

    Args:
        models: Names or weights files.
        scales: Scales for which each of them is opened.
        engine: How networks are run. Its ``ensemble`` also applies to the example-based methods.
        data_root: Folder that holds T91.
        say: Called with a line about the progress of a training.

    Returns:
        The models by scale, in the order of ``models``.
    """
    opened: dict[tuple[str, int], Enhancer] = {}
    for model in sorted(models, key=lambda model: model in METHODS):
        for scale in scales:
            if model in METHODS:
                method = open_example_based(model, scale, data_root, say)
                opened[model, scale] = SelfEnsemble(method) if engine.ensemble else method
            else:
                opened[model, scale] = open_model(model, scale, engine)
    return {scale: [opened[model, scale] for model in models] for scale in scales}


def open_model(model: str, scale: int, engine: Engine = AUTO_ENGINE) -> Enhancer:
    """Open bicubic, a network for ``scale``, or both networks of ``auto``.

    Raises:
        ModelError: If the model is unknown, or its card names another scale.
        MissingExtra: If a file other than ``.onnx`` needs the extra ``train``, or a network other
            than SRCNN the extra ``spandrel``.
    """
    if model == BICUBIC:
        return Bicubic()
    if model == AUTO:
        return Automatic(*(open_model(name, scale, engine) for name in names_at(scale)))
    path = find(model, scale, (BICUBIC, *METHODS))
    if path.suffix != ".onnx":
        need("train", f"model {model}", "onnx", "safetensors", "torch")
        from srcnn.weights.foreign import open_weights

        try:
            return network(model, *open_weights(model, scale), engine)
        except UnknownLayout:
            opened = network_of_others(model, path, engine)
        if opened.scale != scale:
            raise ModelError(model, f"was trained for x{opened.scale}, not x{scale}")
        return opened.network
    graph = read_bytes(path)
    card = read_card(graph, str(path))
    card.check_scale(scale, model)
    return network_of_graph(graph, card, model, engine)


def origin_of(model: str, scale: int) -> Origin:
    """Return the label and the checksum of a model that can be opened for ``scale``."""
    if model in (AUTO, BICUBIC, *METHODS):
        return Origin(model)
    data = read_bytes(find(model, scale))
    return Origin(name_of(model), hashlib.sha256(data).hexdigest())


def scale_of_file(model: str) -> int:
    """Return the scale of a weights file, or 0 if the file does not contain it.

    Raises:
        ModelError: If the file cannot be opened.
    """
    need("train", f"model {model}", "onnx", "safetensors", "torch")
    from srcnn.weights.foreign import load, read_state

    path = find(model, 0)
    try:
        return load(path, 0)[1].scale
    except UnknownLayout:
        from srcnn.weights.spandrel import describe

        scale: int = describe(read_state(path), model).scale
        return scale


def network(name: str, tensors: Tensors, card: Card, engine: Engine = AUTO_ENGINE) -> Enhancer:
    """Return a network with the given tensors on an engine. Needs the extra ``train``."""
    from srcnn.weights.graph import to_onnx

    return network_of_graph(to_onnx(tensors, card), card, name, engine)

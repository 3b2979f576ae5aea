"""The networks of a model, one per trained scale, opened when they are first needed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from srcnn._optional import need
from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.engine.ensemble import SelfEnsemble
from srcnn.engine.network import Enhancer, Network
from srcnn.engine.options import Engine
from srcnn.engine.passes import passes_for
from srcnn.engine.session import Session
from srcnn.errors import ModelError, SrcnnError
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.card import Card
from srcnn.weights.layouts import UnknownLayout
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import (
    AUTO,
    PYTORCH,
    SCALES,
    default,
    find,
    is_file_name,
    photo_of,
    read_bytes,
    scales_of,
)

if TYPE_CHECKING:
    from srcnn.engine.spandrel import Opened

EXAMPLE_BASED = ("sparse-coding", "a+")
"""Names in `srcnn.engine.example_based.METHODS`. That module is imported only when one is used."""
_log = logging.getLogger(__name__)


class Networks:
    """The networks of one model. Thread-safe; an unpickled object loads them at first use.

    Attributes:
        name: The model, as the caller named it.
        scales: Scales of the networks; empty for bicubic interpolation.
        engine: How they are run.
        digests: SHA-256 of the weights file of each opened network, by scale.
        photo: The networks for images with blur, noise and compression, between which and these the
            program may choose; None if the caller chose.
    """

    def __init__(
        self,
        name: str,
        scales: tuple[int, ...],
        engine: Engine,
        opened: Mapping[int, Enhancer] | None = None,
        digests: Mapping[int, str] | None = None,
        photo: Networks | None = None,
    ) -> None:
        """Combine the networks of a model.

        Args:
            name: The model, as the caller named it.
            scales: Scales of the networks; empty for bicubic interpolation.
            engine: How they are run.
            opened: Networks that are open already, by scale.
            digests: SHA-256 of their weights files, by scale.
            photo: See the attribute.
        """
        self.name = name
        self.scales = scales
        self.engine = engine
        self._opened = dict(opened or {})
        self.digests = dict(digests or {})
        self.photo = photo
        self._opening = Lock()

    def __reduce__(self) -> tuple[type[Networks], tuple[object, ...]]:
        state = (self.name, self.scales, self.engine, self._opened, self.digests, self.photo)
        return Networks, state

    def passes_for(self, scale: float) -> tuple[int, ...]:
        """Return the trained scales that enlarge an image at least ``scale`` times, in order."""
        return passes_for(scale, self.scales) if self.scales else ()

    def get(self, scale: int) -> Enhancer:
        """Return the network that was trained for ``scale``.

        Raises:
            ModelError: If it cannot be opened.
        """
        with self._opening:
            if scale not in self._opened:
                self._opened[scale], self.digests[scale] = _open(self.name, scale, self.engine)
            return self._opened[scale]


def open_networks(model: str | None, scale: float, engine: Engine) -> Networks:
    """Find a model, and open the networks that it needs for ``scale``.

    Args:
        model: See `srcnn.engine.upscaler.load`.
        scale: Enlargement factor, above 1.
        engine: How the networks are run.

    Raises:
        ModelError: If the model is unknown, cannot be run, or cannot enlarge.
    """
    if model == BICUBIC:
        return Networks(BICUBIC, (), engine)
    choose = model is None or model == AUTO
    name = default(*passes_for(scale, SCALES)) if choose else str(model)
    networks = _of_file(name, engine) if is_file_name(name) else _of_name(name, engine)
    for each in dict.fromkeys(networks.passes_for(scale)):
        networks.get(each)
    if choose and (photo := photo_of(name)) is not None:
        networks.photo = _of_name(photo, engine)
    return networks


def _of_name(name: str, engine: Engine) -> Networks:
    scales = SCALES if name in EXAMPLE_BASED else scales_of(name, (BICUBIC, *EXAMPLE_BASED))
    return Networks(name, scales, engine)


def _of_file(name: str, engine: Engine) -> Networks:
    path = find(name, 0)
    if name.endswith((".safetensors", *PYTORCH)):
        found = _of_others(name, path, engine)
        made_of = {found.scale: _digest(read_bytes(path))}
        return Networks(name, (found.scale,), found.engine, {found.scale: found.network}, made_of)
    if path.suffix != ".onnx":
        raise _only_onnx(name)
    graph = read_bytes(path)
    card = read_card(graph, name)
    if card.scale == 1:
        raise ModelError(name, "is for scale 1 and cannot upscale")
    network = network_of_graph(graph, card, name, engine)
    scales = (card.scale,) if card.scale else SCALES
    opened, digests = dict.fromkeys(scales, network), dict.fromkeys(scales, _digest(graph))
    return Networks(name, scales, engine, opened, digests)


def _of_others(name: str, path: Path, engine: Engine) -> Opened:
    """Open a PyTorch file, unless it is an SRCNN: such a file does not contain its scale."""
    try:
        from srcnn.weights.foreign import load
    except ImportError:  # the file cannot be inspected without torch
        need("spandrel", f"model {name}", "spandrel", "torch")
        raise
    try:
        load(path, 0)
    except UnknownLayout:
        need("spandrel", f"model {name}", "spandrel", "torch")
        return network_of_others(name, path, engine)
    raise _only_onnx(name)


def network_of_others(name: str, path: Path, engine: Engine) -> Opened:
    """Open a third-party network. See `srcnn.engine.spandrel.open_spandrel`."""
    from srcnn.engine.spandrel import open_spandrel

    opened = open_spandrel(name, path, engine)
    return replace(opened, network=_averaged(opened.network, engine))


def _only_onnx(name: str) -> ModelError:
    why = "only ONNX weights files can upscale"
    return ModelError(name, why, "convert it with srcnn export -o F.onnx")


def _open(name: str, scale: int, engine: Engine) -> tuple[Enhancer, str]:
    """Open the network of a name for a trained scale; return it and its file's digest, or ""."""
    if name in EXAMPLE_BASED:
        from srcnn.engine.example_based import open_example_based

        return _averaged(open_example_based(name, scale), engine), ""
    graph = read_bytes(find(name, scale))
    card = read_card(graph, name)
    return network_of_graph(graph, card, name, engine), _digest(graph)


def _digest(graph: bytes) -> str:
    return hashlib.sha256(graph).hexdigest()


def network_of_graph(graph: bytes, card: Card, name: str, engine: Engine) -> Enhancer:
    """Load a network, and check that it produces a pixel.

    Raises:
        ModelError: If it does not run, or the pixel is not finite.
    """
    grid = grid_of(card)
    try:
        session = Session(graph, engine)
        given = np.full((1, card.channels, *[grid.padded(grid.factor)] * 2), 0.5, np.float32)
        pixel = session.run(given)
    except SrcnnError:
        raise
    except Exception as error:  # the engines' exceptions share no base
        raise ModelError(name, f"cannot be run ({error})") from None
    if pixel.shape != (1, card.channels, grid.factor, grid.factor) or not np.isfinite(pixel).all():
        raise ModelError(
            name, "does not return finite numbers of the right shape", "the file is damaged"
        )
    resolved = engine.resolved()
    _log.info("%s x%d, %s %s", card.name, card.scale, resolved.name, resolved.precision)
    return _averaged(Network(name, session, grid, card.color), engine)


def _averaged(model: Enhancer, engine: Engine) -> Enhancer:
    return SelfEnsemble(model) if engine.ensemble else model

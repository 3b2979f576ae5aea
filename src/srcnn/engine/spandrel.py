"""A third-party network, opened by spandrel, as an `Enhancer` that runs in torch.

These networks pad every convolution with zeros, so their output near the border of their input
differs. Each tile therefore gets a halo of real pixels, and the output of the halo is cut off. The
width of the affected border is measured when a network is opened: the halo is the smallest of
`HALOS` with which the output for noise is the same up to `LIMIT`. A network with a larger receptive
field, or one that sees the whole image, gets the largest halo, and its tiles are not exact. At the
border of the image the halo repeats the edge.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch

from srcnn.engine.backends.backend import Batch
from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.network import HALOS_PER_TILE, Enhancer, Network
from srcnn.engine.options import Engine, ResolvedEngine
from srcnn.engine.session import check_process
from srcnn.errors import MissingExtra, ModelError, UsageError
from srcnn.images.color import Color
from srcnn.images.grid import Grid
from srcnn.weights.foreign import read_metadata, read_state
from srcnn.weights.spandrel import describe, license_in

HALOS = (8, 16, 24, 32)
"""Halo widths, in input pixels, that are tried in turn."""
LIMIT = 1 / 1020
"""Largest difference that a halo may leave: a quarter of a gray level."""
_MIDDLE = 8
"""Side, in input pixels, of the piece of noise whose output is compared."""
_AROUND = 40
"""Width, in input pixels, of the noise around it, which stands for a whole image."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """A third-party network, ready to run.

    Attributes:
        network: Takes low-resolution images, and enlarges them by ``scale``.
        scale: Its only scale.
        engine: Torch, with a tile that suits its halo.
    """

    network: Enhancer
    scale: int
    engine: ResolvedEngine


@dataclass(frozen=True)
class TorchEngine(ResolvedEngine):
    """Torch without the extra ``train``, which only srcnn's own networks need."""

    def resolved(self) -> ResolvedEngine:
        """Return the engine itself, which has no value left to resolve."""
        return self


def open_spandrel(name: str, path: Path, asked: Engine) -> Opened:
    """Open a weights file through spandrel.

    Args:
        name: Name for messages and reports.
        path: A ``.pth``, ``.pt`` or ``.safetensors`` file that is not an SRCNN.
        asked: How to run it.

    Raises:
        MissingExtra: If spandrel is not installed.
        ModelError: If spandrel cannot open it, or its output is not a number for each pixel.
        UsageError: If the network cannot be run as ``asked``.
    """
    state = read_state(path)
    found = describe(state, name)
    engine = _engine_for(asked, found)
    backend = Spandrel(state, name, engine, found)
    halo, difference = _measure_halo(backend, found, name)
    backend.cut = halo * found.scale
    if asked.tile == "auto":
        smallest = BACKENDS["torch"].devices[engine.device].tile
        engine = replace(engine, tile=max(smallest, HALOS_PER_TILE * halo))
    details = ", ".join([found.architecture.name, *found.tags])
    terms = license_in(read_metadata(path))
    _log.info(
        "%s x%d by spandrel: %s; license of the weights: %s",
        *(name, found.scale),
        *(details, terms),
    )
    inexact = (
        "" if difference <= LIMIT else f", tiles differ by up to {255 * difference:.1f} levels"
    )
    _log.info("%s: torch %s, halo of %d pixels%s", name, engine.precision, halo, inexact)
    color: Color = "Y" if found.input_channels == 1 else "RGB"
    network = Network(name, backend, Grid(found.scale, halo), color)
    return Opened(network, found.scale, engine)


class Spandrel:
    """A `Backend` that runs one call at a time, on torch's own threads.

    A pickle holds the tensors.
    """

    def __init__(self, state: Any, source: str, engine: ResolvedEngine, found: Any) -> None:
        """Move a network to its device.

        Args:
            state: Its tensors, from which it is opened again after pickling.
            source: Name for messages.
            engine: How it is run.
            found: The network, as spandrel opened it.
        """
        self._state, self._source, self._engine = state, source, engine
        self._found: Any = self._placed(found)
        self._alone = Lock()
        self.cut = 0
        """Width of the border, in output pixels, that is cut off on each side."""

    def _placed(self, found: Any) -> Any:
        """Return a network in its precision on its device. A forked process must not use it."""
        check_process(self._engine)
        dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[self._engine.precision]
        return found.to(torch.device(self._engine.device), dtype)

    def run(self, batch: Batch) -> Batch:
        """See `Backend.run`. The network pads with zeros; ``cut`` is removed from its output."""
        with self._alone:
            if self._found is None:
                self._found = self._placed(describe(self._state, self._source))
            check_process(self._engine)
            # Copied, because some networks subtract their mean in place.
            given = torch.tensor(batch).to(self._found.device, self._found.dtype)
            answers = torch.cat([self._found(one[None]) for one in given])
        whole: Batch = answers.float().cpu().numpy()
        inner = slice(self.cut, -self.cut or None)
        return whole[..., inner, inner]

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_found": None, "_alone": None}

    def __setstate__(self, kept: dict[str, object]) -> None:
        self.__dict__.update(kept)
        self._alone = Lock()


def _engine_for(asked: Engine, found: Any) -> TorchEngine:
    """Return how a network is run in torch."""
    if asked.name not in ("auto", "torch"):
        raise UsageError(
            f"engine '{asked.name}'", "runs only srcnn's own networks", "leave out --engine"
        )
    # Tile, threads and ensemble are checked as for any other network.
    checked = replace(asked, name="auto", device="cpu", precision="auto").resolved()
    precision = "fp32" if asked.precision == "auto" else asked.precision
    if precision == "bf16" and not found.supports_bfloat16:
        raise UsageError("precision 'bf16'", f"{found.architecture.name} does not support it")
    device = "cpu" if asked.device == "auto" else asked.device
    row = BACKENDS["torch"].devices[device]
    if not row.is_there():
        raise MissingExtra(
            f"device '{device}'", "torch finds no such device", f"install {row.package}"
        )
    return TorchEngine("torch", precision, device, checked.tile, checked.threads, asked.ensemble)


def _measure_halo(backend: Spandrel, found: Any, name: str) -> tuple[int, float]:
    """Return the halo of a network, and the difference inside that noise outside of it makes.

    Raises:
        ModelError: If the output is not a number for each pixel.
    """
    scale, side = found.scale, _MIDDLE + 2 * _AROUND
    noise = np.random.default_rng(0).random((1, found.input_channels, side, side), np.float32)

    def middle(halo: int) -> Batch:
        """Return the output for the middle of the noise, given with a halo of this width."""
        inner = slice(_AROUND - halo, side - _AROUND + halo)
        try:
            out = backend.run(noise[..., inner, inner])
        except Exception as error:  # an unsupported size can make a network raise anything
            raise ModelError(name, f"cannot be run ({error})") from None
        wanted = scale * (_MIDDLE + 2 * halo)
        if out.shape[1:] != (found.output_channels, wanted, wanted) or not np.isfinite(out).all():
            raise ModelError(
                name, "does not return finite numbers of the right shape", "the file is damaged"
            )
        inner = slice(scale * halo, scale * (halo + _MIDDLE))
        return out[..., inner, inner]

    truth = middle(_AROUND)
    for halo in HALOS:
        difference = float(np.abs(middle(halo) - truth).max())
        if difference <= LIMIT:
            break
    return halo, difference

"""A network to a file for other programs, written only if the file does what torch does.

Needs the extra ``train``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from srcnn.engine.backends.backend import Batch
from srcnn.engine.options import AUTO
from srcnn.engine.session import Session
from srcnn.errors import DestinationExists, ModelError, UsageError
from srcnn.images.color import convert, space_of
from srcnn.images.degrade import Degraded
from srcnn.images.files import write_atomically
from srcnn.images.quantize import quantize
from srcnn.models.base import TorchNetwork
from srcnn.models.registry import network_of
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.card import Card
from srcnn.weights.foreign import from_safetensors, open_weights, to_safetensors
from srcnn.weights.graph import to_onnx
from srcnn.weights.standalone import to_standalone

LIMIT = 1e-5
"""The largest difference to torch, of values in [0, 1], with which a file is written."""
_SHAPES = ((1, 1, 1), (1, 1, 7), (2, 11, 1), (1, 13, 17), (2, 31, 23))
"""Batch, height and width of the pictures that are compared: one pixel, one row, one column, primes."""

Run = Callable[[Batch], Batch]


def export(
    model: str | Path,
    scale: int,
    destination: str | Path,
    standalone: bool = False,
    overwrite: bool = False,
) -> float:
    """Write ``model``, a shipped name or a weights file, and return its largest difference to torch.

    ``destination`` ends in ``.onnx`` or ``.safetensors``. Both are weights files with their card, which
    `srcnn.load` (ONNX) and `SRCNN.from_pretrained` open: N x C x (H + 2r) x (W + 2r) in, N x C x H x W
    out (times the scale for a network of the low-resolution grid), float32 around [0, 1], of luma (C = 1) or
    the card's colors (C = 3); the caller enlarges where the network does not, pads by the radius r, and clamps.
    A ``standalone`` ONNX graph does all of that itself: N x 3 x H x W RGB in [0, 1] in,
    N x 3 x sH x sW RGB in [0, 1] out, any size from one pixel up.

    Raises `UsageError` for another suffix or a scale below 2, `DestinationExists`, `ModelError` for a
    model that is unknown, is for another scale, or comes out other than torch has it (nothing is
    written then), and `OutputError`.
    """
    model, destination = str(model), Path(destination)
    if destination.suffix not in (".onnx", ".safetensors"):
        raise UsageError(destination, "is no kind of file to export", "use .onnx or .safetensors")
    if standalone and destination.suffix != ".onnx":
        raise UsageError(destination, "cannot stand alone", "use .onnx or leave out --standalone")
    if scale < 2:
        raise UsageError("scale", "has to be 2 or more")
    if destination.is_dir():
        raise UsageError(destination, "is a folder")
    if destination.exists() and not overwrite:
        raise DestinationExists(destination, "is there already", "use --overwrite")

    tensors, card = open_weights(model, scale)
    network = _in_torch(network_of(tensors, card, model))
    channels, border = card.channels, 2 * grid_of(card).radius
    if standalone:
        data = to_standalone(tensors, card, scale)
        difference = _difference(Session(data, AUTO).run, _whole_road(network, card, scale), 3)
    elif destination.suffix == ".onnx":
        data = to_onnx(tensors, card)
        difference = _difference(Session(data, AUTO).run, network, channels, border)
    else:
        data = to_safetensors(tensors, card)
        again, _ = from_safetensors(data, str(destination))
        difference = _difference(_in_torch(network_of(again, card)), network, channels, border)
    if not difference <= LIMIT:  # so that NaN is refused too
        why = f"would differ from torch by {difference:.1e}, over {LIMIT:.0e}"
        raise ModelError(destination, why, "nothing was written")
    write_atomically(destination, data)
    return difference


def _difference(one: Run, other: Run, channels: int, border: int = 0) -> float:
    """The largest absolute difference of two ways, on noise in [0, 1]; NaN where one gives NaN.

    Noise asks most of a network: every filter answers, and no border is like another.
    """
    random = np.random.default_rng(0)
    largest = []
    for count, height, width in _SHAPES:
        batch = random.random((count, channels, height + border, width + border), np.float32)
        first, second = one(batch), other(batch)
        if first.shape != second.shape:
            return float("inf")
        with np.errstate(invalid="ignore"):  # infinity from infinity is NaN, and refused
            largest.append(np.abs(first - second).max())
    return float(np.max(largest))


def _in_torch(network: TorchNetwork) -> Run:
    """The valid network in torch, float32 on the CPU."""

    @torch.inference_mode()
    def run(batch: Batch) -> Batch:
        out: Batch = network(torch.from_numpy(batch), pad=False).numpy()
        return out

    return run


def _whole_road(network: Run, card: Card, scale: int) -> Run:
    """N x 3 x H x W RGB to RGB: the package's own colour and resize in float64 around the network."""
    space = space_of(card.color)
    grid = grid_of(card)
    r = grid.radius

    def one(rgb: Batch) -> Batch:
        low = convert(np.moveaxis(rgb, 0, 2).astype(np.float64), "RGB", space)
        degraded = Degraded(low, scale)
        high = np.moveaxis(degraded.enlarged, 2, 0)
        given = np.moveaxis(degraded.given(grid), 2, 0)[: card.channels].astype(np.float32)
        padded = np.pad(given, [(0, 0), (r, r), (r, r)], mode="edge")
        high[: card.channels] = network(padded[None])[0]
        rgb = convert(np.moveaxis(high, 0, 2), space, "RGB")
        out: Batch = np.moveaxis(quantize(rgb, np.float32), 2, 0)
        return out

    return lambda batch: np.stack([one(rgb) for rgb in batch])

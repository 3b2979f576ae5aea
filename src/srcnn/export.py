"""A network to a file for other programs, written only if the file does what torch does.

Needs the extra ``train``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import safetensors.numpy
import torch
from numpy.typing import NDArray
from torch.nn import functional

from srcnn.engine.backends.backend import Batch
from srcnn.engine.options import AUTO
from srcnn.engine.session import Session
from srcnn.errors import DestinationExists, ModelError, UsageError, choices
from srcnn.images.color import convert, space_of
from srcnn.images.degrade import Degraded
from srcnn.images.files import write_atomically
from srcnn.images.quantize import quantize
from srcnn.models.base import TorchNetwork
from srcnn.models.registry import network_of
from srcnn.models.srvgg import run_srvgg
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.binary import Tensors
from srcnn.weights.card import FIXED_KEY, Card
from srcnn.weights.fold import fold
from srcnn.weights.foreign import from_safetensors, open_weights, to_safetensors
from srcnn.weights.graph import to_onnx
from srcnn.weights.srvgg import to_srvgg
from srcnn.weights.standalone import to_standalone

LIMIT = 1e-5
"""The largest difference to torch, of values in [0, 1], with which a file is written."""
LAYOUTS = ("compact",)
"""The published layouts that a network can be written in."""
_SHAPES = ((1, 1, 1), (1, 1, 7), (2, 11, 1), (1, 13, 17), (2, 31, 23))
"""Batch, height and width of the pictures that are compared: one pixel, one row, one column, primes."""

Run = Callable[[Batch], Batch]


@dataclass(frozen=True)
class _Written:
    """The bytes of a file, and how its network and torch's are compared.

    Attributes:
        data: The bytes.
        run: What the file does.
        wanted: What torch does.
        shapes: Shapes of the batches that both are given.
        cut: Output pixels at each border that are not compared.
    """

    data: bytes
    run: Run
    wanted: Run
    shapes: Sequence[tuple[int, int, int, int]]
    cut: int = 0


def export(
    model: str | Path,
    scale: int,
    destination: str | Path,
    standalone: bool = False,
    overwrite: bool = False,
    layout: str | None = None,
    size: tuple[int, int] | None = None,
) -> float:
    """Write a network to a file for other programs, and return its largest difference to torch.

    A bare network, ``.onnx`` or ``.safetensors``, is a weights file with its card, which `srcnn.load`
    (ONNX) and `SRCNN.from_pretrained` open: (N, C, H + 2r, W + 2r) in, (N, C, H, W) out (times the
    scale for a network of the low-resolution grid), float32 around [0, 1], of luma (C = 1) or the
    card's colors (C = 3). The caller enlarges where the network does not, pads by the radius r, and
    clamps. A ``standalone`` ONNX graph does all of that itself: (N, 3, H, W) RGB in [0, 1] in,
    (N, 3, s H, s W) RGB in [0, 1] out, any size from one pixel up.

    Args:
        model: A shipped name or a weights file.
        scale: The scale of the network, 2 or more.
        destination: File to write, ``.onnx`` or ``.safetensors``.
        standalone: Whether color, resize and borders are in the ONNX graph.
        overwrite: Whether to replace what is at the destination.
        layout: ``"compact"`` for a ``.safetensors`` file in the published layout of the compact
            family, which takes and gives RGB: see `srcnn.weights.srvgg`.
        size: (H, W) of the only image that an ONNX graph is to take, for runtimes without free
            dimensions; the batch is then 1. The input of a bare network is 2r larger.

    Raises:
        UsageError: The suffix, the scale, or what is combined is wrong.
        DestinationExists: The destination is there.
        ModelError: The model is unknown, is for another scale or layout, or comes out other than
            torch has it; nothing is written then.
        OutputError: The file cannot be written.
    """
    model, destination = str(model), Path(destination)
    _check(destination, scale, standalone, layout, size)
    if destination.is_dir():
        raise UsageError(destination, "is a folder")
    if destination.exists() and not overwrite:
        raise DestinationExists(destination, "is there already", "use --overwrite")

    tensors, card = open_weights(model, scale)
    network = _in_torch(network_of(tensors, card, model))
    if layout is not None:
        written = _published(tensors, card, network)
    elif standalone:
        written = _standalone(tensors, replace(card, scale=scale), network, size)
    else:
        written = _bare(tensors, card, network, destination.suffix, size)
    difference = _difference(written)
    if not difference <= LIMIT:  # so that NaN is refused too
        why = f"would differ from torch by {difference:.1e}, over {LIMIT:.0e}"
        raise ModelError(destination, why, "nothing was written")
    write_atomically(destination, written.data)
    return difference


def _check(
    destination: Path,
    scale: int,
    standalone: bool,
    layout: str | None,
    size: tuple[int, int] | None,
) -> None:
    """Raise `UsageError` for what does not go together."""
    onnx = destination.suffix == ".onnx"
    if destination.suffix not in (".onnx", ".safetensors"):
        raise UsageError(destination, "is no kind of file to export", "use .onnx or .safetensors")
    if standalone and not onnx:
        raise UsageError(destination, "cannot stand alone", "use .onnx or leave out --standalone")
    if layout not in (None, *LAYOUTS):
        raise UsageError(f"layout '{layout}'", "is unknown", choices(layout, LAYOUTS))
    if layout is not None and (onnx or standalone):
        raise UsageError(destination, f"layout {layout} is one of safetensors", "use .safetensors")
    if size is not None and not onnx:
        raise UsageError(destination, "has no size of image", "use .onnx or leave out --size")
    if size is not None and min(size) < 1:
        raise UsageError(f"size {size[0]}x{size[1]}", "has to be 1x1 or more")
    if scale < 2:
        raise UsageError("scale", "has to be 2 or more")


def _bare(
    tensors: Tensors, card: Card, network: Run, suffix: str, size: tuple[int, int] | None
) -> _Written:
    channels, border = card.channels, 2 * grid_of(card).radius
    sizes = [(n, channels, h + border, w + border) for n, h, w in _shapes(size)]
    if suffix == ".safetensors":
        data = to_safetensors(tensors, card)
        again, _ = from_safetensors(data, card.name)
        return _Written(data, _in_torch(network_of(again, card)), network, sizes)
    data = to_onnx(tensors, card)
    if size is not None:
        data = fold(to_onnx(tensors, card, FIXED_KEY), (size[0] + border, size[1] + border))
    return _Written(data, Session(data, AUTO).run, network, sizes)


def _standalone(
    tensors: Tensors, card: Card, network: Run, size: tuple[int, int] | None
) -> _Written:
    data = to_standalone(tensors, card, card.scale)
    if size is not None:
        data = fold(data, size)
    sizes = [(n, 3, h, w) for n, h, w in _shapes(size)]
    return _Written(data, Session(data, AUTO).run, _whole_road(network, card, card.scale), sizes)


def _published(tensors: Tensors, card: Card, network: Run) -> _Written:
    state = to_srvgg(tensors, card)
    metadata = {"format": "pt", "modelspec.title": card.name, "modelspec.license": card.licence}
    data = safetensors.numpy.save(state, {key: text for key, text in metadata.items() if text})
    again = safetensors.numpy.load(data)
    # Zeros around every convolution reach as far as the network sees, and bilinear color one more.
    cut = grid_of(card).radius + 1
    sizes = [(n, 3, h + 2 * cut, w + 2 * cut) for n, h, w in _SHAPES]
    wanted = _whole_road(network, card, card.scale, bilinear=True, clamped=False)
    return _Written(data, lambda x: run_srvgg(again, x), wanted, sizes, cut * card.scale)


def _shapes(size: tuple[int, int] | None) -> Sequence[tuple[int, int, int]]:
    return _SHAPES if size is None else [(1, *size)]


def _difference(written: _Written) -> float:
    """The largest absolute difference of two ways, on noise in [0, 1]; NaN where one gives NaN.

    Noise asks most of a network: every filter answers, and no border is like another.
    """
    random = np.random.default_rng(0)
    inner = slice(written.cut, -written.cut or None)
    largest = []
    for shape in written.shapes:
        batch = random.random(shape, np.float32)
        first, second = written.run(batch), written.wanted(batch)
        if first.shape != second.shape:
            return float("inf")
        with np.errstate(invalid="ignore"):  # infinity from infinity is NaN, and refused
            largest.append(np.abs(first - second)[..., inner, inner].max())
    return float(np.max(largest))


def _in_torch(network: TorchNetwork) -> Run:
    """The valid network in torch, float32 on the CPU."""

    @torch.inference_mode()
    def run(batch: Batch) -> Batch:
        out: Batch = network(torch.from_numpy(batch), pad=False).numpy()
        return out

    return run


def _whole_road(
    network: Run, card: Card, scale: int, bilinear: bool = False, clamped: bool = True
) -> Run:
    """(N, 3, H, W) RGB to RGB: the package's own color and resize in float64 around the network.

    The channels that the network does not make are bicubic, or ``bilinear``.
    """
    space = space_of(card.color)
    grid = grid_of(card)
    r = grid.radius

    def one(rgb: Batch) -> Batch:
        low = convert(np.moveaxis(rgb, 0, 2).astype(np.float64), "RGB", space)
        degraded = Degraded(low, scale)
        high = _bilinear(low, scale) if bilinear else np.moveaxis(degraded.enlarged, 2, 0)
        given = np.moveaxis(degraded.given(grid), 2, 0)[: card.channels].astype(np.float32)
        padded = np.pad(given, [(0, 0), (r, r), (r, r)], mode="edge")
        high[: card.channels] = network(padded[None])[0]
        made = convert(np.moveaxis(high, 0, 2), space, "RGB")
        out: Batch = np.moveaxis(quantize(made, np.float32) if clamped else made, 2, 0)
        return out

    return lambda batch: np.stack([one(rgb) for rgb in batch])


def _bilinear(image: NDArray[np.float64], scale: int) -> NDArray[np.float64]:
    """(H, W, C) to (C, scale * H, scale * W), by torch's interpolation."""
    planes = torch.from_numpy(np.moveaxis(image, 2, 0))[None]
    large = functional.interpolate(planes, scale_factor=scale, mode="bilinear")
    out: NDArray[np.float64] = large[0].numpy()
    return out

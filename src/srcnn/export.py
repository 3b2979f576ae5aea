"""Export a network to a file for other programs, and verify the file against torch.

Needs the extra ``train``.

A bare network (``.onnx`` or ``.safetensors``) is a weights file with its card, which `srcnn.load`
(ONNX) and `SRCNN.from_pretrained` open. It maps (N, C, H + 2r, W + 2r) float32 to (N, C, H, W)
float32, or to (N, C, s H, s W) for a network on the low-resolution grid. Values lie around [0, 1]:
luma (C = 1) or the card's color space (C = 3). The caller enlarges the image where the network
does not, pads by the radius r, and clamps the result.

A standalone ONNX graph does all of that itself: (N, 3, H, W) float32 RGB in [0, 1] to
(N, 3, s H, s W) float32 RGB in [0, 1], for any size from one pixel up.
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
from srcnn.errors import ModelError, UsageError, choices
from srcnn.images.color import convert, space_of
from srcnn.images.degrade import Degraded
from srcnn.images.files import check_free, write_atomically
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
"""Largest accepted difference from torch, for values in [0, 1]; a larger one writes nothing."""
LAYOUTS = ("compact",)
"""The published layouts that a network can be exported to."""
_SHAPES = ((1, 1, 1), (1, 1, 7), (2, 11, 1), (1, 13, 17), (2, 31, 23))
"""Batch size, height and width of the compared inputs: one pixel, one row, one column, primes."""

Run = Callable[[Batch], Batch]


@dataclass(frozen=True)
class _Written:
    """The bytes of an exported file, and how to compare it with torch.

    Attributes:
        data: Contents of the file.
        run: Runs the exported file on a batch.
        wanted: Runs the torch network on the same batch.
        shapes: (N, C, H, W) of the batches to compare.
        cut: Output pixels to ignore at each border.
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
    """Export a network to a file for other programs and verify it against torch.

    The module's docstring describes inputs and outputs of the exported networks.

    Args:
        model: Name of a shipped model, or a weights file.
        scale: Scale of the network, 2 or more.
        destination: File to write, ``.onnx`` or ``.safetensors``.
        standalone: Put color conversion, resizing and padding into the ONNX graph.
        overwrite: Replace an existing file.
        layout: ``"compact"`` writes a ``.safetensors`` file in the published layout of the compact
            family, which maps RGB to RGB: see `srcnn.weights.srvgg`.
        size: (H, W) of the only image size that the ONNX graph accepts, for runtimes without
            dynamic dimensions; the batch size is then 1. The input of a bare network is 2r larger
            in each dimension.

    Returns:
        The largest absolute difference between the file and torch, for values in [0, 1].

    Raises:
        UsageError: The suffix or scale is invalid, or the options cannot be combined.
        DestinationExists: The destination exists and ``overwrite`` is false.
        ModelError: The model is unknown or for another scale or layout, or the file differs from
            torch by more than `LIMIT`; nothing is written then.
        OutputError: The file cannot be written.
    """
    model, destination = str(model), Path(destination)
    _check(destination, scale, standalone, layout, size)
    check_free(destination, overwrite)

    tensors, card = open_weights(model, scale)
    network = _in_torch(network_of(tensors, card, model))
    if layout is not None:
        written = _published(tensors, card, network)
    elif standalone:
        written = _standalone(tensors, replace(card, scale=scale), network, size)
    else:
        written = _bare(tensors, card, network, destination.suffix, size)
    difference = _difference(written)
    if not difference <= LIMIT:  # "not <=" also rejects NaN
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
    """Check the suffix, the scale and the combination of options.

    Raises:
        UsageError: They are invalid or cannot be combined.
    """
    onnx = destination.suffix == ".onnx"
    if destination.suffix not in (".onnx", ".safetensors"):
        raise UsageError(destination, "has an unsupported suffix", "use .onnx or .safetensors")
    if standalone and not onnx:
        raise UsageError(destination, "cannot be standalone", "use .onnx or leave out --standalone")
    if layout not in (None, *LAYOUTS):
        raise UsageError(f"layout '{layout}'", "is unknown", choices(layout, LAYOUTS))
    if layout is not None and (onnx or standalone):
        raise UsageError(
            destination, f"layout {layout} works only with .safetensors", "change the suffix"
        )
    if size is not None and not onnx:
        raise UsageError(
            destination, "cannot have a fixed image size", "use .onnx or leave out --size"
        )
    if size is not None and min(size) < 1:
        raise UsageError(f"size {size[0]}x{size[1]}", "must be at least 1x1")
    if scale < 2:
        raise UsageError("scale", "must be 2 or more")


def _bare(
    tensors: Tensors, card: Card, network: Run, suffix: str, size: tuple[int, int] | None
) -> _Written:
    channels, border = card.channels, 2 * grid_of(card).radius
    sizes = [(n, channels, h + border, w + border) for n, h, w in _shapes(size)]
    if suffix == ".safetensors":
        data = to_safetensors(tensors, card)
        again, _ = from_safetensors(data, card.name)
        return _Written(data, _in_torch(network_of(again, card)), network, sizes)
    data = to_onnx(tensors, card, plain=True)
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
    # Zero padding affects the result as far in as the receptive radius, bilinear color one more.
    cut = grid_of(card).radius + 1
    sizes = [(n, 3, h + 2 * cut, w + 2 * cut) for n, h, w in _SHAPES]
    wanted = _whole_road(network, card, card.scale, bilinear=True, clamped=False)
    return _Written(data, lambda x: run_srvgg(again, x), wanted, sizes, cut * card.scale)


def _shapes(size: tuple[int, int] | None) -> Sequence[tuple[int, int, int]]:
    return _SHAPES if size is None else [(1, *size)]


def _difference(written: _Written) -> float:
    """Return the largest absolute difference between both networks on noise in [0, 1].

    Noise is the hardest input: it excites every filter, and no two borders are alike. The result
    is NaN if an output contains NaN, and infinity if the shapes differ.
    """
    random = np.random.default_rng(0)
    inner = slice(written.cut, -written.cut or None)
    largest = []
    for shape in written.shapes:
        batch = random.random(shape, np.float32)
        first, second = written.run(batch), written.wanted(batch)
        if first.shape != second.shape:
            return float("inf")
        with np.errstate(invalid="ignore"):  # infinity minus infinity is NaN, which is rejected
            largest.append(np.abs(first - second)[..., inner, inner].max())
    return float(np.max(largest))


def _in_torch(network: TorchNetwork) -> Run:
    """Return a function that runs the network without padding in torch, float32 on the CPU."""

    @torch.inference_mode()
    def run(batch: Batch) -> Batch:
        out: Batch = network(torch.from_numpy(batch), pad=False).numpy()
        return out

    return run


def _whole_road(
    network: Run, card: Card, scale: int, bilinear: bool = False, clamped: bool = True
) -> Run:
    """Return a function from (N, 3, H, W) RGB to upscaled RGB, as the package itself computes it.

    Color conversion and resizing are the package's own, in float64. Channels that the network does
    not produce are bicubic, or ``bilinear``.
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
    """Enlarge (H, W, C) to (C, scale * H, scale * W) with torch's bilinear interpolation."""
    planes = torch.from_numpy(np.moveaxis(image, 2, 0))[None]
    large = functional.interpolate(planes, scale_factor=scale, mode="bilinear")
    out: NDArray[np.float64] = large[0].numpy()
    return out

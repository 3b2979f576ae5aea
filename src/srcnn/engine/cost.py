"""Estimates of the time that an upscale needs, measured on a piece of the image."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.backends.table import CPU_TILE
from srcnn.engine.pipeline import ROWS
from srcnn.engine.threads import cores
from srcnn.engine.upscaler import Upscaler
from srcnn.images.encode import Page, encode, write_picture
from srcnn.images.formats import Format
from srcnn.images.picture import Picture

_SECONDS = 0.2
"""Time, in seconds, for which the network is measured."""
_FARTHEST = 2**24
"""Largest number of pixels that are decoded to reach the middle of an image."""


@dataclass(frozen=True)
class Cost:
    """Cost of one image on an otherwise idle machine."""

    seconds: float
    """Seconds from the first byte read to the last one written, without process start-up."""
    core_seconds: float
    """Processor time over all cores, in seconds."""


@dataclass(frozen=True)
class _Target:
    """Size and encoding of the result."""

    size: tuple[int, int]
    format: Format
    quality: int | None
    pages: int


@dataclass(frozen=True)
class _Rates:
    """Rates measured on a piece of one image; they hold for all images of the same kind."""

    decode: float
    """Core seconds per pixel of the source."""
    enlarge: float
    """Core seconds per pixel of the result."""
    encode: float
    """Core seconds per pixel of the result."""


class Costs:
    """Estimates for the images of one command. Each kind of image is measured once.

    Processor time is measured, so other load on the machine does not matter. Thread-safe.
    """

    def __init__(self) -> None:
        """Start without estimates."""
        self._measuring = Lock()
        self._rates: dict[tuple[object, ...], _Rates] = {}
        self._costs: list[Cost] = []

    def of(
        self,
        picture: Picture,
        upscaler: Upscaler,
        size: tuple[int, int],
        fmt: Format,
        quality: int | None,
        pages: int = 1,
    ) -> Cost:
        """Estimate the cost of one image; this may decode a part of it.

        Args:
            picture: The source.
            upscaler: Enlarges it.
            size: (height, width) of the result.
            fmt: Format of the result.
            quality: Quality of the result, or None for the format's default.
            pages: Number of pages of the result.

        Raises:
            SrcnnError: If the source cannot be read or the result cannot be encoded.
        """
        header = picture.header
        kind = (upscaler, header.format, header.channels, header.dtype, fmt)
        target = _Target(size, fmt, quality, pages)
        with self._measuring:
            if kind not in self._rates:
                self._rates[kind] = _measure(picture, upscaler, target)
            cost = _cost(self._rates[kind], picture, upscaler, target)
            self._costs.append(cost)
        return cost

    def total(self) -> float:
        """Return the seconds for all images, two at a time."""
        if not self._costs:
            return 0.0
        return max(
            sum(cost.core_seconds for cost in self._costs) / cores(),
            sum(cost.seconds for cost in self._costs) / 2,
            max(cost.seconds for cost in self._costs),
        )


def _measure(picture: Picture, upscaler: Upscaler, target: _Target) -> _Rates:
    header, fmt = picture.header, target.format
    started = time.process_time()
    piece, decoded = _piece(picture, upscaler, target.size)
    decode = (time.process_time() - started) / decoded
    old = (piece.shape[0], piece.shape[1])
    height = max(1, round(old[0] * target.size[0] / header.height))
    width = max(1, round(old[1] * target.size[1] / header.width))
    strips = [piece[top : top + ROWS] for top in range(0, old[0], ROWS)]

    def enlarged() -> Iterator[NDArray[np.number]]:
        return upscaler.strips((strip.copy() for strip in strips), old, (height, width))

    def written(strips: Iterable[NDArray[np.number]]) -> None:
        with TemporaryFile() as file:
            write_picture(file, [Page((height, width), strips)], fmt, target.quality)

    encode(piece[:8, :8], fmt)  # loads the libraries
    written(enlarged())  # the first run is slower and not timed
    times = 0
    started = time.process_time()
    until = time.perf_counter() + _SECONDS
    while time.perf_counter() < until or not times:
        done = list(enlarged())
        times += 1
    enlarge = (time.process_time() - started) / times / (height * width)
    started = time.process_time()
    written(done)
    encoded = (time.process_time() - started) / (height * width)
    return _Rates(decode, enlarge, encoded)


def _piece(
    picture: Picture, upscaler: Upscaler, size: tuple[int, int]
) -> tuple[NDArray[np.number], int]:
    """Return (pixels from the middle of an image, number of pixels decoded to get them).

    The piece makes two tiles for each thread and is four tiles high, so that as many strips are in
    progress as for the whole image. For large tiles it makes one for each thread.
    """
    header = picture.header
    usual = min(upscaler.tile, CPU_TILE)
    old = (header.height, header.width)
    passes = upscaler.passes_to(old, size)
    factor = upscaler.networks.get(passes[-1]).grid.factor if passes else 1
    scale = size[0] / header.height / factor
    high = max(4 * usual, upscaler.tile) / scale
    wide = upscaler.threads * max(2 * usual, upscaler.tile) / scale
    rows, columns = min(int(high), header.height), min(int(wide), header.width)
    top = min((header.height - rows) // 2, _FARTHEST // header.width)
    left = (header.width - columns) // 2
    held, done = [], 0
    for strip in picture.strips(ROWS):
        done += len(strip)
        if done > top:
            held.append(strip[:, left : left + columns].copy())
        if done >= top + rows:
            break
    return np.concatenate(held), (header.height if header.held else done) * header.width


def _cost(rates: _Rates, picture: Picture, upscaler: Upscaler, target: _Target) -> Cost:
    header, fmt = picture.header, target.format
    result = target.size[0] * target.size[1]
    source = header.width * header.height
    decode = target.pages * rates.decode * source
    enlarge = target.pages * rates.enlarge * result
    encode = target.pages * rates.encode * result
    pixels = max(decode, enlarge / upscaler.threads)
    if fmt.encodes_last:
        seconds = max(pixels, (decode + enlarge) / cores()) + encode
    else:
        seconds = max(pixels, encode, (decode + enlarge + encode) / cores())
    return Cost(seconds, decode + enlarge + encode)

"""What it will cost to enlarge a picture: seconds, measured on a piece of it, and memory, by a model."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.channels import count
from srcnn.engine.pipeline import ROWS
from srcnn.engine.threads import cores
from srcnn.engine.upscaler import Upscaler
from srcnn.images.encode import Page, encode, write_picture
from srcnn.images.formats import Format
from srcnn.images.picture import Picture

_PIECE = (128, 256)
"""Height and width of what is measured, of the source."""
_SECONDS = 0.2
"""That the network is measured for."""
_FARTHEST = 2**24
"""Pixels that are decoded at most on the way to the middle of a picture."""

# Memory, from the peaks of whole processes on Linux: results of 0.2 to 25 megapixels, gray, RGB, RGBA
# and 16 bit, x2 to x4, in every format, by every engine.
_PROCESS = 46e6
"""Bytes of Python and its libraries."""
_ENGINES = {"onnxruntime": 36e6, "openvino": 112e6, "torch": 285e6}
"""Bytes of an engine."""
_FILTERS = 100
"""Planes of a tile that the network holds in each thread."""
_PLANES, _STRIPS = 7.1, 23
"""How often the rows of a strip are held, as float planes before, as samples after the network."""


@dataclass(frozen=True)
class Cost:
    """Of one picture, nothing else at work."""

    seconds: float
    """From its first to its last byte; the start of the process is not in it."""
    peak: float
    """Bytes of the whole process."""
    own: float
    """Those of them that another picture does not share."""
    core_seconds: float
    """Of all cores together."""


@dataclass(frozen=True)
class _Rates:
    """Core seconds: ``decode`` for a pixel of the source, ``road`` and ``encode`` of the result."""

    decode: float
    road: float
    encode: float


class Costs:
    """Estimates for the pictures of one command, each kind of which is measured once.

    Processor time is measured, so that it does not matter what else the machine has to do. Safe from
    several threads.
    """

    def __init__(self) -> None:
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
        """Of a picture that becomes ``pages`` of ``size`` = (height, width); pixels may be read for that.

        Raises what reading and writing it raise.
        """
        header = picture.header
        kind = (upscaler, header.format, header.channels, header.dtype, fmt)
        with self._measuring:
            if kind not in self._rates:
                self._rates[kind] = _measure(picture, upscaler, size, fmt, quality)
            cost = _cost(self._rates[kind], picture, upscaler, size, fmt, pages)
            self._costs.append(cost)
        return cost

    def total(self) -> tuple[float, float]:
        """(seconds, bytes of the process) of all pictures together, two at a time."""
        if not self._costs:
            return 0.0, 0.0
        seconds = max(
            sum(cost.core_seconds for cost in self._costs) / cores(),
            sum(cost.seconds for cost in self._costs) / 2,
            max(cost.seconds for cost in self._costs),
        )
        shared = max(cost.peak - cost.own for cost in self._costs)
        return seconds, shared + sum(sorted(cost.own for cost in self._costs)[-2:])


def _measure(
    picture: Picture, upscaler: Upscaler, size: tuple[int, int], fmt: Format, quality: int | None
) -> _Rates:
    header = picture.header
    started = time.process_time()
    piece, decoded = _piece(picture)
    decode = (time.process_time() - started) / decoded
    height = max(1, round(len(piece) * size[0] / header.height))
    width = max(1, round(piece.shape[1] * size[1] / header.width))

    def enlarge() -> list[NDArray[Any]]:
        old = (piece.shape[0], piece.shape[1])
        return list(upscaler.strips([piece], old, (height, width)))

    strips = enlarge()  # the first time is slower
    times = 0
    started = time.process_time()
    until = time.perf_counter() + _SECONDS
    while time.perf_counter() < until or not times:
        enlarge()
        times += 1
    road = (time.process_time() - started) / times / (height * width)
    encode(piece[:8, :8], fmt)  # libraries load
    started = time.process_time()
    write_picture(io.BytesIO(), [Page((height, width), strips)], fmt, quality)
    return _Rates(decode, road, (time.process_time() - started) / (height * width))


def _piece(picture: Picture) -> tuple[NDArray[Any], int]:
    """(pixels from the middle of a picture, how many had to be decoded for them)."""
    header = picture.header
    rows, columns = min(_PIECE[0], header.height), min(_PIECE[1], header.width)
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


def _cost(
    rates: _Rates,
    picture: Picture,
    upscaler: Upscaler,
    size: tuple[int, int],
    fmt: Format,
    pages: int,
) -> Cost:
    header = picture.header
    decode = pages * rates.decode * header.width * header.height
    road = pages * rates.road * size[0] * size[1]
    encode = pages * rates.encode * size[0] * size[1]
    pixels = max(decode, road / upscaler.threads)
    if fmt.encodes_last:
        seconds = max(pixels, (decode + road) / cores()) + encode
    else:
        seconds = max(pixels, encode, (decode + road + encode) / cores())
    own = _own(picture, upscaler, size, fmt)
    shared = _PROCESS
    if upscaler.model.radius:  # bicubic needs no engine
        tile = min(upscaler.tile, max(size))
        shared += _ENGINES[upscaler.engine] + upscaler.threads * _FILTERS * 4 * tile**2
    return Cost(seconds, shared + own, own, decode + road + encode)


def _own(picture: Picture, upscaler: Upscaler, size: tuple[int, int], fmt: Format) -> float:
    header = picture.header
    tile = min(upscaler.tile, max(size))
    columns = -(-size[1] // tile)
    # More strips than two are in the making where one has fewer tiles than there are threads.
    more = min(-(-2 * upscaler.threads // columns), -(-size[0] // tile)) - 1
    scale = size[0] / header.height
    rows = min((tile + 12) / scale + ROWS, header.height)
    planes = count(upscaler.model.color, header.channels)
    samples = header.channels * header.dtype.itemsize
    own = (_PLANES + more) * 4 * planes * rows * header.width
    own += (_STRIPS + more) * samples * min(tile, size[0]) * size[1]
    if header.held:
        each = header.format.decoder.per_pixel or samples
        own += each * header.width * header.height
    return own + fmt.encoder.of(size[0] * size[1])

"""What a request will take, estimated from headers alone: nothing is decoded for it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from srcnn.conversion.plan import PagePlan, Plan
from srcnn.engine.upscaler import Upscaler, load
from srcnn.images.picture import Header
from srcnn.weights.architectures.table import grid_of, parameters_of
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import shipped

_SIDE = 192
"""Side, in pixels, of the image that is enlarged to measure the machine."""
_TIMES = 3
"""Runs of which the fastest counts: other processes slow a run down."""
_AROUND = 4000
"""Multiplications that take as long as reading, resizing and writing one pixel of a result."""
_ENCODING = 16_000
"""Multiplications that take as long as one unit of `srcnn.images.formats.Format.encoding`.

That unit is twice what the network srcnn-915 takes for a pixel.
"""
_TURNS = 8
"""Runs of the network for one result with ``tta``."""


@dataclass(frozen=True)
class Estimate:
    """The cost of one request.

    Attributes:
        pixels: Pixels of the result, over all pages.
        seconds: Time that the work takes on an idle machine.
    """

    pixels: int
    seconds: float


def seconds_per_multiplication(threads: int) -> float:
    """Measure how long this machine takes for one multiplication of a network."""
    upscaler = load(None, 2, threads=threads)
    pixels = np.zeros((_SIDE, _SIDE), np.uint8)
    upscaler.upscale(pixels)  # the first run is slower
    spent = min(_seconds(upscaler, pixels) for _ in range(_TIMES)) / threads
    result = 4 * _SIDE * _SIDE
    return max(spent, 1e-4) / (result * (_per_pixel(upscaler.name, 2) + _AROUND))


def _seconds(upscaler: Upscaler, pixels: NDArray[np.uint8]) -> float:
    """Return the processor time of one run."""
    started = time.process_time()
    upscaler.upscale(pixels)
    return time.process_time() - started


def estimate(plan: Plan, tta: bool, pace: float) -> Estimate:
    """Return what a plan will take.

    Args:
        plan: The plan.
        tta: Whether each network runs eight times.
        pace: Seconds for one multiplication.
    """
    header = plan.picture.header
    headers = plan.picture.headers() if len(plan.pages) > 1 else [header]
    sizes = [page.size for page in plan.pages]
    result = sum(height * width for height, width in sizes)
    turns = _TURNS if tta else 1
    multiplications = (_AROUND + _ENCODING * plan.format.encoding) * result
    for each, page in zip(headers, plan.pages, strict=True):
        multiplications += turns * _multiplications(each, page)
    return Estimate(result, multiplications * pace)


def _multiplications(header: Header, page: PagePlan) -> float:
    """Return the multiplications of all passes over one page."""
    height, width, total = header.height, header.width, 0.0
    for scale in page.passes:
        height, width = height * scale, width * scale
        total += height * width * _per_pixel(page.upscaler.name, scale)
    return total


@cache
def _per_pixel(model: str, scale: int) -> float:
    """Return the multiplications of a shipped network for each pixel of its output."""
    path = shipped()[model, scale]
    card = read_card(path.read_bytes(), path.name)
    return parameters_of(card) / grid_of(card).factor ** 2

"""What is measured: every engine with every network, and the alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.bench.interleave import Call
from srcnn.bench.rivals import open_networks, open_resizes
from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.network import Enhancer, Network, enhance_whole
from srcnn.engine.options import Engine, ResolvedEngine
from srcnn.engine.session import Session
from srcnn.engine.upscaler import load
from srcnn.errors import MissingExtra
from srcnn.images.color import channels_in
from srcnn.images.grid import Grid
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.card import Card
from srcnn.weights.onnx_file import read_card

SCALE = 3


@dataclass(frozen=True)
class Subject:
    """What a row of the report describes."""

    what: str
    """Kind of measurement.

    ``network``: a network alone, enlarged luma to luma. ``examples``: the same for an example-based
    method. ``pipeline``: a whole pipeline, RGB uint8 to RGB uint8. ``resize``: the same for plain
    resizing.
    """
    contender: str
    model: str
    engine: str | None
    precision: str | None
    size: tuple[int, int]
    """(height, width) of the result."""
    scale: int = SCALE


def open_engines(threads: int) -> tuple[list[ResolvedEngine], list[str]]:
    """Return the engines that run on this CPU, in every precision, and a line for each other."""
    engines, left_out = [], []
    for name, row in BACKENDS.items():
        try:
            engines += [
                Engine(name, precision, "cpu", threads=threads).resolved()
                for precision in row.precisions
            ]
        except MissingExtra as error:
            left_out.append(str(error))
    return engines, left_out


def our_contenders(
    networks: dict[str, bytes],
    cards: dict[str, Card],
    engines: Sequence[ResolvedEngine],
    sizes: Sequence[tuple[int, int]],
    threads: int,
) -> Iterator[tuple[Subject, Call]]:
    """Yield every network on every engine, alone and in a whole pipeline, and bicubic."""
    for name, graph in networks.items():
        grid, color = grid_of(cards[name]), cards[name].color
        for engine in engines:
            network = Network(name, Session(graph, engine), grid, color)
            upscaler = load(name, SCALE, engine)
            for size in sizes:
                picture = make_picture(size)
                given = make_given(network, size)
                run: dict[str, Call] = {
                    "network": partial(enhance_whole, network, given, threads=threads),
                    "pipeline": _bind(upscaler.upscale, picture),
                }
                for what, call in run.items():
                    row = (what, "srcnn", name, engine.name, engine.precision, _large(size))
                    yield Subject(*row), call
    bicubic = load(BICUBIC, SCALE, Engine(threads=threads))
    for size in sizes:
        call = _bind(bicubic.upscale, make_picture(size))
        yield Subject("pipeline", "srcnn", BICUBIC, None, None, _large(size)), call


def rival_contenders(
    networks: dict[str, bytes], size: tuple[int, int], threads: int | None
) -> Iterator[tuple[Subject, Call]]:
    """Yield the same networks run by other packages, and plain resizing.

    Args:
        networks: Bytes of ONNX files by name.
        size: (height, width) of the small image. Networks receive (C, H, W) float32 in [0, 1] of the
            enlarged image or the small one, by their grid; resizes receive (h, w, 3) uint8.
        threads: Threads of ONNX Runtime; None leaves its default.
    """
    for name, graph in networks.items():
        card = read_card(graph, name)
        given = np.stack([_luma(size, grid_of(card))] * card.channels)
        for contender, call in open_networks(graph, given, threads).items():
            yield Subject("network", contender, name, None, "fp32", _large(size)), call
    for contender, resize in open_resizes(make_picture(size), SCALE).items():
        yield Subject("resize", contender, BICUBIC, None, None, _large(size)), resize


def example_contenders(
    models: Sequence[Enhancer], size: tuple[int, int], threads: int
) -> Iterator[tuple[Subject, Call]]:
    """Yield the example-based methods, with ``threads`` threads for NumPy's matrix products."""
    for model in models:
        enhance = threadpool_limits.wrap(limits=threads, user_api="blas")(enhance_whole)
        call = partial(enhance, model, make_given(model, size), threads=1)
        yield Subject("examples", "srcnn", model.name, None, None, _large(size)), call


def _large(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] * SCALE, size[1] * SCALE


def _bind(function: Callable[[NDArray[np.uint8]], object], argument: NDArray[np.uint8]) -> Call:
    return lambda: function(argument)


def make_picture(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return an (H, W, 3) RGB image of slopes with noise. The content does not affect the time."""
    height, width = size
    rows, columns = np.mgrid[0:height, 0:width]
    slopes = np.stack([rows / height, columns / width, (rows + columns) / (height + width)], 2)
    noise = np.random.default_rng(0).normal(0, 0.03, slopes.shape)
    return (np.clip(slopes + noise, 0, 1) * 255).astype(np.uint8)


def make_given(model: Enhancer, size: tuple[int, int], scale: int = SCALE) -> NDArray[np.float32]:
    """Return such an image as the input of a model, (C, H, W) floats in [0, 1].

    Args:
        model: The model.
        size: (height, width) of the small image.
        scale: Enlargement factor.
    """
    return np.stack([_luma(size, model.grid, scale)] * channels_in(model.color))


def _luma(size: tuple[int, int], grid: Grid, scale: int = SCALE) -> NDArray[np.float32]:
    """Return the luma of such an image on a grid, (H, W) floats in [0, 1]."""
    large = (size[0] * scale, size[1] * scale)
    picture = make_picture(large if grid.factor == 1 else size)
    return picture[..., 0].astype(np.float32) / np.float32(255)

"""A model ready to enlarge pictures of any kind, and how one is opened."""

from __future__ import annotations

import logging
import math
from collections.abc import Generator, Iterable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines import anchored, sparse_coding
from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.baselines.bicubic import Bicubic
from srcnn.engine.arguments import positive
from srcnn.engine.ensemble import SelfEnsemble
from srcnn.engine.inputs import File, Picture, through
from srcnn.engine.network import Enhancer, Network
from srcnn.engine.options import Engine, engine_of
from srcnn.engine.pipeline import Progress, enlarge
from srcnn.engine.session import Session
from srcnn.errors import LimitError, ModelError, SrcnnError, UsageError
from srcnn.images.io import MAX_BYTES, MAX_PIXELS
from srcnn.images.quantize import peak
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.card import Card
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import default, find, is_file_name, read_bytes

SCALES = (2, 3, 4)
"""The scales that networks are trained for."""
_LARGEST_SCALE = 1e6
_log = logging.getLogger(__name__)


class Upscaler:
    """A model ready to run. `upscale` is safe from several threads."""

    def __init__(self, model: Enhancer, scale: float, engine: Engine) -> None:
        self.model = model
        self.scale = scale
        """The scale that was asked for; the network may be trained for a near one."""
        self._asked = engine
        resolved = engine.resolved()
        self.engine = resolved.name
        self.precision = resolved.precision
        self.tile = resolved.tile
        self.threads = resolved.threads

    def __reduce__(self) -> tuple[type[Upscaler], tuple[Enhancer, float, Engine]]:
        """Pickle what was asked for: another machine may have more cores, or fewer."""
        return Upscaler, (self.model, self.scale, self._asked)

    @overload
    def upscale(
        self,
        image: File,
        size: tuple[int, int] | None = None,
        progress: Progress | None = None,
        max_pixels: int = MAX_PIXELS,
        max_bytes: int = MAX_BYTES,
    ) -> NDArray[Any]: ...

    @overload
    def upscale(
        self,
        image: Picture,
        size: tuple[int, int] | None = None,
        progress: Progress | None = None,
        max_pixels: int = MAX_PIXELS,
        max_bytes: int = MAX_BYTES,
    ) -> Picture: ...

    def upscale(
        self,
        image: Any,
        size: tuple[int, int] | None = None,
        progress: Progress | None = None,
        max_pixels: int = MAX_PIXELS,
        max_bytes: int = MAX_BYTES,
    ) -> Any:
        """Enlarge a picture by ``scale``, or to ``size``.

        Args:
            image: A picture of any kind that `srcnn.upscale` takes.
            size: (height, width) of the result in place of ``scale``.
            progress: Called with the part that is done, 0 to 1.
            max_pixels: Most pixels of the picture and of the result.
            max_bytes: Most bytes of a file.

        Returns:
            The larger picture, of the same kind, depth and channels; an array for a file.

        Raises:
            SrcnnError: For everything that cannot be enlarged.
        """
        most = positive(max_pixels, "max_pixels")
        if size is not None:
            size = (positive(size[0], "size"), positive(size[1], "size"))

        def enlarged(pixels: NDArray[Any]) -> NDArray[Any]:
            check_image(pixels)
            old = (pixels.shape[0], pixels.shape[1])
            new = size or enlarged_size(*old, self.scale)
            check_size([new], most, "the picture")
            out = np.empty((*new, *pixels.shape[2:]), pixels.dtype)
            done = 0
            for strip in self.strips([pixels], old, new, progress):
                out[done : done + len(strip)] = strip
                done += len(strip)
            return out

        return through(image, enlarged, most, positive(max_bytes, "max_bytes"))

    def strips(
        self,
        strips: Iterable[NDArray[Any]],
        old: tuple[int, int],
        size: tuple[int, int],
        progress: Progress | None = None,
    ) -> Generator[NDArray[Any], None, None]:
        """A picture that need not fit into memory: see `srcnn.engine.pipeline.enlarge`."""
        return enlarge(self.model, strips, old, size, self.tile, self.threads, progress)


def load(
    model: str | None = None,
    scale: float = 3,
    engine: str | Engine = "auto",
    precision: str = "auto",
    tile: int | str = "auto",
    threads: int | None = None,
    device: str = "auto",
    tta: bool = False,
) -> Upscaler:
    """Open a shipped network by name, a weights file, or ``bicubic``; ``None`` is the best for the scale.

    Of a shipped name the network trained for the nearest scale is taken, the larger on a tie. The other
    arguments are those of `srcnn.engine.options.engine_of`.
    """
    check_scale(scale)
    asked = engine_of(engine, precision, device, tile, threads, tta)
    resolved = asked.resolved()
    if model == BICUBIC:
        return Upscaler(Bicubic(), scale, asked)
    if model in (sparse_coding.NAME, anchored.NAME):
        why = "is there to be compared with, and does not upscale"
        raise ModelError(f"model '{model}'", why, "use srcnn evaluate, compare or bench")
    trained = nearest_scale(scale)
    name = model or default(trained)
    path = find(name, trained, (BICUBIC,))
    if path.suffix != ".onnx":
        raise ModelError(
            name, "only ONNX weights files can upscale", "srcnn export makes one: -o F.onnx"
        )
    graph = read_bytes(path)
    card = read_card(graph, name)
    if is_file_name(name) and card.scale and nearest_scale(scale, card.scale) != card.scale:
        raise ModelError(name, f"was trained for x{card.scale}, not for x{scale:g}")
    backend = _open(graph, card, name, asked)
    _log.info("%s x%d, %s %s", card.name, card.scale, resolved.name, resolved.precision)
    network = Network(name, backend, grid_of(card), card.color)
    return Upscaler(SelfEnsemble(network) if resolved.ensemble else network, scale, asked)


def _open(graph: bytes, card: Card, name: str, engine: Engine) -> Session:
    """A network that has made a pixel; `ModelError` when it cannot, or when the pixel is no number."""
    grid = grid_of(card)
    try:
        backend = Session(graph, engine)
        pixel = backend.run(
            np.full((1, card.channels, *[grid.padded(grid.factor)] * 2), 0.5, np.float32)
        )
    except SrcnnError:
        raise
    except Exception as error:  # the engines' exceptions share no base
        raise ModelError(name, f"cannot be run ({error})") from None
    if pixel.shape != (1, card.channels, grid.factor, grid.factor) or not np.isfinite(pixel).all():
        raise ModelError(name, "does not give a number for each pixel", "the file is damaged")
    return backend


def nearest_scale(scale: float, *more: int) -> int:
    """The trained scale nearest to ``scale``, the larger on a tie."""
    return min({*SCALES, *more}, key=lambda trained: (abs(trained - scale), -trained))


def check_scale(scale: float) -> None:
    """`UsageError` unless ``scale`` enlarges, and to a size that can be counted."""
    if not isinstance(scale, int | float):
        raise UsageError(f"scale {scale!r}", "is no number")
    if not scale > 1:  # so that NaN is refused too
        raise UsageError(f"scale {scale:g}", "is not above 1", "srcnn only enlarges")
    if scale > _LARGEST_SCALE:
        raise UsageError(f"scale {scale:g}", f"is above {_LARGEST_SCALE:g}")


def enlarged_size(height: int, width: int, scale: float) -> tuple[int, int]:
    """(height, width) of the picture enlarged by ``scale``: floor(side * scale + 0.5)."""
    return math.floor(height * scale + 0.5), math.floor(width * scale + 0.5)


def check_size(sizes: Sequence[tuple[int, int]], max_pixels: int, what: object) -> None:
    """`LimitError` when pictures of ``sizes`` = (height, width) together exceed ``max_pixels``."""
    if sum(height * width for height, width in sizes) > max_pixels:
        pages = f"{len(sizes)} pages of " if len(sizes) > 1 else ""
        raise LimitError(
            what,
            f"would become {pages}{sizes[0][1]} x {sizes[0][0]} pixels, "
            f"over the limit of {max_pixels}",
            "raise it with {option}",
            "max_pixels",
        )


def check_image(image: NDArray[Any]) -> None:
    """`UsageError` for an array that is no picture."""
    channels = 1 if image.ndim == 2 else image.shape[2] if image.ndim == 3 else 0
    if channels not in (1, 2, 3, 4) or (image.ndim == 3 and channels == 1) or 0 in image.shape:
        raise UsageError(
            f"array of shape {image.shape}", "is no picture", "use (H, W) or (H, W, C), C = 1 to 4"
        )
    peak(image.dtype)

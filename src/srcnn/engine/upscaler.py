"""An image's road: the only place that knows every step of it.

::

    pixels -> float -> rgb_to_ycbcr -> imresize -> Y: pad, network in tiles -> ycbcr_to_rgb -> quantize
                                                -> Cb, Cr, alpha: bicubic is enough
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.baselines.bicubic import Bicubic
from srcnn.engine.backend import open_backend, resolve
from srcnn.engine.network import Enhancer, Network
from srcnn.errors import LimitError, ModelError, UsageError
from srcnn.images.color import rgb_to_ycbcr, ycbcr_to_rgb
from srcnn.images.depth import peak, quantize, to_float
from srcnn.images.resize import imresize_rows
from srcnn.weights.store import default, find, is_file_name, read_card

SCALES = (2, 3, 4)
"""The scales that networks are trained for."""
_STRIP = 256
_log = logging.getLogger(__name__)

Progress = Callable[[float], None]


class Upscaler:
    """A model ready to run. `upscale` is safe from several threads."""

    def __init__(self, model: Enhancer, scale: float, engine: str, precision: str) -> None:
        self.model = model
        self.scale = scale
        """The scale that was asked for; the network may be trained for a near one."""
        self.engine = engine
        self.precision = precision

    def upscale(
        self,
        image: NDArray[Any],
        size: tuple[int, int] | None = None,
        progress: Progress | None = None,
    ) -> NDArray[Any]:
        """Enlarge by ``scale``, or to ``size`` = (height, width); shape and dtype as they came.

        ``image``: H x W (gray), H x W x 2 (gray, alpha), H x W x 3 (RGB) or H x W x 4 (RGB, alpha);
        uint8, uint16, or floats in [0, 1]. ``progress`` is told the part that is done, 0 to 1.
        """
        channels = check_image(image)
        height, width = size or enlarged_size(image.shape[0], image.shape[1], self.scale)
        low = to_float(image).reshape(*image.shape[:2], channels)
        if channels >= 3:
            low = np.concatenate([rgb_to_ycbcr(low[..., :3]), low[..., 3:]], axis=2)
        out = np.empty((height, width, channels), image.dtype)
        for top in range(0, height, _STRIP):
            bottom = min(top + _STRIP, height)
            out[top:bottom] = quantize(self._rows(low, (height, width), top, bottom), image.dtype)
            if progress is not None:
                progress(bottom / height)
        return out if image.ndim == 3 else out[..., 0]

    def _rows(
        self, low: NDArray[Any], size: tuple[int, int], top: int, bottom: int
    ) -> NDArray[np.float32]:
        """Output rows ``top`` to ``bottom``: H x W x C floats, not clamped."""
        r = self.model.radius
        first, last = max(top - r, 0), min(bottom + r, size[0])
        enlarged = imresize_rows(low, size, first, last).astype(np.float32)
        missing = (r - (top - first), r - (last - bottom))
        padded = np.pad(enlarged[..., 0], (missing, (r, r)), mode="edge")
        rows = enlarged[top - first : len(enlarged) - (last - bottom)]
        rows[..., 0] = self.model.enhance(padded)
        if rows.shape[2] >= 3:
            rows[..., :3] = ycbcr_to_rgb(rows[..., :3])
        return rows


def load(
    model: str | None = None,
    scale: float = 3,
    engine: str = "auto",
    precision: str = "auto",
    tile: int | str = "auto",
    threads: int | None = None,
) -> Upscaler:
    """Open a shipped network by name, a weights file, or ``bicubic``; ``None`` is the best for the scale.

    Of a shipped name the network trained for the nearest scale is taken, the larger on a tie.
    """
    check_scale(scale)
    engine, precision = resolve(engine, precision)
    if tile != "auto" and (not isinstance(tile, int) or tile < 1):
        raise UsageError(f"tile {tile}", "is neither auto nor a number of pixels")
    if threads is not None and threads < 1:
        raise UsageError(f"threads {threads}", "is not positive")
    if model == BICUBIC:
        return Upscaler(Bicubic(), scale, engine, precision)
    trained = nearest_scale(scale)
    name = model or default(trained)
    path = find(name, trained)
    if path.suffix != ".onnx":
        raise ModelError(name, "only ONNX weights files can upscale")
    graph = path.read_bytes()
    card = read_card(graph, name)
    if is_file_name(name) and nearest_scale(scale, card.scale) != card.scale:
        raise ModelError(name, f"was trained for x{card.scale}, not for x{scale:g}")
    if card.channels != 1:
        raise ModelError(name, "works on colour channels together; only luma networks can upscale")
    backend = open_backend(graph, engine, precision, threads)
    _log.info("%s x%d, %s %s", card.name, card.scale, engine, precision)
    size = None if tile == "auto" else int(tile)
    return Upscaler(Network(name, backend, card.radius, size), scale, engine, precision)


def nearest_scale(scale: float, *more: int) -> int:
    """The trained scale nearest to ``scale``, the larger on a tie."""
    return min({*SCALES, *more}, key=lambda trained: (abs(trained - scale), -trained))


def check_scale(scale: float) -> None:
    """`UsageError` unless ``scale`` enlarges."""
    if not math.isfinite(scale) or scale <= 1:
        raise UsageError(f"scale {scale:g}", "is not above 1", "srcnn only enlarges")


def enlarged_size(height: int, width: int, scale: float) -> tuple[int, int]:
    """(height, width) of the picture enlarged by ``scale``: floor(side * scale + 0.5)."""
    return math.floor(height * scale + 0.5), math.floor(width * scale + 0.5)


def check_size(size: tuple[int, int], max_pixels: int, what: object) -> None:
    """`LimitError` when a picture of ``size`` has more than ``max_pixels``."""
    if size[0] * size[1] > max_pixels:
        raise LimitError(
            what,
            f"would become {size[1]} x {size[0]} pixels, over the limit of {max_pixels}",
            "raise it with --max-pixels",
        )


def check_image(image: NDArray[Any]) -> int:
    """The number of channels; `UsageError` for an array that is no picture."""
    channels = 1 if image.ndim == 2 else image.shape[2] if image.ndim == 3 else 0
    if channels not in (1, 2, 3, 4) or (image.ndim == 3 and channels == 1) or 0 in image.shape:
        raise UsageError(
            f"array of shape {image.shape}", "is no picture", "use H x W or H x W x 2, 3 or 4"
        )
    peak(image.dtype)
    return channels

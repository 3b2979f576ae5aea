"""The Python interface: one call that upscales, one that judges."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from srcnn._optional import need
from srcnn.engine.upscaler import Upscaler, check_size, enlarged_size
from srcnn.engine.upscaler import load as _load
from srcnn.errors import UsageError
from srcnn.images.io import MAX_PIXELS, open_picture


def load(name_or_file: str | Path | None = None, scale: float = 3, **options: Any) -> Upscaler:
    """An `Upscaler` that keeps its network open; options as those of `upscale`."""
    return _load(None if name_or_file is None else str(name_or_file), scale, **options)


def upscale(
    image: Any,
    scale: float = 3,
    model: str | Path | None = None,
    engine: str = "auto",
    precision: str = "auto",
    tile: int | str = "auto",
    threads: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Any:
    """Enlarge a picture by ``scale`` with the best network, or with ``model`` (a name or a file).

    ``image`` is a path or the bytes of a file (a numpy array comes back), a numpy array (H x W,
    H x W x 3 or H x W x 4; uint8, uint16, or float in [0, 1]) or a PIL image: the same kind, depth and
    channels come back. Raises `srcnn.SrcnnError`.
    """
    upscaler = load(model, scale, engine=engine, precision=precision, tile=tile, threads=threads)
    if isinstance(image, str | Path | bytes):
        pixels = open_picture(image, max_pixels).read()
    elif isinstance(image, np.ndarray):
        pixels = image
    elif hasattr(image, "getbands"):
        return _upscale_pil(image, upscaler, max_pixels)
    else:
        raise UsageError(type(image).__name__, "is no path, bytes, numpy array or PIL image")
    if pixels.ndim >= 2:
        check_size(
            enlarged_size(pixels.shape[0], pixels.shape[1], scale), max_pixels, "the picture"
        )
    return upscaler.upscale(pixels)


def _upscale_pil(image: Any, upscaler: Upscaler, max_pixels: int) -> Any:
    from PIL import Image

    through = {"P": "RGBA" if image.has_transparency_data else "RGB", "1": "L"}
    if image.mode in through:
        image = image.convert(through[image.mode])
    if image.mode not in ("L", "LA", "RGB", "RGBA", "I;16"):
        raise UsageError(f"PIL mode {image.mode}", "is not supported", "convert it to RGB")
    check_size(enlarged_size(image.height, image.width, upscaler.scale), max_pixels, "the picture")
    return Image.fromarray(upscaler.upscale(np.asarray(image)))


def evaluate(
    datasets: str | Path | Sequence[str | Path],
    models: str | Path | Sequence[str | Path] = (),
    scales: int | Sequence[int] = 3,
    protocol: str = "paper",
    metrics: Sequence[str] = ("psnr", "ssim"),
    data_root: Path | None = None,
) -> dict[str, Any]:
    """Score models on data sets (names or folders) and return the report, bicubic always in it.

    The report is the JSON of ``srcnn evaluate``. Needs the extra ``train``. Raises `srcnn.SrcnnError`.
    """
    need("train", "srcnn.evaluate")
    from srcnn.evaluation.report import make_report

    return make_report(
        [str(name) for name in _several(datasets)],
        [str(model) for model in _several(models)],
        [int(scale) for scale in _several(scales)],
        protocol,
        metrics,
        data_root,
    )


def _several(value: Any) -> list[Any]:
    return [value] if isinstance(value, str | Path | int) else list(value)

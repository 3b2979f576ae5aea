"""The Python interface: one call that upscales, one that judges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srcnn._optional import need
from srcnn.engine.upscaler import Upscaler
from srcnn.engine.upscaler import load as _load
from srcnn.errors import UsageError
from srcnn.images.io import MAX_BYTES, MAX_PIXELS

if TYPE_CHECKING:
    from srcnn.evaluation.documents import ReportDocument


def load(name_or_file: str | Path | None = None, scale: float = 3, **options: Any) -> Upscaler:
    """An `Upscaler` that keeps its network open.

    ``options``: ``engine``, ``precision``, ``tile`` and ``threads`` as in `upscale`.
    """
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
    max_bytes: int = MAX_BYTES,
) -> Any:
    """Enlarge a picture by ``scale`` with the best network, or with ``model`` (a name or a file).

    ``image`` is a path or the bytes of a file (a numpy array comes back), a numpy array (H x W,
    H x W x 3 or H x W x 4; uint8, uint16, or float in [0, 1]) or a PIL image: the same kind, depth and
    channels come back. ``max_pixels`` limits what comes in and what goes out, ``max_bytes`` a file or its
    bytes. Raises `srcnn.SrcnnError`.
    """
    upscaler = load(model, scale, engine=engine, precision=precision, tile=tile, threads=threads)
    return upscaler.upscale(image, max_pixels=max_pixels, max_bytes=max_bytes)


def evaluate(
    datasets: str | Path | Sequence[str | Path],
    models: str | Path | Sequence[str | Path] | None = None,
    scales: int | Sequence[int] = 3,
    protocol: str = "paper",
    metrics: str | Sequence[str] = ("psnr", "ssim"),
    data_root: str | Path | None = None,
) -> ReportDocument:
    """Score models on data sets, bicubic always among them. Needs the extra ``train``.

    Args:
        datasets: A catalog name or a folder of high-resolution pictures, or several.
        models: A model name or a weights file, or several; ``None`` is the best shipped network, and
            an empty list leaves bicubic alone.
        scales: A scale of 2 or more, or several.
        protocol: Name of a protocol.
        metrics: Name of a metric, or several.
        data_root: Where named data sets lie; ``None`` is ``$SRCNN_DATA``, else the cache.

    Returns:
        The JSON document of ``srcnn evaluate``. The PSNR of two equal pictures is ``None``.

    Raises:
        SrcnnError: If the request is wrong, or data or a model cannot be used.
    """
    need("train", "srcnn.evaluate")
    from srcnn.evaluation.report import Request, make_report

    request = Request(
        datasets=[str(name) for name in _several(datasets)],
        models=None if models is None else [str(model) for model in _several(models)],
        scales=[_whole(scale) for scale in _several(scales)],
        protocol=protocol,
        metrics=_several(metrics),
    )
    return make_report(request, data_root).to_document()


def _several(value: Any) -> list[Any]:
    several = isinstance(value, Iterable) and not isinstance(value, str | Path)
    return list(value) if several else [value]


def _whole(scale: Any) -> int:
    try:
        return index(scale)
    except TypeError:
        raise UsageError(f"scale {scale!r}", "is no whole number") from None

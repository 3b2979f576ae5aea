"""The Python interface: one call that upscales, one that judges."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from operator import index
from pathlib import Path
from typing import Any

from srcnn._optional import need
from srcnn.engine.options import Engine, engine_of
from srcnn.engine.upscaler import Upscaler
from srcnn.engine.upscaler import load as _load
from srcnn.errors import UsageError
from srcnn.images.io import MAX_BYTES, MAX_PIXELS


def load(
    name_or_file: str | Path | None = None,
    scale: float = 3,
    engine: str | Engine = "auto",
    precision: str = "auto",
    tile: int | str = "auto",
    threads: int | None = None,
    device: str = "auto",
    tta: bool = False,
) -> Upscaler:
    """Open a model and keep it open.

    Args:
        name_or_file: A shipped model, an ONNX weights file or ``"bicubic"``; None is the best
            shipped model for the scale.
        scale: Enlargement, above 1.
        engine: `srcnn.Engine`, which says everything about how the network is run, or the name of
            one, with the arguments below.
        precision: As `srcnn.Engine.precision`.
        tile: As `srcnn.Engine.tile`.
        threads: As `srcnn.Engine.threads`.
        device: As `srcnn.Engine.device`.
        tta: As `srcnn.Engine.ensemble`.

    Returns:
        An `Upscaler`, which is safe to use from several threads, and can be pickled.

    Raises:
        SrcnnError: If an argument is wrong, or the model cannot be used.
    """
    model = None if name_or_file is None else str(name_or_file)
    return _load(model, scale, engine_of(engine, precision, device, tile, threads, tta))


def upscale(
    image: Any,
    scale: float = 3,
    model: str | Path | None = None,
    engine: str | Engine = "auto",
    precision: str = "auto",
    tile: int | str = "auto",
    threads: int | None = None,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
    device: str = "auto",
    tta: bool = False,
) -> Any:
    """Enlarge an image by ``scale`` with the best network, or with ``model``.

    Args:
        image: A path or the bytes of a file; an array (H, W), (H, W, 3) or (H, W, 4) of uint8,
            uint16 or floats in [0, 1]; or a PIL image.
        scale: Enlargement, above 1.
        model: As ``name_or_file`` of `load`.
        engine: As in `load`.
        precision: As `srcnn.Engine.precision`.
        tile: As `srcnn.Engine.tile`.
        threads: As `srcnn.Engine.threads`.
        max_pixels: Limit for the pixels of the image and of the result.
        max_bytes: Limit for a file or its bytes.
        device: As `srcnn.Engine.device`.
        tta: As `srcnn.Engine.ensemble`.

    Returns:
        The kind, depth and channels of ``image``; an array for a path or bytes.

    Raises:
        SrcnnError: If an argument is wrong, or the image cannot be read.
    """
    asked = engine_of(engine, precision, device, tile, threads, tta)
    return load(model, scale, asked).upscale(image, max_pixels=max_pixels, max_bytes=max_bytes)


def evaluate(
    datasets: str | Path | Sequence[str | Path],
    models: str | Path | Sequence[str | Path] | None = None,
    scales: int | Sequence[int] = 3,
    protocol: str = "paper",
    metrics: str | Sequence[str] = ("psnr", "ssim"),
    data_root: str | Path | None = None,
    engine: str | Engine = "auto",
    precision: str = "auto",
    device: str = "auto",
    tta: bool = False,
) -> dict[str, Any]:
    """Score models on data sets, bicubic always among them. Needs the extra ``train``.

    Args:
        datasets: Names or folders of high-resolution images.
        models: Names or weights files; None is the best shipped network, an empty list is bicubic
            alone.
        scales: Whole scales.
        protocol: The name of a protocol.
        metrics: Names of metrics.
        data_root: Where named data sets lie.
        engine: As in `load`.
        precision: As `srcnn.Engine.precision`.
        device: As `srcnn.Engine.device`.
        tta: As `srcnn.Engine.ensemble`.

    Returns:
        The JSON document of ``srcnn evaluate``; the PSNR of two equal images is None.

    Raises:
        SrcnnError: If an argument is wrong, or nothing can be scored.
    """
    need("train", "srcnn.evaluate")
    from srcnn.evaluation.report import finite, make_report

    report = make_report(
        [str(name) for name in _several(datasets)],
        None if models is None else [str(model) for model in _several(models)],
        [_whole(scale) for scale in _several(scales)],
        protocol,
        _several(metrics),
        data_root,
        engine=engine_of(engine, precision, device, tta=tta),
    )
    read: dict[str, Any] = json.loads(json.dumps(finite(report)))
    return read


def _several(value: Any) -> list[Any]:
    several = isinstance(value, Iterable) and not isinstance(value, str | Path)
    return list(value) if several else [value]


def _whole(scale: Any) -> int:
    try:
        return index(scale)
    except TypeError:
        raise UsageError(f"scale {scale!r}", "is no whole number") from None

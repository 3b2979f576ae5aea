"""The Python interface: upscale a picture, convert a file, evaluate models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, overload

from numpy.typing import NDArray

from srcnn.engine.arguments import keywords_named, number, whole
from srcnn.engine.inputs import Picture
from srcnn.engine.options import Engine, engine_of
from srcnn.engine.upscaler import Upscaler
from srcnn.engine.upscaler import load as _load
from srcnn.errors import DestinationExists
from srcnn.images.io import MAX_BYTES, MAX_PIXELS
from srcnn.images.source import File

if TYPE_CHECKING:
    import PIL.Image

    from srcnn.conversion.conversion import Converted
    from srcnn.conversion.convert import Stop
    from srcnn.conversion.places import Writable
    from srcnn.engine.pipeline import Progress
    from srcnn.evaluation.documents import ReportDocument


@keywords_named
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
    asked = engine_of(engine, precision, device, tile, threads, tta)
    return _load(model, number(scale, "scale"), asked)


class Options(TypedDict, total=False):
    """The keywords of `upscale` beside those that are also taken by position."""

    precision: str
    tile: int | str
    threads: int | None
    max_pixels: int
    max_bytes: int
    device: str
    tta: bool


@overload
def upscale(
    image: File,
    scale: float = 3,
    model: str | Path | None = None,
    engine: str | Engine = "auto",
    **options: Unpack[Options],
) -> NDArray[Any]: ...


@overload
def upscale(
    image: Picture,
    scale: float = 3,
    model: str | Path | None = None,
    engine: str | Engine = "auto",
    **options: Unpack[Options],
) -> Picture: ...


@keywords_named
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
    """Enlarge a picture.

    Args:
        image: One of

            - a file: a path, its bytes, or a binary file object; its first page or frame is taken;
            - a numpy array: (H, W), (H, W, 1), (H, W, 2), (H, W, 3) or (H, W, 4), channels in the order
              gray, alpha or R, G, B, alpha; uint8, uint16 of any byte order, bool, or floats in [0, 1];
            - a torch tensor: (C, H, W) or (N, C, H, W), C = 1 to 4, floats in [0, 1];
            - a PIL image, with its orientation, EXIF, DPI, XMP and profile.
        scale: Enlargement, above 1.
        model: As ``name_or_file`` of `load`.
        engine: `srcnn.Engine`, which says everything about how the network is run, or the name of one:
            ``auto``, ``onnxruntime``, ``openvino``, ``ncnn`` or ``torch``, with the arguments below.
        precision: As `srcnn.Engine.precision`.
        tile: As `srcnn.Engine.tile`.
        threads: As `srcnn.Engine.threads`.
        max_pixels: Most pixels of the picture and of the result.
        max_bytes: Most bytes of a file.
        device: As `srcnn.Engine.device`.
        tta: As `srcnn.Engine.ensemble`.

    Returns:
        The larger picture, of the same kind, depth and channels; an array for a file.

    Raises:
        SrcnnError: For everything that went wrong.
    """
    asked = engine_of(engine, precision, device, tile, threads, tta)
    return load(model, scale, asked).upscale(image, max_pixels=max_pixels, max_bytes=max_bytes)


@keywords_named
def upscale_file(
    source: File | PIL.Image.Image,
    destination: Writable,
    scale: float | None = None,
    model: str | Path | None = None,
    *,
    width: int | None = None,
    height: int | None = None,
    max_edge: int | None = None,
    format: str | None = None,
    quality: int | None = None,
    if_larger: str = "error",
    overwrite: bool = False,
    mark: bool = True,
    engine: str | Engine = "auto",
    precision: str = "auto",
    tile: int | str = "auto",
    threads: int | None = None,
    device: str = "auto",
    tta: bool = False,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Converted:
    """Enlarge a picture file into another and keep all that ``srcnn upscale`` keeps.

    Pages, frames, metadata, color profile, depth and channels are the source's; docs/formats.md lists
    what each format holds.

    Args:
        source: Path, bytes, a binary file object to read from, or a PIL image.
        destination: Path, which is written atomically, or a binary file object to write to.
        scale: Enlargement, above 1; 3 if no size is given.
        model: Name of a shipped network or a weights file; ``None`` is the default network.
        width: Width of the result, in pixels, in place of ``scale``.
        height: Height of the result; with ``width`` it fits inside both.
        max_edge: Longer side of the result.
        format: Format of the result, such as ``"webp"``; ``None`` is what the destination's suffix
            says, or for a file object the source's format.
        quality: 1 to 100, of JPEG, WebP and AVIF.
        if_larger: What to do with a picture that already fills the width, height or edge: ``error``,
            ``skip`` it and write nothing, or ``reduce`` it by bicubic interpolation.
        overwrite: Whether to replace a destination that exists.
        mark: Whether the result says, in its XMP, that srcnn made it, and with which weights.
        engine: As in `upscale`.
        precision: As in `upscale`.
        tile: As in `upscale`.
        threads: As in `upscale`.
        device: As in `upscale`.
        tta: As in `upscale`.
        max_pixels: Most pixels of the source and of the result, all pages together.
        max_bytes: Most bytes of the source.
        progress: Called with the part that is done, 0 to 1.
        stop: Ends the work soon after ``stop.is_set()``; a ``threading.Event`` is one.

    Returns:
        What was done: size, scale, network, warnings, seconds.

    Raises:
        SrcnnError: For everything that went wrong; nothing is written then.
    """
    from srcnn.conversion.conversion import Conversion, Limits
    from srcnn.conversion.convert import convert
    from srcnn.conversion.places import Target
    from srcnn.conversion.pool import UpscalerPool
    from srcnn.conversion.size import IfLarger, TargetSize
    from srcnn.images.formats import format_of_name

    target = Target.of(destination)
    fmt = None if format is None else format_of_name(format)
    if isinstance(target.place, Path):
        if fmt is None:
            fmt = format_of_name(target.place.name)
        if target.exists and not overwrite:
            raise DestinationExists(
                target.name, "exists already", "pass {option}True to replace it", "overwrite"
            )
    size = TargetSize(scale, width, height, max_edge)
    conversion = Conversion(
        size, fmt, quality, Limits(max_pixels, max_bytes), IfLarger.of(if_larger), mark=bool(mark)
    )
    how = engine_of(engine, precision, device, tile, threads, tta)
    pool = UpscalerPool(lambda at: load(model, at, how))
    return convert(source, target, pool, conversion, progress, stop)


@keywords_named
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
) -> ReportDocument:
    """Score models on data sets, bicubic always among them. Needs the extra ``train``.

    Args:
        datasets: Names or folders of high-resolution images.
        models: Names or weights files; None is the default network, an empty list is bicubic
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
    from srcnn.evaluation.report import Request, make_report

    request = Request(
        datasets=[str(name) for name in _several(datasets)],
        models=None if models is None else [str(model) for model in _several(models)],
        scales=[whole(scale, "scale") for scale in _several(scales)],
        protocol=protocol,
        metrics=_several(metrics),
        engine=engine_of(engine, precision, device, tta=tta),
    )
    return make_report(request, data_root).to_document()


def _several(value: Any) -> list[Any]:
    several = isinstance(value, Iterable) and not isinstance(value, str | Path)
    return list(value) if several else [value]

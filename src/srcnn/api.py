"""The Python interface: upscale an image, convert a file, evaluate models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, overload

from numpy.typing import NDArray

from srcnn.engine.arguments import keywords_named, number, whole
from srcnn.engine.inputs import Picture
from srcnn.engine.options import Engine, engine_of
from srcnn.engine.upscaler import Upscaler
from srcnn.engine.upscaler import load as _load
from srcnn.errors import DestinationExists, UsageError
from srcnn.images.io import MAX_BYTES, MAX_PIXELS
from srcnn.images.source import File

if TYPE_CHECKING:
    import PIL.Image

    from srcnn.conversion.conversion import Converted
    from srcnn.conversion.convert import Stop
    from srcnn.conversion.places import Writable
    from srcnn.engine.pipeline import Progress
    from srcnn.evaluation.documents import ReportDocument

Model = str | Path | Callable[..., Any]
"""What `evaluate` scores: a model name, a weights file, a function or a torch module."""


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
    """Load a model and return an upscaler for it.

    Args:
        name_or_file: A shipped model, an ONNX file or ``"bicubic"``. None, like ``"auto"``, chooses
            for each image between the default model and its ``@photo``, if that is shipped; name
            one for the frames of a film.
        scale: Enlargement factor, above 1.
        engine: An `srcnn.Engine`, or the name of an engine, combined with the arguments below.
        precision: See `srcnn.Engine.precision`.
        tile: See `srcnn.Engine.tile`.
        threads: See `srcnn.Engine.threads`.
        device: See `srcnn.Engine.device`.
        tta: See `srcnn.Engine.ensemble`.

    Returns:
        An `Upscaler`. It is thread-safe and can be pickled.

    Raises:
        SrcnnError: If an argument is invalid or the model cannot be used.
    """
    model = None if name_or_file is None else str(name_or_file)
    asked = engine_of(engine, precision, device, tile, threads, tta)
    return _load(model, number(scale, "scale"), asked)


class Options(TypedDict, total=False):
    """Keyword arguments of `upscale` that its overloads share."""

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
    """Enlarge an image.

    Args:
        image: A file (path, bytes or binary file object; first page or frame), a NumPy array ((H,
            W) or (H, W, C): gray, alpha or R, G, B, alpha; uint8, uint16, bool or floats in [0,
            1]), a torch tensor ((C, H, W) or (N, C, H, W), floats in [0, 1]), or a PIL image with
            metadata.
        scale: Enlargement factor, above 1.
        model: See ``name_or_file`` of `load`.
        engine: See `load`. Names are ``auto``, ``onnxruntime``, ``openvino``, ``ncnn`` and
            ``torch``.
        precision: See `srcnn.Engine.precision`.
        tile: See `srcnn.Engine.tile`.
        threads: See `srcnn.Engine.threads`.
        device: See `srcnn.Engine.device`.
        tta: See `srcnn.Engine.ensemble`.
        max_pixels: Largest number of pixels of the image and of the result.
        max_bytes: Largest size of a file, in bytes.

    Returns:
        The enlarged image, with the type, depth and channels of the input; an array for a file.

    Raises:
        SrcnnError: If an argument is invalid, or the image or the model cannot be used.
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
    """Enlarge an image file, keeping pages, frames, metadata, color profile, depth and channels.

    Args:
        source: A path, bytes, a binary file object to read from, or a PIL image.
        destination: A path, which is written atomically, or a binary file object to write to.
        scale: Enlargement factor, above 1. The default is 3 if no size is given.
        model: See ``name_or_file`` of `load`; all pages and frames get the same network.
        width: Width of the result in pixels, instead of ``scale``.
        height: Height of the result in pixels. With ``width``, the result fits inside both.
        max_edge: Longer side of the result in pixels.
        format: Format such as ``"webp"`` (docs/formats.md). None is that of the suffix or the
            source.
        quality: Quality of JPEG, WebP and AVIF, 1 to 100.
        if_larger: ``error``, ``skip`` or ``reduce`` (by bicubic) an image that already has this
            size.
        overwrite: Whether to replace an existing destination.
        mark: Whether the XMP of the result records that srcnn made it, and with which weights.
        engine: See `upscale`.
        precision: See `upscale`.
        tile: See `upscale`.
        threads: See `upscale`.
        device: See `upscale`.
        tta: See `upscale`.
        max_pixels: Largest number of pixels of the source and of the result, over all pages.
        max_bytes: Largest size of the source, in bytes.
        progress: Called with the completed fraction, 0 to 1.
        stop: An object such as ``threading.Event``. Work ends soon after ``stop.is_set()`` is true.

    Returns:
        The size, scale, network, warnings and time of the conversion.

    Raises:
        SrcnnError: If anything fails; nothing is written then.
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
                target.name, "already exists", "pass {option}True to replace it", "overwrite"
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
    datasets: str | Path | Sequence[str | Path] = (),
    models: Model | Sequence[Model] | None = None,
    scales: int | Sequence[int] = 3,
    protocol: str | Sequence[str] = "paper",
    metrics: str | Sequence[str] | None = None,
    data_root: str | Path | None = None,
    engine: str | Engine = "auto",
    precision: str = "auto",
    device: str = "auto",
    tta: bool = False,
    *,
    color: str | None = None,
    dtype: str = "uint8",
    pictures: str | Path | Sequence[str | Path] = (),
    hr: str | Path | None = None,
    lr: str | Path | None = None,
) -> ReportDocument:
    """Score models on data sets. Bicubic is always included. Needs the extra ``train``.

    Functions map (h, w, 3) pixels, or by ``color`` (h, w), and ``scale`` if they take it, to s
    times that size, as uint8, uint16 or floats in [0, 1]. Torch modules map (1, C, h, w) float32
    around [0, 1], or that enlarged by bicubic if they do not enlarge, to (1, C, s * h, s * w).

    Args:
        datasets: Names or folders of high-resolution images.
        models: Names, files, functions, modules. None: the default one if no ``pictures``.
        scales: Integer scales.
        protocol: Name of a protocol, or several names; ``photo`` is one for each degradation.
        metrics: Names of metrics. None is psnr and ssim, by ``photo`` haarpsi too.
        data_root: Folder that holds the named data sets.
        engine: See `load`; applies to names and files.
        precision: See `load`.
        device: See `load`.
        tta: See `load`.
        color: What functions and modules take and return: ``"RGB"``, ``"YCbCr"``, or ``"Y"``, the
            scored channel. None is RGB, or Y if a module's first filters take one channel.
        dtype: What functions take: ``"uint8"``, or ``"float32"``, which ``paper`` does not round.
        pictures: Folders of upscaled images, such as ``baby_x3.png``, to score like models.
        hr: A folder of high-resolution images, in addition to ``datasets`` or instead of them.
        lr: Their low-resolution files, or a folder that has a subfolder for each scale (``X3``).

    Returns:
        The JSON document of ``srcnn evaluate``. The PSNR of two equal images is None.

    Raises:
        SrcnnError: If an argument is invalid, or nothing can be scored.
    """
    from srcnn.evaluation.functions import model_of
    from srcnn.evaluation.report import make_report
    from srcnn.evaluation.request import GivenFolders, Request

    if lr is not None and hr is None:
        raise UsageError("lr", "needs the high-resolution images", "give them with hr=")
    request = Request(
        datasets=[str(name) for name in _several(datasets)],
        models=None
        if models is None
        else [model_of(each, color, dtype) for each in _several(models)],
        scales=[whole(scale, "scale") for scale in _several(scales)],
        protocol=protocol,
        metrics=None if metrics is None else _several(metrics),
        engine=engine_of(engine, precision, device, tta=tta),
        pictures=[Path(folder) for folder in _several(pictures)],
        given=None if hr is None else GivenFolders(Path(hr), None if lr is None else Path(lr)),
    )
    return make_report(request, data_root).to_document()


def _several(value: Any) -> list[Any]:
    several = isinstance(value, Iterable) and not isinstance(value, str | Path)
    return list(value) if several and not callable(value) else [value]  # Sequential is callable

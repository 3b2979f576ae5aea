"""The Python interface: upscale a picture, convert a file, evaluate models."""

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
"""What `evaluate` scores: a name, a weights file, a function or a torch module."""


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
        precision, tile, threads, device: As those of `srcnn.Engine`.
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
        precision, tile, threads, device: As those of `srcnn.Engine`.
        tta: As `srcnn.Engine.ensemble`.
        max_pixels: Most pixels of the picture and of the result.
        max_bytes: Most bytes of a file.

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
        engine, precision, tile, threads, device, tta: As in `upscale`.
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
    datasets: str | Path | Sequence[str | Path] = (),
    models: Model | Sequence[Model] | None = None,
    scales: int | Sequence[int] = 3,
    protocol: str | Sequence[str] = "paper",
    metrics: str | Sequence[str] = ("psnr", "ssim"),
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
    """Score models on data sets, bicubic always among them. Needs the extra ``train``.

    Args:
        datasets: Names or folders of high-resolution images.
        models: One or several of

            - names or weights files;
            - functions of a low-resolution picture, (h, w, 3) or by ``color`` (h, w), and of ``scale``
              if they have a parameter of that name. They return the large one, (s * h, s * w, 3) or
              (s * h, s * w), as uint8, uint16, or floats in [0, 1];
            - torch modules of (1, C, h, w) float32 around [0, 1] to (1, C, s * h, s * w). One that
              does not enlarge is given the picture enlarged by bicubic, as SRCNN is.

            None is the default network, unless there are ``pictures``; an empty list is bicubic alone.
        scales: Whole scales.
        protocol: The name of a protocol, or several.
        metrics: Names of metrics.
        data_root: Where named data sets lie.
        engine, precision, device, tta: As in `load`, for names and files.
        color: What functions and modules are given and return: ``"RGB"``; ``"Y"``, the one channel
            that the protocol scores (Y of 16 to 235 by ``paper``); or ``"YCbCr"``. None is RGB, and
            for a module whose first filters take one channel Y.
        dtype: What functions are given: ``"uint8"``, as a file holds it, or ``"float32"`` around
            [0, 1], which ``paper`` does not round.
        pictures: Folders of enlarged pictures to score like models, such as ``baby_x3.png``.
        hr: A folder of high-resolution pictures, beside ``datasets`` or in their place.
        lr: Their low-resolution files, or a folder of them for each scale (``X3``).

    Returns:
        The JSON document of ``srcnn evaluate``; the PSNR of two equal images is None.

    Raises:
        SrcnnError: If an argument is wrong, or nothing can be scored.
    """
    from srcnn.evaluation.functions import model_of
    from srcnn.evaluation.report import make_report
    from srcnn.evaluation.request import GivenFolders, Request

    if lr is not None and hr is None:
        raise UsageError("lr", "needs the pictures that it belongs to", "give them with hr=")
    request = Request(
        datasets=[str(name) for name in _several(datasets)],
        models=None
        if models is None
        else [model_of(each, color, dtype) for each in _several(models)],
        scales=[whole(scale, "scale") for scale in _several(scales)],
        protocol=protocol,
        metrics=_several(metrics),
        engine=engine_of(engine, precision, device, tta=tta),
        pictures=[Path(folder) for folder in _several(pictures)],
        given=None if hr is None else GivenFolders(Path(hr), None if lr is None else Path(lr)),
    )
    return make_report(request, data_root).to_document()


def _several(value: Any) -> list[Any]:
    # A torch.nn.Sequential can be iterated over, and is one model.
    several = isinstance(value, Iterable) and not isinstance(value, str | Path)
    return list(value) if several and not callable(value) else [value]

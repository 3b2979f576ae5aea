"""Reading pictures: a file becomes numpy arrays and its metadata.

`open_picture` looks at the header only, so limits are checked before a pixel is decoded; pixels then
come whole or in strips from top to bottom. libvips does the work, and Pillow for BMP and PPM.
"""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from srcnn.errors import InputError, LimitError
from srcnn.images.container import check_parts, kind_of_jpeg
from srcnn.images.formats import FORMATS, Format, format_of_bytes

# pyvips hands libvips's warnings to Python's log, and prints a traceback where one is no UTF-8.
pyvips._remove_log_handler()

MAX_PIXELS = 2**28
"""Default limit on the pixels of an input and of an output: 268 megapixels."""
MAX_BYTES = 2**30
"""Default limit on the bytes of an input."""

_GRAY = {"b-w", "grey16"}
_COLOUR = {"srgb", "rgb", "rgb16"}
_KEPT = ("icc-profile-data", "xmp-data", "iptc-data")
_KEPT_ALL = ("exif-", "png-comment-")
_NO_RESOLUTION = (1.0, 2.834, 72 / 25.4)
"""Pixels per millimetre that libvips gives to a file that says nothing."""


_LOST = "premature end|bad Huffman|bad arithmetic|instead of RST|Inconsistent progression"
"""What libjpeg warns of when it makes pixels up."""
_VIPS_ERRORS = (pyvips.Error, UnicodeDecodeError)
"""What pyvips raises; the second where libvips speaks of a file whose name is no UTF-8."""


@dataclass(frozen=True)
class Header:
    """What is known of a picture before its pixels; width and height are as it is displayed."""

    width: int
    height: int
    channels: int
    """1 gray, 2 gray and alpha, 3 RGB, 4 RGBA."""
    dtype: np.dtype[Any]
    """uint8 or uint16."""
    format: Format
    pages: int = 1
    """Pages or frames in the file; the first is the picture."""
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Profile, EXIF, XMP, PNG's texts, resolution and kind of JPEG; opaque, to be handed to `encode`."""

    @property
    def has_alpha(self) -> bool:
        return self.channels in (2, 4)

    def metadata_for(self, size: tuple[int, int]) -> dict[str, Any]:
        """The metadata for the picture enlarged to ``size`` = (height, width): printed, it is as large."""
        metadata = dict(self.metadata)
        if "resolution" in metadata:
            xres, yres = metadata["resolution"]
            metadata["resolution"] = (xres * size[1] / self.width, yres * size[0] / self.height)
        return metadata


class Picture:
    """An opened picture: ``header`` is read, pixels are decoded when `read` or `strips` is called."""

    def __init__(
        self,
        name: str,
        header: Header,
        image: Any,
        source: str | Path | bytes,
        forgiving: Callable[[], Any] | None = None,
    ) -> None:
        self.name = name
        self.header = header
        self._image = image
        self._forgiving = forgiving
        # libvips decodes out of this memory and does not keep it alive.
        self._source = source

    def read(self) -> NDArray[Any]:
        """All pixels: H x W for gray, H x W x C else; uint8 or uint16, RGB order, alpha last."""
        return next(self.strips(self.header.height))

    def strips(self, rows: int) -> Iterator[NDArray[Any]]:
        """Pixels in strips of ``rows`` (the last may be lower), top to bottom; once per picture."""
        header = self.header
        if header.format.library == "pillow":
            pixels = _pillow_pixels(self.name, self._image)
            for top in range(0, header.height, rows):
                yield pixels[top : top + rows]
            return
        try:
            pyvips.vips_lib.vips_error_clear()  # what earlier pictures were warned of
            region = pyvips.Region.new(self._image)
            for top in range(0, header.height, rows):
                height = min(rows, header.height - top)
                try:
                    data = region.fetch(0, top, header.width, height)
                except pyvips.Error as error:
                    if top > 0 or self._forgiving is None or re.search(_LOST, str(error)):
                        raise
                    region = pyvips.Region.new(self._forgiving())
                    data = region.fetch(0, top, header.width, height)
                strip = np.frombuffer(data, header.dtype)
                shape = (height, header.width, header.channels)
                yield strip.reshape(shape if header.channels > 1 else shape[:2])
        except _VIPS_ERRORS as error:
            raise InputError(self.name, _reason(error, header.format)) from None


def open_picture(
    source: str | Path | bytes,
    max_pixels: int = MAX_PIXELS,
    name: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> Picture:
    """Open a file, or the bytes of one, and read its header.

    Raises `InputError` for what is missing or no picture, `LimitError` over ``max_pixels`` or ``max_bytes``.
    """
    name = name or (f"{len(source)} bytes" if isinstance(source, bytes) else str(source))
    try:
        with _open(source, name) as file:
            check_bytes(file.seek(0, os.SEEK_END), max_bytes, name)
            file.seek(0)
            fmt = format_of_bytes(head := file.read(16))
            if fmt is None:
                known = ", ".join(FORMATS)
                why = "is not a picture of a known format" if head else "is empty"
                raise InputError(name, why, f"known are {known}")
            check_parts(file, fmt, name)
            jpeg = kind_of_jpeg(file, fmt) if fmt.name == "jpeg" else None
    except FileNotFoundError:
        raise InputError(name, "no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(name, f"cannot be read ({reason})") from None
    opened = (
        _open_pillow(name, source, fmt)
        if fmt.library == "pillow"
        else _open_vips(name, source, fmt, jpeg)
    )
    pixels = opened.header.width * opened.header.height
    if pixels > max_pixels:
        raise LimitError(
            name,
            f"has {pixels} pixels, over the limit of {max_pixels}",
            "raise it with --max-pixels",
        )
    return opened


def _open(source: str | Path | bytes, name: str) -> IO[bytes]:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    mode = Path(source).stat().st_mode
    # Opening a pipe would wait for its writer, and a device has no end.
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise InputError(name, "is a pipe, a socket or a device", "pipe pictures into: upscale -")
    return Path(source).open("rb")


def check_bytes(size: int, max_bytes: int, name: str) -> None:
    """`LimitError` for an input of ``size`` bytes when that is over ``max_bytes``."""
    if size > max_bytes:
        raise LimitError(
            name, f"has over {max_bytes} bytes, the limit", "raise it with --max-bytes"
        )


def _open_vips(
    name: str, source: str | Path | bytes, fmt: Format, jpeg: tuple[int, bool] | None
) -> Picture:

    def load(fail_on: str) -> Any:
        image = _load_vips(source, fmt, access="sequential", fail_on=fail_on)
        if image.get_typeof("orientation") and image.get("orientation") > 1:
            # Turning needs all pixels at once: libvips keeps over 100 MB of them in a temporary file.
            # Still none is decoded before the first is asked for.
            image = _load_vips(source, fmt, fail_on=fail_on).autorot()
        return image

    try:
        # libjpeg only warns when pixels are missing, but of harmless oddities too.
        image = load("error" if jpeg is None else "warning")
    except _VIPS_ERRORS as error:
        raise InputError(name, _reason(error, fmt)) from None
    dtype = {"uchar": np.uint8, "ushort": np.uint16}.get(image.format)
    colour = image.interpretation
    bands = {**dict.fromkeys(_GRAY, (1, 2)), **dict.fromkeys(_COLOUR, (3, 4))}.get(colour, ())
    if dtype is None or image.bands not in bands:
        kind = f"{image.bands} bands of {image.format} {colour}"
        raise InputError(name, f"{kind} are not supported", "convert it to 8 or 16 bit gray or RGB")
    metadata: dict[str, Any] = {}
    for key in _fields(image):
        if key in _KEPT or key.startswith(_KEPT_ALL):
            with suppress(UnicodeDecodeError):  # a text that is neither ASCII nor UTF-8
                metadata[key] = (image.get_typeof(key), image.get(key))
    if image.get_typeof("resolution-unit") or image.xres not in _NO_RESOLUTION:
        metadata["resolution"] = (image.xres, image.yres)
    if jpeg is not None:
        metadata["quality"], metadata["subsampled"] = jpeg
    pages = image.get("n-pages") if image.get_typeof("n-pages") else 1
    header = Header(image.width, image.height, image.bands, np.dtype(dtype), fmt, pages, metadata)
    forgiving = None if jpeg is None else lambda: load("error")
    return Picture(name, header, image, source, forgiving)


def _fields(image: Any) -> list[str]:
    try:
        return list(image.get_fields())
    except UnicodeDecodeError:  # pyvips lists nothing when one PNG text has a name in Latin-1
        return [key for key in (*_KEPT, "exif-data") if image.get_typeof(key)]


def _load_vips(source: str | Path | bytes, fmt: Format, **options: Any) -> Any:
    pyvips.vips_lib.vips_error_clear()  # what earlier pictures were warned of
    stream = (
        pyvips.Source.new_from_memory(source)
        if isinstance(source, bytes)
        else pyvips.Source.new_from_file(os.fsencode(source))
    )
    loader = getattr(pyvips.Image, {"avif": "heif"}.get(fmt.name, fmt.name) + "load_source")
    return loader(stream, **options)


def _open_pillow(name: str, source: str | Path | bytes, fmt: Format) -> Picture:
    from PIL import BmpImagePlugin, PpmImagePlugin  # not at the start of every command

    plugin: Any = {
        "bmp": BmpImagePlugin.BmpImageFile,
        "ppm": PpmImagePlugin.PpmImageFile,
    }[fmt.name]

    def open_image() -> Any:
        # The plugin itself: Image.open would try every format and has a limit of its own.
        return plugin(io.BytesIO(source) if isinstance(source, bytes) else str(source))

    try:
        with open_image() as image:
            pass  # the header is read; the file is opened again for its pixels
    except Exception as error:  # Pillow's plugins raise whatever the broken bytes led to
        raise InputError(name, f"is not a valid {fmt.name.upper()} ({error})") from None
    modes = {"1": (1, 8), "L": (1, 8), "P": (3, 8), "RGB": (3, 8), "RGBA": (4, 8)}
    modes |= {"I": (1, 16), "I;16": (1, 16)}
    if image.mode not in modes or (fmt.name == "ppm" and _deep_colour_ppm(image)):
        raise InputError(name, f"this kind of {fmt.name.upper()} is not supported")
    channels, bits = modes[image.mode]
    if image.mode == "P" and image.palette.mode == "L":
        channels = 1
    dtype = np.dtype(np.uint8 if bits == 8 else np.uint16)
    return Picture(
        name, Header(image.width, image.height, channels, dtype, fmt), open_image, source
    )


def _deep_colour_ppm(image: Any) -> bool:
    # Pillow would reduce 16-bit colour to 8 bits without a word.
    maximum = image.tile[0].args[-1] if image.tile and image.tile[0].codec_name != "raw" else 255
    return image.mode == "RGB" and isinstance(maximum, int) and maximum > 255


def _pillow_pixels(name: str, open_image: Callable[[], Any]) -> NDArray[Any]:
    try:
        with open_image() as image:
            if image.mode == "1":
                image = image.convert("L")
            elif image.mode == "P":
                image = image.convert(image.palette.mode if image.palette.mode == "L" else "RGB")
            pixels = np.asarray(image)
    except Exception as error:  # as above: whatever the broken bytes led to
        raise InputError(name, f"cannot be decoded ({error})") from None
    return pixels.astype(np.uint16) if pixels.dtype == np.int32 else pixels


def _reason(error: Exception, fmt: Format) -> str:
    return f"is not a readable {fmt.name.upper()}{detail(error)}"


def detail(error: Exception) -> str:
    """What libvips says of it, in brackets."""
    lines = [line.strip() for line in str(error).splitlines()[1:] if line.strip()]
    return f" ({lines[0]})" if lines else ""

"""Reading with libvips: PNG, JPEG, TIFF, WebP, GIF and AVIF."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from srcnn.errors import InputError
from srcnn.images.forks import survive_forks
from srcnn.images.formats import FORMATS, Format
from srcnn.images.picture import Header, Picture
from srcnn.images.tiff import PageView
from srcnn.images.tiff import pages as tiff_pages
from srcnn.images.validation import kind_of_jpeg

# pyvips hands libvips's warnings to Python's log, and prints a traceback where one is no UTF-8.
pyvips._remove_log_handler()
survive_forks()

Source = str | Path | bytes | PageView

_GRAY = {"b-w", "grey16"}
_COLOUR = {"srgb", "rgb", "rgb16"}
_KEPT = ("icc-profile-data", "xmp-data", "iptc-data", "delay", "loop")
_KEPT_ALL = ("exif-", "png-comment-")
_HELD = ("webp", "gif", "avif")
_NO_RESOLUTION = (1.0, 2.834, 72 / 25.4)
"""Pixels per millimetre that libvips gives to a file that says nothing."""
_LOST = "premature end|bad Huffman|bad arithmetic|instead of RST|Inconsistent progression"
"""What libjpeg warns of when it makes pixels up."""
_VIPS_ERRORS = (pyvips.Error, UnicodeDecodeError)
"""What pyvips raises; the second where libvips speaks of a file whose name is no UTF-8."""


class VipsPicture(Picture):
    """A picture, or a frame of one, that libvips decodes."""

    def __init__(
        self,
        name: str,
        header: Header,
        opened: _Opened,
        top: int = 0,
        forgiving: Callable[[], _Opened] | None = None,
    ) -> None:
        """``top``: the row of the opened image at which the frame begins."""
        super().__init__(name, header)
        self._opened = opened
        self._top = top
        self._forgiving = forgiving

    def strips(self, rows: int) -> Iterator[NDArray[Any]]:
        header = self.header
        try:
            pyvips.vips_lib.vips_error_clear()  # what earlier pictures were warned of
            region = pyvips.Region.new(self._opened.image)
            for top in range(0, header.height, rows):
                height = min(rows, header.height - top)
                try:
                    data = region.fetch(0, self._top + top, header.width, height)
                except pyvips.Error as error:
                    # Without words, as when another thread took them, the worst is assumed.
                    harmless = detail(error) and not re.search(_LOST, str(error))
                    if top > 0 or self._forgiving is None or not harmless:
                        raise
                    self._opened = self._forgiving()
                    region = pyvips.Region.new(self._opened.image)
                    data = region.fetch(0, top, header.width, height)
                shape = (height, header.width, header.channels)
                yield np.frombuffer(data, header.dtype).reshape(
                    shape if header.channels > 1 else shape[:2]
                )
        except _VIPS_ERRORS as error:
            raise InputError(self.name, _reason(error, header.format)) from None

    def headers(self) -> list[Header]:
        if self.header.format.name == "tiff":
            return [page.header for page in self.pages()]
        return [self.header] * self.header.pages

    def pages(self) -> Iterator[Picture]:
        header = self.header
        if header.pages == 1:
            yield self
        elif header.format.name == "tiff" and not isinstance(self._opened.source, PageView):
            for number, page in enumerate(tiff_pages(self._opened.source), 1):
                yield open_vips(f"{self.name}, page {number}", page, header.format)
        else:  # frames, one below the other
            for frame in range(header.pages):
                yield VipsPicture(self.name, header, self._opened, frame * header.height)


def open_vips(name: str, source: Source, fmt: Format, max_pixels: int = sys.maxsize) -> VipsPicture:
    """Open a file that libvips reads, all its frames or its first page; `InputError`.

    Of more than ``max_pixels`` in all only the first frame can be read: libvips decodes every frame of a
    WebP for it, into a temporary file.
    """
    try:
        # libjpeg only warns when pixels are missing, but of harmless oddities too.
        opened = _lazy(source, fmt, "warning" if fmt.name == "jpeg" else "error")
        image = opened.image
        pages = image.get("n-pages") if image.get_typeof("n-pages") else 1
        height = image.height
        framed = fmt.name in ("gif", "webp") and 1 < pages <= max_pixels // (image.width * height)
        if framed:
            opened = _lazy(source, fmt, "error", n=-1)
    except _VIPS_ERRORS as error:
        raise InputError(name, _reason(error, fmt)) from None
    image = opened.image
    dtype = {"uchar": np.uint8, "ushort": np.uint16}.get(image.format)
    colour = image.interpretation
    bands = {**dict.fromkeys(_GRAY, (1, 2)), **dict.fromkeys(_COLOUR, (3, 4))}.get(colour, ())
    if dtype is None or image.bands not in bands:
        kind = f"{image.bands} bands of {image.format} {colour}"
        raise InputError(name, f"{kind} are not supported", "convert it to 8 or 16 bit gray or RGB")
    metadata = _kept(image)
    if fmt.name == "tiff":
        view = source if isinstance(source, PageView) else next(tiff_pages(source), None)
        if view is not None and (exif := view.exif()) is not None:
            metadata |= _exif_fields(exif)
    if image.get_typeof("resolution-unit") or image.xres not in _NO_RESOLUTION:
        metadata["resolution"] = (image.xres, image.yres)
    if fmt.name == "jpeg" and not isinstance(source, PageView):
        metadata["quality"], metadata["subsampled"] = kind_of_jpeg(source)
    header = Header(
        image.width,
        height,
        image.bands,
        np.dtype(dtype),
        fmt,
        pages,
        metadata,
        opened.cmyk,
        opened.held,
    )
    forgiving = (lambda: _lazy(source, fmt, "error")) if fmt.name == "jpeg" else None
    return VipsPicture(name, header, opened, forgiving=forgiving)


def _lazy(source: Source, fmt: Format, fail_on: str, **options: Any) -> _Opened:
    """The picture as it is displayed, in sRGB where it holds inks; nothing is decoded."""
    options["fail_on"] = fail_on
    opened = _load(source, fmt, access="sequential", **options)
    image = opened.image
    # The tag stands for interlaced PNG and progressive JPEG.
    held = fmt.name in _HELD or bool(image.get_typeof("interlaced"))
    if image.get_typeof("orientation") and image.get("orientation") > 1:
        # Turning needs all pixels at once: libvips keeps over 100 MB of them in a temporary file.
        # Still none is decoded before the first is asked for.
        opened = _load(source, fmt, **options)
        image = opened.image.autorot()
        held = True
    cmyk = image.interpretation == "cmyk"
    if cmyk:
        # By the file's own profile, else by that of libvips; the sRGB profile takes its place.
        depth = 16 if image.format == "ushort" else 8
        image = image.icc_transform("srgb", embedded=True, input_profile="cmyk", depth=depth)
    return replace(opened, image=image, cmyk=cmyk, held=held)


def _fields(image: Any) -> list[str]:
    try:
        return list(image.get_fields())
    except UnicodeDecodeError:  # pyvips lists nothing when one PNG text has a name in Latin-1
        return [key for key in (*_KEPT, "exif-data") if image.get_typeof(key)]


def _kept(image: Any) -> dict[str, Any]:
    """What is handed on of the fields that libvips found: name to (type, value)."""
    kept = {}
    for key in _fields(image):
        if key in _KEPT or key.startswith(_KEPT_ALL):
            with suppress(UnicodeDecodeError):  # a text that is neither ASCII nor UTF-8
                kept[key] = (image.get_typeof(key), image.get(key))
    return kept


def _exif_fields(exif: bytes) -> dict[str, Any]:
    """The fields that libvips makes of an EXIF block, which it does for formats other than TIFF."""
    from PIL import Image

    carrier = io.BytesIO()
    Image.new("L", (1, 1)).save(carrier, "PNG", exif=exif)
    fields = _kept(_load(carrier.getvalue(), FORMATS["png"], fail_on="error").image)
    return {key: value for key, value in fields.items() if key.startswith("exif-")}


@dataclass(frozen=True)
class _Opened:
    """A lazy image, and what it decodes out of, which libvips does not keep alive."""

    image: Any
    source: Source
    stream: Any
    cmyk: bool = False
    held: bool = False


def _load(source: Source, fmt: Format, **options: Any) -> _Opened:
    pyvips.vips_lib.vips_error_clear()  # what earlier pictures were warned of
    if isinstance(source, bytes):
        stream = pyvips.Source.new_from_memory(source)
    elif isinstance(source, PageView):
        page = source.open()
        stream = pyvips.SourceCustom()
        stream.on_read(page.read)
        stream.on_seek(page.seek)
    else:
        stream = pyvips.Source.new_from_file(os.fsencode(source))
    loader = getattr(pyvips.Image, {"avif": "heif"}.get(fmt.name, fmt.name) + "load_source")
    return _Opened(loader(stream, **options), source, stream)


def _reason(error: Exception, fmt: Format) -> str:
    # What pyvips could not decode it leaves behind, and would meet again in the next picture.
    pyvips.vips_lib.vips_error_clear()
    return f"is not a readable {fmt.name.upper()}{detail(error)}"


def detail(error: Exception) -> str:
    """What libvips says of it, in brackets."""
    lines = [line.strip() for line in str(error).splitlines()[1:] if line.strip()]
    return f" ({lines[0]})" if lines else ""

"""Reading with libvips."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyvips
from numpy.typing import NDArray

from srcnn.errors import InputError
from srcnn.images.metadata import Metadata
from srcnn.images.picture import Header, Picture
from srcnn.images.source import Stored
from srcnn.images.vips_fields import kept, to_srgb

if TYPE_CHECKING:
    from srcnn.images.formats import Format

_GRAY = {"b-w", "grey16"}
_COLOR = {"srgb", "rgb", "rgb16"}
_NO_RESOLUTION = (1.0, 2.834, 72 / 25.4)
"""Pixels per millimetre that libvips gives to a file that says nothing."""
_LOST = "premature end|bad Huffman|bad arithmetic|instead of RST|Inconsistent progression"
"""What libjpeg warns of when it makes pixels up."""
_VIPS_ERRORS = (pyvips.Error, UnicodeDecodeError)
"""What pyvips raises; the second where libvips speaks of a file whose name is no UTF-8."""


class Openable(Protocol):
    """A source whose readers libvips is given to call back."""

    def open(self) -> Reader: ...


class Reader(Protocol):
    """The part of a file that libvips reads through."""

    def read(self, size: int, /) -> bytes: ...

    def seek(self, offset: int, whence: int, /) -> int: ...


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
        return [self.header] * self.header.pages

    def pages(self) -> Iterator[Picture]:
        header = self.header
        if header.pages == 1:
            yield self
        else:  # frames, one below the other
            for frame in range(header.pages):
                yield VipsPicture(self.name, header, self._opened, frame * header.height)


def open_vips(
    name: str,
    source: Stored | Openable,
    fmt: Format,
    loader: str,
    max_pixels: int = sys.maxsize,
    warns: bool = False,
) -> VipsPicture:
    """Open a file that libvips reads, all its frames or its first page.

    Args:
        name: What errors call the picture.
        source: The file.
        fmt: Its format.
        loader: What libvips calls the format.
        max_pixels: Of more pixels in all frames only the first frame can be read: libvips decodes every
            frame of a WebP for it, into a temporary file.
        warns: Whether libvips only warns where pixels are missing, but of harmless oddities too.

    Raises:
        InputError: The file is not readable, or holds another kind of pixels.
    """
    load = _Loader(source, loader, fmt.decoder.per_pixel > 0)
    try:
        opened = load("warning" if warns else "error")
        image = opened.image
        pages = image.get("n-pages") if image.get_typeof("n-pages") else 1
        height = image.height
        # Of an animation all frames are opened together, of other files the first page.
        animated = bool(image.get_typeof("delay"))
        if animated and 1 < pages <= max_pixels // (image.width * height):
            opened = load("error", n=-1)
    except _VIPS_ERRORS as error:
        raise InputError(name, _reason(error, fmt)) from None
    image = opened.image
    dtype = {"uchar": np.uint8, "ushort": np.uint16}.get(image.format)
    color = image.interpretation
    bands = {**dict.fromkeys(_GRAY, (1, 2)), **dict.fromkeys(_COLOR, (3, 4))}.get(color, ())
    if dtype is None or image.bands not in bands:
        kind = f"{image.bands} bands of {image.format} {color}"
        raise InputError(name, f"{kind} are not supported", "convert it to 8 or 16 bit gray or RGB")
    resolution = None
    if image.get_typeof("resolution-unit") or image.xres not in _NO_RESOLUTION:
        resolution = (image.xres, image.yres)
    header = Header(
        image.width,
        height,
        image.bands,
        np.dtype(dtype),
        fmt,
        pages,
        Metadata(resolution, fields=kept(image)),
        opened.cmyk,
        opened.turned,
        opened.held,
    )
    return VipsPicture(name, header, opened, forgiving=(lambda: load("error")) if warns else None)


@dataclass(frozen=True)
class _Loader:
    """Opens a file again and again: the picture as it is displayed, in sRGB where it holds inks."""

    source: Stored | Openable
    name: str
    whole: bool
    """Whether the decoder holds the whole picture."""

    def __call__(self, fail_on: str, **options: Any) -> _Opened:
        """Open the file; nothing is decoded."""
        options["fail_on"] = fail_on
        opened = _load(self.source, self.name, access="sequential", **options)
        image = opened.image
        # The tag stands for interlaced PNG and progressive JPEG.
        held = self.whole or bool(image.get_typeof("interlaced"))
        turned = bool(image.get_typeof("orientation") and image.get("orientation") > 1)
        if turned:
            # Turning needs all pixels at once: libvips keeps over 100 MB of them in a temporary file.
            # Still none is decoded before the first is asked for.
            opened = _load(self.source, self.name, **options)
            image = opened.image.autorot()
            held = True
        cmyk = image.interpretation == "cmyk"
        if cmyk:
            image = to_srgb(image)
        return replace(opened, image=image, cmyk=cmyk, turned=turned, held=held)


@dataclass(frozen=True)
class _Opened:
    """A lazy image, and what it decodes out of, which libvips does not keep alive."""

    image: Any
    source: Stored | Openable
    stream: Any
    cmyk: bool = False
    turned: bool = False
    held: bool = False


def _load(source: Stored | Openable, loader: str, **options: Any) -> _Opened:
    pyvips.vips_lib.vips_error_clear()  # what earlier pictures were warned of
    if isinstance(source, bytes):
        stream = pyvips.Source.new_from_memory(source)
    elif isinstance(source, Path):
        stream = pyvips.Source.new_from_file(os.fsencode(source))
    else:
        file = source.open()
        stream = pyvips.SourceCustom()
        stream.on_read(file.read)
        stream.on_seek(file.seek)
    load = getattr(pyvips.Image, loader + "load_source")
    return _Opened(load(stream, **options), source, stream)


def _reason(error: Exception, fmt: Format) -> str:
    # What pyvips could not decode it leaves behind, and would meet again in the next picture.
    pyvips.vips_lib.vips_error_clear()
    return f"is not a readable {fmt.name.upper()}{detail(error)}"


def detail(error: Exception) -> str:
    """What libvips says of it, in brackets."""
    lines = [line.strip() for line in str(error).splitlines()[1:] if line.strip()]
    return f" ({lines[0]})" if lines else ""

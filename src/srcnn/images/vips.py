"""Read images with libvips."""

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
"""Pixels per millimeter that libvips reports for files without a resolution."""
_LOST = "premature end|bad Huffman|bad arithmetic|instead of RST|Inconsistent progression"
"""Warnings of libjpeg that mean that it makes up missing pixels."""
_VIPS_ERRORS = (pyvips.Error, UnicodeDecodeError)
"""Errors of pyvips; the second occurs when a message contains a file name that is not UTF-8."""


class Openable(Protocol):
    """A source that libvips reads through callbacks."""

    def open(self) -> Reader:
        """Return a reader at the start of the source."""
        ...


class Reader(Protocol):
    """The methods of a file that libvips calls."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, none at the end.

        Args:
            size: Largest number of bytes.
        """
        ...

    def seek(self, offset: int, whence: int, /) -> int:
        """Move to a position.

        Args:
            offset: Number of bytes from the origin.
            whence: Origin, as for `io.IOBase.seek`.

        Returns:
            The position from the start.
        """
        ...


class VipsPicture(Picture):
    """An image, or a frame of one, that libvips decodes."""

    def __init__(
        self,
        name: str,
        header: Header,
        opened: _Opened,
        top: int = 0,
        forgiving: Callable[[], _Opened] | None = None,
    ) -> None:
        """Wrap an opened image.

        Args:
            name: Name in error messages.
            header: Header of the image.
            opened: The opened image.
            top: Row of the opened image at which the frame begins.
            forgiving: Opens the image again, ignoring harmless warnings.
        """
        super().__init__(name, header)
        self._opened = opened
        self._top = top
        self._forgiving = forgiving

    def strips(self, rows: int) -> Iterator[NDArray[np.number]]:
        """See `Picture.strips`."""
        header = self.header
        try:
            pyvips.vips_lib.vips_error_clear()  # discard warnings about earlier images
            region = pyvips.Region.new(self._opened.image)
            for top in range(0, header.height, rows):
                height = min(rows, header.height - top)
                try:
                    data = region.fetch(0, self._top + top, header.width, height)
                except pyvips.Error as error:
                    # An error without text, as when another thread took it, may be serious.
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
        """See `Picture.headers`."""
        return [self.header] * self.header.pages

    def pages(self) -> Iterator[Picture]:
        """See `Picture.pages`."""
        header = self.header
        if header.pages == 1:
            yield self
        else:  # the frames are stacked vertically
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
    """Open a file with libvips: all frames of an animation, or the first page.

    Args:
        name: Name of the image in error messages.
        source: The file.
        fmt: Its format.
        loader: libvips's name of the format.
        max_pixels: If all frames together have more pixels, only the first frame is opened, because
            libvips decodes every frame of a WebP into a temporary file.
        warns: Whether libvips only warns when pixels are missing, as it does about harmless
            oddities.

    Raises:
        InputError: The file is not readable, or has another kind of pixels.
    """
    load = _Loader(source, loader, fmt.decodes_whole)
    try:
        opened = load("warning" if warns else "error")
        image = opened.image
        pages = image.get("n-pages") if image.get_typeof("n-pages") else 1
        height = image.height
        # Open all frames of an animation together, but only the first page of other files.
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
    """Opens a file repeatedly, as it is displayed, and converted to sRGB if it stores CMYK.

    Attributes:
        source: The file.
        name: libvips's name of the format.
        whole: Whether the decoder keeps the whole image in memory.
    """

    source: Stored | Openable
    name: str
    whole: bool

    def __call__(self, fail_on: str, **options: Any) -> _Opened:
        """Open the file without decoding pixels."""
        options["fail_on"] = fail_on
        opened = _load(self.source, self.name, access="sequential", **options)
        image = opened.image
        # libvips sets this field for interlaced PNG and progressive JPEG.
        held = self.whole or bool(image.get_typeof("interlaced"))
        turned = bool(image.get_typeof("orientation") and image.get("orientation") > 1)
        if turned:
            # Rotating needs all pixels at once; libvips uses a temporary file above 100 MB. Still,
            # nothing is decoded before the first pixel is requested.
            opened = _load(self.source, self.name, **options)
            image = opened.image.autorot()
            held = True
        cmyk = image.interpretation == "cmyk"
        if cmyk:
            image = to_srgb(image)
        return replace(opened, image=image, cmyk=cmyk, turned=turned, held=held)


@dataclass(frozen=True)
class _Opened:
    """A lazy image and the source that it decodes, which libvips does not keep alive."""

    image: Any
    source: Stored | Openable
    stream: Any
    cmyk: bool = False
    turned: bool = False
    held: bool = False


def _load(source: Stored | Openable, loader: str, **options: Any) -> _Opened:
    pyvips.vips_lib.vips_error_clear()  # discard warnings about earlier images
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
    # pyvips leaves a message that it could not decode, and would find it with the next image.
    pyvips.vips_lib.vips_error_clear()
    return f"is not a readable {fmt.name.upper()}{detail(error)}"


def detail(error: Exception) -> str:
    """Return libvips's own message in parentheses, or an empty string."""
    lines = [line.strip() for line in str(error).splitlines()[1:] if line.strip()]
    return f" ({lines[0]})" if lines else ""

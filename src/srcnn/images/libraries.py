"""The libraries that read and write formats; each is imported when it is first used.

libvips reads and writes most formats. tifffile writes TIFF, and Pillow reads and writes BMP and PPM, which the
libvips wheel lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Protocol, Self

from srcnn.errors import UsageError

if TYPE_CHECKING:
    from srcnn.images.encode import Extent, Page
    from srcnn.images.formats import Format
    from srcnn.images.picture import Picture
    from srcnn.images.source import Stored

OPTIMIZED = 2**22
"""Largest JPEG, in pixels, written with optimized Huffman tables: libjpeg buffers the whole picture for them."""


class Writer(Protocol):
    """Writes the pages of one file in order; leaving its ``with`` block finishes the file."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def write(self, page: Page) -> None:
        """Write the next page, whose strips are as the format can hold them."""


class Library(Protocol):
    """What a row of the table of formats needs of the library behind it."""

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        """Read the header of a file; raise `InputError` if it is not readable.

        Of more than ``max_pixels`` pixels in all frames, only the first frame needs to be readable.
        """

    def writer(
        self, file: IO[bytes], fmt: Format, first: Page, extent: Extent, quality: int | None
    ) -> Writer:
        """Return a writer to a seekable file; ``first`` is the page that it will be given first."""


@dataclass(frozen=True)
class Vips:
    """libvips, whose loader and saver of a format are called ``name``."""

    name: str
    quality: int | None = None
    """Quality of the saver unless the caller asks for another; ``None``: ``lossless`` holds."""
    lossless: Mapping[str, Any] = field(default_factory=dict)
    """Options of the saver where no quality applies."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Other options of the saver."""

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        from srcnn.images.vips import open_vips

        return open_vips(name, source, fmt, self.name, max_pixels)

    def writer(
        self, file: IO[bytes], fmt: Format, first: Page, extent: Extent, quality: int | None
    ) -> Writer:
        from srcnn.images.vips_writer import VipsWriter

        return VipsWriter(
            file, fmt, first, extent.pages, self.name, self.save_options(first, quality)
        )

    def save_options(self, first: Page, quality: int | None) -> dict[str, Any]:
        """Return the options of libvips's saver for a file with this first page."""
        quality = quality or self.quality
        return {**self.options, **({"Q": quality} if quality else self.lossless)}


@dataclass(frozen=True)
class Png(Vips):
    """libvips, with the chunks that it does not carry along."""

    name: str = "png"

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        from srcnn.images.png import open_png

        return open_png(name, source, fmt, max_pixels)


@dataclass(frozen=True)
class Avif(Vips):
    """libvips, with the space of colors that a file names."""

    name: str = "heif"

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        from srcnn.images.avif import open_avif

        return open_avif(name, source, fmt, max_pixels)


@dataclass(frozen=True)
class Heic:
    """pi-heif, which only reads."""

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        from srcnn.images.heic import open_heic

        return open_heic(name, source, fmt)

    def writer(
        self, file: IO[bytes], fmt: Format, first: Page, extent: Extent, quality: int | None
    ) -> Writer:
        raise UsageError("HEIC", "is only read", "use jpg or png")


@dataclass(frozen=True)
class Jpeg(Vips):
    """libvips, with the quality and the chroma subsampling of the picture that was read."""

    name: str = "jpeg"
    quality: int = 95

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        from srcnn.images.jpeg import open_jpeg

        return open_jpeg(name, source, fmt)

    def save_options(self, first: Page, quality: int | None) -> dict[str, Any]:
        return {
            "Q": quality or max(self.quality, first.metadata.quality),
            "subsample_mode": "on" if first.metadata.subsampled else "off",
            "optimize_coding": first.size[0] * first.size[1] <= OPTIMIZED,
        }


class Tiff:
    """libvips reads pages, tifffile writes them."""

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        from srcnn.images.tiff import open_tiff

        return open_tiff(name, source, fmt)

    def writer(
        self, file: IO[bytes], fmt: Format, first: Page, extent: Extent, quality: int | None
    ) -> Writer:
        from srcnn.images.tiff_writer import TiffWriter

        return TiffWriter(file, 8 * extent.pixels)


@dataclass(frozen=True)
class Pillow:
    """Pillow, whose plugin for a format is called ``name``."""

    name: str

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        from srcnn.images.pillow import open_pillow

        return open_pillow(name, source, fmt, self.name)

    def writer(
        self, file: IO[bytes], fmt: Format, first: Page, extent: Extent, quality: int | None
    ) -> Writer:
        from srcnn.images.pillow import PillowWriter

        return PillowWriter(file, self.name)

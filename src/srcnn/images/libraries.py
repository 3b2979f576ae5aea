"""The libraries that read and write formats, each imported on first use.

libvips reads and writes most formats. tifffile writes TIFF. Pillow reads and writes BMP and PPM,
which the libvips wheel lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, TYPE_CHECKING, Protocol, Self

from srcnn.errors import UsageError

if TYPE_CHECKING:
    from srcnn.images.encode import Extent, Page
    from srcnn.images.formats import Format
    from srcnn.images.picture import Picture
    from srcnn.images.source import Stored

OPTIMIZED = 2**22
"""Largest JPEG, in pixels, written with optimized Huffman tables, which need the whole image."""


class Writer(Protocol):
    """Writes the pages of one file in order; leaving its ``with`` block finishes the file."""

    def __enter__(self) -> Self:
        """Start the file."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Finish the file, or abandon it after an error."""
        ...

    def write(self, page: Page) -> None:
        """Write the next page.

        Args:
            page: The page; the format supports the dtype and the channels of its strips.
        """


class Library(Protocol):
    """A library behind a row of the table of formats."""

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        """Read the header of a file.

        Args:
            name: Name of the image in error messages.
            source: The file.
            fmt: Its format.
            max_pixels: If all frames together have more pixels, only the first frame has to be
                readable.

        Returns:
            The image, whose pixels are decoded later.

        Raises:
            InputError: The file is not readable.
        """

    def writer(
        self, file: IO[bytes], fmt: Format, first: Page, extent: Extent, quality: int | None
    ) -> Writer:
        """Return a writer to a seekable file.

        Args:
            file: Where to write.
            fmt: The format of the file.
            first: The first page that the writer will receive.
            extent: Total number of pages and pixels.
            quality: Quality of the file, 1 to 100; ``None`` is the default.
        """


@dataclass(frozen=True)
class Vips:
    """libvips.

    Attributes:
        name: What libvips's loader and saver of the format are called.
        quality: Default quality of the saver; ``None`` means that ``lossless`` applies.
        lossless: Options of the saver if no quality applies.
        options: Other options of the saver.
    """

    name: str
    quality: int | None = None
    lossless: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        """See `Library.open`."""
        from srcnn.images.vips import open_vips

        return open_vips(name, source, fmt, self.name, max_pixels)

    def writer(
        self, file: IO[bytes], fmt: Format, first: Page, extent: Extent, quality: int | None
    ) -> Writer:
        """See `Library.writer`."""
        from srcnn.images.vips_writer import VipsWriter

        return VipsWriter(
            file, fmt, first, extent.pages, self.name, self.save_options(first, quality)
        )

    def save_options(self, first: Page, quality: int | None) -> dict[str, object]:
        """Return the options of libvips's saver for a file with this first page."""
        quality = quality or self.quality
        return {**self.options, **({"Q": quality} if quality else self.lossless)}


@dataclass(frozen=True)
class Png(Vips):
    """libvips, plus the chunks that it does not preserve."""

    name: str = "png"

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        """See `Library.open`."""
        from srcnn.images.png import open_png

        return open_png(name, source, fmt, max_pixels)


@dataclass(frozen=True)
class Avif(Vips):
    """libvips, plus the color space that a file names."""

    name: str = "heif"

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        """See `Library.open`."""
        from srcnn.images.avif import open_avif

        return open_avif(name, source, fmt, max_pixels)


@dataclass(frozen=True)
class Heic:
    """pi-heif, which only reads."""

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        """See `Library.open`."""
        from srcnn.images.heic import open_heic

        return open_heic(name, source, fmt)

    def writer(
        self, file: IO[bytes], fmt: Format, first: Page, extent: Extent, quality: int | None
    ) -> Writer:
        """Reject writing.

        Raises:
            UsageError: Always, because HEIC is only read.
        """
        raise UsageError("HEIC", "can be read but not written", "use jpg or png")


@dataclass(frozen=True)
class Jpeg(Vips):
    """libvips, with the quality and the chroma subsampling of the source."""

    name: str = "jpeg"
    quality: int = 95

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        """See `Library.open`."""
        from srcnn.images.jpeg import open_jpeg

        return open_jpeg(name, source, fmt)

    def save_options(self, first: Page, quality: int | None) -> dict[str, object]:
        """See `Vips.save_options`."""
        return {
            "Q": quality or max(self.quality, first.metadata.quality),
            "subsample_mode": "on" if first.metadata.subsampled else "off",
            "optimize_coding": first.size[0] * first.size[1] <= OPTIMIZED,
        }


class Tiff:
    """libvips for reading pages, tifffile for writing them."""

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        """See `Library.open`."""
        from srcnn.images.tiff import open_tiff

        return open_tiff(name, source, fmt)

    def writer(
        self, file: IO[bytes], fmt: Format, first: Page, extent: Extent, quality: int | None
    ) -> Writer:
        """See `Library.writer`."""
        from srcnn.images.tiff_writer import TiffWriter

        return TiffWriter(file, 8 * extent.pixels)


@dataclass(frozen=True)
class Pillow:
    """Pillow.

    Attributes:
        name: Name of Pillow's plugin for the format.
    """

    name: str

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        """See `Library.open`."""
        from srcnn.images.pillow import open_pillow

        return open_pillow(name, source, fmt, self.name)

    def writer(
        self, file: IO[bytes], fmt: Format, first: Page, extent: Extent, quality: int | None
    ) -> Writer:
        """See `Library.writer`."""
        from srcnn.images.pillow import PillowWriter

        return PillowWriter(file, self.name)

"""Read TIFF, including EXIF and pages of different sizes, which libvips does not support.

libvips decodes each page. It sees a view of the file with only that page, because otherwise it
would read all preceding pages each time.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from srcnn.images.exif_block import RATING, RATING_PERCENT
from srcnn.images.geotiff import land_of
from srcnn.images.metadata import EXIF_FIELDS, Tag
from srcnn.images.picture import Header, Picture
from srcnn.images.source import Stored, open_stored
from srcnn.images.vips import VipsPicture, open_vips
from srcnn.images.vips_fields import fields_of

if TYPE_CHECKING:
    from PIL.Image import Exif

    from srcnn.images.formats import Format

EXIF, GPS, INTEROP = 34665, 34853, 40965
"""Tags that point to EXIF directories."""
DESCRIPTIVE = (270, 271, 272, 305, 306, 315, 316, 33432)
"""Text tags of a page that are EXIF in other formats, such as description and artist."""


class TiffPicture(Picture):
    """A TIFF file of which the first page has been opened."""

    def __init__(self, first: VipsPicture, source: Stored) -> None:
        """Wrap the first page."""
        super().__init__(first.name, first.header)
        self._first, self._source = first, source

    def strips(self, rows: int) -> Iterator[NDArray[np.number]]:
        """See `Picture.strips`."""
        return self._first.strips(rows)

    def headers(self) -> list[Header]:
        """See `Picture.headers`."""
        return [page.header for page in self.pages()]

    def pages(self) -> Iterator[Picture]:
        """See `Picture.pages`."""
        if self.header.pages == 1:
            yield self
            return
        for number, page in enumerate(pages(self._source), 1):
            yield _open_page(f"{self.name}, page {number}", page, page, self.header.format)


def open_tiff(name: str, source: Stored, fmt: Format) -> Picture:
    """Open the first page of a TIFF file.

    Raises:
        InputError: The file is not readable.
    """
    first = _open_page(name, source, next(pages(source), None), fmt)
    return TiffPicture(first, source)


def _open_page(
    name: str, source: Stored | PageView, page: PageView | None, fmt: Format
) -> VipsPicture:
    picture = open_vips(name, source, fmt, "tiff")
    metadata = picture.header.metadata
    exif, tags = (None, {}) if page is None else page.described()
    metadata = replace(metadata, tags=tags)
    if exif is not None:
        fields = {k: v for k, v in fields_of(exif).items() if k.startswith(EXIF_FIELDS)}
        metadata = replace(metadata, fields={**metadata.fields, **fields})
    picture.header = replace(picture.header, metadata=metadata)
    return picture


@dataclass(frozen=True)
class PageView:
    """A page of a file, readable as a file with no other page.

    Attributes:
        source: The file.
        position: Offset of the page's directory.
        link: Offset of the pointer to the next page's directory.
    """

    source: Stored
    position: int
    link: int

    def open(self) -> _Stream:
        """Return the bytes of the file as if it had only this page."""
        return _Stream(self)

    def described(self) -> tuple[bytes | None, dict[int, Tag]]:
        """Return the page's EXIF in the form of other formats, if any, and its position on land."""
        from PIL import Image  # not at the start of every command

        found = Image.Exif()
        try:
            with open_stored(self.source) as file:
                kind = _Kind(file)
                found.endian, found.bigtiff = kind.endian, kind.big
                found.load_from_fp(file, self.position)
                kept = descriptive(found)
            return (kept.tobytes() if len(kept) else None), land_of(found)
        except (
            Exception
        ):  # damaged bytes make Pillow raise anything; the pixels may still be intact
            return None, {}


class _AsRead(str):
    """A text that Pillow read as Latin-1, whatever its encoding, and would write as ASCII."""

    __slots__ = ()

    def encode(self, encoding: str = "", errors: str = "") -> bytes:
        """Return the original bytes."""
        return str.encode(self, "latin-1", "replace")


def as_read(value: Any) -> Any:
    """Return the value of a tag that Pillow read, so that Pillow writes the same bytes again."""
    return _AsRead(value) if isinstance(value, str) else value


def descriptive(tags: Exif) -> Exif:
    """Return the tags of a TIFF page that are EXIF in other formats."""
    from PIL import Image

    kept = Image.Exif()
    for tag in DESCRIPTIVE:
        if isinstance(tags.get(tag), str):
            kept[tag] = as_read(tags[tag])
    for tag in (RATING, RATING_PERCENT):
        if isinstance(tags.get(tag), int):
            kept[tag] = tags[tag]
    for tag in (EXIF, GPS):
        if tag in tags and (values := tags.get_ifd(tag)):
            kept[tag] = {key: as_read(value) for key, value in values.items()}
    if INTEROP in kept.get(EXIF, {}):
        kept[EXIF][INTEROP] = tags.get_ifd(INTEROP)
    return kept


class _Stream:
    def __init__(self, page: PageView) -> None:
        self._file = open_stored(page.source)
        kind = _Kind(self._file)
        # Make the page's directory the first one, with no other behind it.
        self._patches = (
            (kind.first_link, kind.address(page.position)),
            (page.link, kind.address(0)),
        )
        self._file.seek(0)

    def __del__(self) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes from the current position."""
        start = self._file.tell()
        data = bytearray(self._file.read(size))
        for at, patch in self._patches:
            for i, byte in enumerate(patch):
                if 0 <= at + i - start < len(data):
                    data[at + i - start] = byte
        return bytes(data)

    def seek(self, offset: int, whence: int) -> int:
        """Move to a position and return it."""
        return self._file.seek(offset, whence)


def pages(source: Stored) -> Iterator[PageView]:
    """Yield the pages of a file in order, up to the first broken link."""
    # A 64-bit offset may exceed what files support.
    with open_stored(source) as file, suppress(struct.error, OSError, OverflowError):
        kind = _Kind(file)
        seen: set[int] = set()
        link = kind.first_link
        while (position := kind.number(file, link, kind.address_code)) and position not in seen:
            seen.add(position)
            entries = kind.number(file, position, kind.count_code)
            link = position + kind.count_size + entries * kind.entry_size
            yield PageView(source, position, link)


class _Kind:
    """Byte order and integer sizes of a file (TIFF 6.0, section 2, and BigTIFF)."""

    def __init__(self, file: IO[bytes]) -> None:
        file.seek(0)
        head = file.read(4)
        self.endian = "<" if head[:2] == b"II" else ">"
        self.big = 43 in head[2:]
        self.first_link = 8 if self.big else 4
        self.address_code, self.count_code = "QQ" if self.big else "LH"
        self.count_size, self.entry_size = (8, 20) if self.big else (2, 12)

    def number(self, file: IO[bytes], position: int, code: str) -> int:
        file.seek(position)
        (value,) = struct.unpack(self.endian + code, file.read(struct.calcsize("<" + code)))
        return int(value)

    def address(self, value: int) -> bytes:
        return struct.pack(self.endian + self.address_code, value)

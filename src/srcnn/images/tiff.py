"""Reading TIFF: what libvips lacks of it, which is EXIF, and pages of different sizes in one file.

libvips decodes each page; it is shown the file with that page as the only one, since it would walk over
all pages before it for each.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any

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
DESCRIPTIVE = (270, 271, 272, 305, 306, 315, 316, 33432)
"""Texts of a page that belong to EXIF: description, maker, model, software, date, artist, host, rights."""


class TiffPicture(Picture):
    """A file that has been read up to its first page."""

    def __init__(self, first: VipsPicture, source: Stored) -> None:
        super().__init__(first.name, first.header)
        self._first, self._source = first, source

    def strips(self, rows: int) -> Iterator[NDArray[Any]]:
        return self._first.strips(rows)

    def headers(self) -> list[Header]:
        return [page.header for page in self.pages()]

    def pages(self) -> Iterator[Picture]:
        if self.header.pages == 1:
            yield self
            return
        for number, page in enumerate(pages(self._source), 1):
            yield _open_page(f"{self.name}, page {number}", page, page, self.header.format)


def open_tiff(name: str, source: Stored, fmt: Format) -> Picture:
    """Open a TIFF's first page; raise `InputError` if it is not readable."""
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
    """One page of a file, to be read as a file that has no other."""

    source: Stored
    position: int
    """Of the page's directory in the file."""
    link: int
    """Where the address of the next page's directory stands."""

    def open(self) -> _Stream:
        """The bytes of the file from its beginning, as if there were no other page."""
        return _Stream(self)

    def described(self) -> tuple[bytes | None, dict[int, Tag]]:
        """Return the page's EXIF as other formats hold it, or ``None``, and what it says of the land."""
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
        ):  # Pillow raises what the broken bytes led to; the picture may still be whole
            return None, {}


class _AsRead(str):
    """A text that Pillow read as Latin-1, whatever it is, and would write in ASCII."""

    __slots__ = ()

    def encode(self, encoding: str = "", errors: str = "") -> bytes:
        """Return the bytes that were read."""
        return str.encode(self, "latin-1", "replace")


def as_read(value: Any) -> Any:
    """Return a value of a tag that Pillow read, such that Pillow writes the same bytes again."""
    return _AsRead(value) if isinstance(value, str) else value


def descriptive(tags: Exif) -> Exif:
    """Return those tags of a TIFF page that are EXIF in other formats."""
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
        # The first directory is the page's, and no other follows it.
        self._patches = (
            (kind.first_link, kind.address(page.position)),
            (page.link, kind.address(0)),
        )
        self._file.seek(0)

    def __del__(self) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes from where the last call or `seek` ended."""
        start = self._file.tell()
        data = bytearray(self._file.read(size))
        for at, patch in self._patches:
            for i, byte in enumerate(patch):
                if 0 <= at + i - start < len(data):
                    data[at + i - start] = byte
        return bytes(data)

    def seek(self, offset: int, whence: int) -> int:
        """Go there; the new position."""
        return self._file.seek(offset, whence)


def pages(source: Stored) -> Iterator[PageView]:
    """The pages of a file, in order; those behind a broken link are not found."""
    # An address of 64 bits may be larger than any file's.
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
    """Byte order and widths: TIFF 6.0, section 2, and BigTIFF."""

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

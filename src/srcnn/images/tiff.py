"""What libvips lacks of TIFF: EXIF in it, and pages of different sizes in one file.

libvips decodes each page; it is shown the file with that page as the only one, since it would walk over
all pages before it for each. tifffile writes.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from srcnn.images.source import Stored, open_stored

if TYPE_CHECKING:
    from PIL.Image import Exif

_EXIF, _GPS, _INTEROP = 34665, 34853, 40965
_DESCRIPTIVE = (270, 271, 272, 305, 306, 315, 316, 33432)
"""Texts of a page that belong to EXIF: description, maker, model, software, date, artist, host, rights."""
_WIDTH, _HEIGHT = 40962, 40963
_STRIP = 2**18
"""Bytes of a strip before compression; a reader holds one."""
_LEVEL = 4


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

    def exif(self) -> bytes | None:
        """The page's EXIF as other formats hold it, or ``None``."""
        from PIL import Image  # not at the start of every command

        found = Image.Exif()
        try:
            with open_stored(self.source) as file:
                kind = _Kind(file)
                found.endian, found.bigtiff = kind.endian, kind.big
                found.load_from_fp(file, self.position)
                kept = descriptive(found)
            return kept.tobytes() if len(kept) else None
        except (
            Exception
        ):  # Pillow raises what the broken bytes led to; the picture may still be whole
            return None


def descriptive(tags: Exif) -> Exif:
    """Return those tags of a TIFF page that are EXIF in other formats."""
    from PIL import Image

    kept = Image.Exif()
    for tag in _DESCRIPTIVE:
        if isinstance(tags.get(tag), str):
            kept[tag] = tags[tag]
    for tag in (_EXIF, _GPS):
        if tag in tags and (values := tags.get_ifd(tag)):
            kept[tag] = dict(values)
    if _INTEROP in kept.get(_EXIF, {}):
        kept[_EXIF][_INTEROP] = tags.get_ifd(_INTEROP)
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
    with open_stored(source) as file, suppress(struct.error, OSError):
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


class TiffWriter:
    """Pages to a seekable file, each with its metadata; a context manager."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        """``size``: bytes of all pixels at most; from 2 GB on it is a BigTIFF, to be safe."""
        from tifffile import TiffWriter as Writer  # not at the start of every command

        self._file = file
        self._big = size >= 2**31
        self._writer = Writer(file, bigtiff=self._big, byteorder="<")

    def __enter__(self) -> TiffWriter:
        return self

    def __exit__(self, *error: object) -> None:
        self._writer.close()

    def write(
        self,
        strips: Iterable[NDArray[Any]],
        size: tuple[int, int],
        metadata: Mapping[str, Any],
    ) -> None:
        """One page of ``size`` = (height, width) from its strips; metadata as `encode` takes them."""
        pixels = iter(strips)
        first = next(pixels)
        channels = first.shape[2] if first.ndim == 3 else 1
        rows = max(1, _STRIP // (size[1] * channels * first.itemsize))
        given = {key: value[1] for key, value in metadata.items() if isinstance(value, tuple)}
        exif = given.get("exif-data")
        extra = [
            (tag, code, None, given[key], False)
            for tag, code, key in ((700, 1, "xmp-data"), (33723, 7, "iptc-data"))
            if key in given
        ]
        resolution = metadata.get("resolution")
        self._writer.write(
            _compressed(first, pixels, rows),
            shape=(*size, *first.shape[2:]),
            dtype=first.dtype,
            photometric="rgb" if channels > 2 else "minisblack",
            planarconfig="contig" if channels > 1 else None,
            extrasamples=["unassalpha"] if channels in (2, 4) else None,
            compression="zlib",
            predictor=True,
            rowsperstrip=rows,
            iccprofile=given.get("icc-profile-data"),
            resolution=(resolution[0] * 10, resolution[1] * 10) if resolution else None,
            resolutionunit="centimeter" if resolution else None,
            extratags=extra + (self._exif_tags(exif, size) if exif else []),
            software=False,
            metadata=None,
        )

    def _exif_tags(self, block: bytes, size: tuple[int, int]) -> list[tuple[Any, ...]]:
        """Write EXIF's directories, and give the tags of the page that point to them."""
        from PIL import Image

        exif = Image.Exif()
        tags: list[tuple[Any, ...]] = []
        try:
            exif.load(block)
            for tag in _DESCRIPTIVE:
                text = exif.get(tag)
                if isinstance(text, str):
                    tags.append((tag, 2, None, text.encode() + b"\0", False))
            for tag, name in ((_EXIF, "ExifTag"), (_GPS, "GPSTag")):
                values = dict(exif.get_ifd(tag))
                if _INTEROP in values:
                    values[_INTEROP] = exif.get_ifd(_INTEROP)
                if tag == _EXIF and {_WIDTH, _HEIGHT} & values.keys():
                    values[_HEIGHT], values[_WIDTH] = size
                if values:
                    tags.append(
                        (name, 16 if self._big else 4, 1, self._directory(tag, values), False)
                    )
        except Exception:  # a block that Pillow cannot read is not taken along
            pass
        return tags

    def _directory(self, group: int, values: Mapping[int, Any]) -> int:
        """Write a directory of tags at the end of the file; its position."""
        from PIL.TiffImagePlugin import ImageFileDirectory_v2

        head = b"II\x2b\0\x08\0\0\0" + bytes(8) if self._big else b"II\x2a\0" + bytes(4)
        directory = ImageFileDirectory_v2(head, group=group)
        for tag, value in values.items():
            directory[tag] = value
        position = self._file.seek(0, io.SEEK_END)
        position += self._file.write(bytes(position % 2))
        self._file.write(directory.tobytes(position))
        return position


def _compressed(first: NDArray[Any], more: Iterator[NDArray[Any]], rows: int) -> Iterator[bytes]:
    """Strips of any height as strips of ``rows``, differences between neighbours, in deflate."""
    left = first
    while len(left):
        while len(left) < rows and (strip := next(more, None)) is not None:
            left = np.concatenate([left, strip])
        strip, left = left[:rows], left[rows:]
        change = np.ascontiguousarray(strip, strip.dtype.newbyteorder("<"))
        change = np.concatenate([change[:, :1], change[:, 1:] - change[:, :-1]], axis=1)
        yield zlib.compress(change.tobytes(), _LEVEL)
        if not len(left):
            left = next(more, left)

"""Read the header of an AVIF or HEIC file (ISO/IEC 23008-12) without a decoder."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO

from srcnn.images.formats import HEIC, result_format
from srcnn.images.parts import avif_boxes, read_at

_LARGEST = 2**22
"""Largest part of a header, in bytes, that is read; those of cameras have a few KB."""
_MOST = 10_000
"""Largest number of items, properties and references that are read."""
_ALPHA = (b"alpha", b":auxid:1")
"""Suffixes of auxiliary types that denote transparency."""


@dataclass
class HeifHeader:
    """The items of a file and their descriptions.

    Attributes:
        primary: Number of the main image.
        items: Type of each item by its number; that of XMP is ``mime``.
        texts: Names of each item and its content type.
        places: Location of each item's parts: (0 in the file or 1 in ``inside``, start, length).
        inside: Content of items that is stored in the header.
        properties: All properties as (kind, content).
        of_item: Indices in ``properties`` of each item, starting at 1.
        auxiliary: Auxiliary items, and the items that they belong to.
        derived: Derived items, and the items that they are made of, such as the tiles of a grid.
    """

    primary: int = 0
    items: dict[int, bytes] = field(default_factory=dict)
    texts: dict[int, bytes] = field(default_factory=dict)
    places: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    inside: bytes = b""
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    of_item: dict[int, list[int]] = field(default_factory=dict)
    auxiliary: dict[int, list[int]] = field(default_factory=dict)
    derived: dict[int, list[int]] = field(default_factory=dict)

    def of(self, item: int) -> Iterator[tuple[bytes, bytes]]:
        """Yield the properties of an item."""
        for number in self.of_item.get(item, []):
            if 0 < number <= len(self.properties):
                yield self.properties[number - 1]

    def bits(self) -> int:
        """Return the bits per sample of the main image, or 8 if they are unknown."""
        for item in (self.primary, *self.derived.get(self.primary, [])[:1]):
            for kind, content in self.of(item):
                if kind == b"pixi" and len(content) > 5:
                    return max(content[5:])
                if kind == b"hvcC" and len(content) > 17:
                    return 8 + (content[17] & 7)
        return 8

    def exif(self, file: IO[bytes]) -> bytes | None:
        """Return the file's EXIF in the form of JPEG, or ``None`` if it has none."""
        for item, kind in self.items.items():
            if kind == b"Exif":
                data = self.read(file, item)
                start = 4 + int.from_bytes(data[:4], "big")
                if len(data) > start:
                    return b"Exif\0\0" + data[start:].removeprefix(b"Exif\0\0")
        return None

    def xmp(self, file: IO[bytes]) -> bytes | None:
        """Return the file's XMP, or ``None`` if it has none."""
        for item, kind in self.items.items():
            if kind == b"mime" and b"application/rdf+xml" in self.texts.get(item, b""):
                return self.read(file, item) or None
        return None

    def read(self, file: IO[bytes], item: int) -> bytes:
        """Return the content of an item, as far as the file contains it."""
        parts: list[bytes] = []
        for method, start, length in self.places.get(item, []):
            left = _LARGEST - sum(map(len, parts))
            if method == 0:
                parts.append(read_at(file, start, min(length, left)))
            elif method == 1:
                parts.append(self.inside[start : start + min(length, left)])
        return b"".join(parts)

    def auxiliary_kinds(self) -> set[bytes]:
        """Return the types of images that belong to the main image: alpha, depth, gain map."""
        return {
            content[4:].split(b"\0")[0]
            for item in self.auxiliary
            for kind, content in self.of(item)
            if kind == b"auxC"
        }

    def has_alpha(self) -> bool:
        """Return whether the main image has transparency."""
        return any(is_alpha(kind) for kind in self.auxiliary_kinds())


def is_alpha(kind: bytes) -> bool:
    """Return whether an auxiliary image of this type is transparency."""
    return kind.endswith(_ALPHA)


def result_suffix(source: str) -> str:
    """Return the suffix of the result of a HEIC file: PNG for what JPEG does not support."""
    try:
        with open(source, "rb") as file:  # noqa: PTH123 - ten times as fast
            header = read_header(file)
    except (OSError, ValueError):  # reading the image will report the error
        return ".jpg"
    return result_format(HEIC, header.has_alpha(), header.bits() > 8).suffixes[0]


def read_header(file: IO[bytes]) -> HeifHeader:
    """Return the header of a file; for a broken file, as much as can be read."""
    header = HeifHeader()
    for kind, start, length in avif_boxes(file):
        if kind == b"meta":
            with suppress(struct.error, IndexError):
                _read_meta(read_at(file, start, min(length, _LARGEST))[4:], header)
            break
    return header


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_MOST):
        if at + 8 > len(data):
            return
        length = int.from_bytes(data[at : at + 4], "big") or len(data) - at
        if length < 8:
            return
        yield data[at + 4 : at + 8], data[at + 8 : at + length]
        at += length


def _read_meta(data: bytes, header: HeifHeader) -> None:
    for kind, content in _boxes(data):
        wide = content[:1] != b"\0"
        if kind == b"pitm":
            header.primary = int.from_bytes(content[4 : 8 if wide else 6], "big")
        elif kind == b"iinf":
            for _, entry in _boxes(content[8 if wide else 6 :]):
                end = 8 if entry[:1] == b"\3" else 6
                item = int.from_bytes(entry[4:end], "big")
                header.items[item], header.texts[item] = entry[end + 2 : end + 6], entry[end + 6 :]
        elif kind == b"idat":
            header.inside = content
        elif kind == b"iloc":
            with suppress(struct.error, IndexError):
                _read_places(content, header)
        elif kind == b"iprp":
            for inner, properties in _boxes(content):
                if inner == b"ipco":
                    header.properties += _boxes(properties)
                elif inner == b"ipma":
                    _read_associations(properties, header)
        elif kind == b"iref":
            _read_references(content, header)


def _read_places(data: bytes, header: HeifHeader) -> None:
    """Read the location of items (ISO/IEC 14496-12, section 8.11.3)."""
    version, at = data[0], 6

    def number(size: int) -> int:
        nonlocal at
        at += size
        if at > len(data):
            raise IndexError
        return int.from_bytes(data[at - size : at], "big")

    offset, length, base, index = data[4] >> 4, data[4] & 15, data[5] >> 4, data[5] & 15
    wide = 4 if version == 2 else 2
    for _ in range(min(number(wide), _MOST)):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)
        start = number(base)
        for _ in range(min(number(2), _MOST)):
            number(index if version else 0)
            place = start + number(offset), number(length)
            header.places.setdefault(item, []).append((method, *place))


def without_metadata(data: bytes) -> bytes:
    """Hide EXIF and XMP of a file by renaming the references to them.

    pi-heif ends the process if the names of these items are not UTF-8, so it must not see them.
    """
    ranges = [
        (at, at + max(size, 0)) for kind, at, size in avif_boxes(BytesIO(data)) if kind == b"mdat"
    ]
    parts, end = [], 0
    for start, stop in sorted(ranges):
        if start >= end:
            parts += [data[end:start].replace(b"cdsc", b"free"), data[start:stop]]
            end = stop
    return b"".join([*parts, data[end:].replace(b"cdsc", b"free")])


def _read_associations(data: bytes, header: HeifHeader) -> None:
    wide, long = data[0] > 0, bool(data[3] & 1)
    (count,) = struct.unpack(">I", data[4:8])
    at = 8
    for _ in range(min(count, _MOST)):
        item = int.from_bytes(data[at : at + (4 if wide else 2)], "big")
        at += 4 if wide else 2
        size, number = (2 if long else 1), data[at]
        at += 1
        places = [data[at + size * k : at + size * (k + 1)] for k in range(number)]
        mask = 0x7FFF if long else 0x7F
        header.of_item.setdefault(item, []).extend(
            int.from_bytes(place, "big") & mask for place in places
        )
        at += size * number


def _read_references(data: bytes, header: HeifHeader) -> None:
    size = 4 if data[0] else 2
    for kind, content in _boxes(data[4:]):
        (count,) = struct.unpack(">H", content[size : size + 2])
        numbers = [int.from_bytes(content[:size], "big")]
        for k in range(min(count, _MOST)):
            at = size + 2 + size * k
            numbers.append(int.from_bytes(content[at : at + size], "big"))
        if kind == b"auxl" and header.primary in numbers[1:]:
            header.auxiliary[numbers[0]] = numbers[1:]
        elif kind == b"dimg":
            header.derived[numbers[0]] = numbers[1:]

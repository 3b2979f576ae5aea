"""Read the quality and chroma subsampling of JPEG files, and add segments to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from srcnn.images.parts import jpeg_segments, read_at
from srcnn.images.source import Stored, open_stored

if TYPE_CHECKING:
    from srcnn.images.formats import Format
    from srcnn.images.picture import Picture

FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG's frame headers (ITU-T T.81, table B.1)."""
_COMMENT, _MOST_COMMENTS = b"\xfe", 16
"""Marker of a comment, and the largest number of comments that are kept."""
_BASE_TABLE = 3688
"""Sum of the standard's luminance table (ITU-T T.81, table K.1), which is quality 50."""


def open_jpeg(name: str, source: Stored, fmt: Format) -> Picture:
    """Open a JPEG file with libvips.

    Raises:
        InputError: The file is not readable, or pixels are missing, about which libjpeg only warns.
    """
    from srcnn.images.vips import open_vips

    picture = open_vips(name, source, fmt, "jpeg", warns=True)
    quality, subsampled = kind_of_jpeg(source)
    metadata = replace(
        picture.header.metadata,
        quality=quality,
        subsampled=subsampled,
        parts_of="jpeg",
        parts=tuple(comments_of(source)),
    )
    picture.header = replace(picture.header, metadata=metadata)
    return picture


def kind_of_jpeg(source: Stored) -> tuple[int, bool]:
    """Return the quality of a JPEG file, and whether it is 4:2:0.

    The quality, 1 to 100, is the one with which libjpeg would use the file's tables.
    """
    table, subsampled = 0, False
    with open_stored(source) as file:
        for kind, start, length in jpeg_segments(file):
            if kind == b"\xdb" or kind[0] in FRAMES:
                content = read_at(file, start, length)
                if kind == b"\xdb":
                    table = _luminance_table(content) or table
                else:
                    subsampled = content[7::3] == b"\x22\x11\x11"
    return quality_of(table), subsampled


def comments_of(source: Stored) -> list[tuple[bytes, bytes]]:
    """Return the comments of a file as (marker, content)."""
    with open_stored(source) as file:
        return [
            (kind, read_at(file, start, length))
            for kind, start, length in jpeg_segments(file)
            if kind == _COMMENT
        ][:_MOST_COMMENTS]


class SegmentFilter:
    """Inserts segments into a JPEG file's stream, behind the JFIF header, which must be first."""

    def __init__(self, added: Iterable[tuple[bytes, bytes]]) -> None:
        """Insert ``added``, segments as (marker, content)."""
        self._added = b"".join(
            b"\xff" + kind + (len(data) + 2).to_bytes(2, "big") + data for kind, data in added
        )
        self._waiting = b""

    def __call__(self, data: bytes) -> bytes:
        """Accept the next bytes of the file; return those that can be written now."""
        if not self._added:
            return data
        self._waiting += data
        if len(self._waiting) < 6:
            return b""
        at = 2
        if self._waiting[2:4] == b"\xff\xe0":
            at += 2 + int.from_bytes(self._waiting[4:6], "big")
        if len(self._waiting) < at:
            return b""
        added, self._added = self._added, b""
        return self._waiting[:at] + added + self._waiting[at:]


def quality_of(table: int) -> int:
    """Return libjpeg's quality, 1 to 100, for the sum of a luminance table; 0 without a table."""
    if table == 0:
        return 0
    percent = table / _BASE_TABLE * 100
    return min(100, round((200 - percent) / 2 if percent <= 100 else 5000 / percent))


def _luminance_table(content: bytes) -> int:
    """Return the sum of table 0 in a DQT segment (ITU-T T.81, section B.2.4.1), or 0."""
    total = 0
    while content:
        deep, number = divmod(content[0], 16)
        table, content = content[1 : 129 if deep else 65], content[129 if deep else 65 :]
        if number == 0:
            total = sum(table[1::2]) + 256 * sum(table[::2]) if deep else sum(table)
    return total

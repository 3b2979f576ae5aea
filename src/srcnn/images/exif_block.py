"""Correct EXIF blocks in place; everything else keeps its bytes and offsets.

The format is that of CIPA DC-008: TIFF 6.0 with the directories of its section 4.6.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

ORIENTATION, DETAILS, GPS, INTEROP = 0x0112, 0x8769, 0x8825, 0xA005
"""Tags of the orientation and of the directories of an EXIF block."""
RATING, RATING_PERCENT = 0x4746, 0x4749
"""Tags of the star rating."""
_DESCRIPTION = 0x010E
_WIDTHS, _HEIGHTS = (0x0100, 0xA002), (0x0101, 0xA003)
_SUBJECT = (0x9214, 0xA214)
"""Tags of an area and of a location in pixels."""
_FOCAL_ACROSS, _FOCAL_DOWN = 0xA20E, 0xA20F
"""Tags of the sensor's pixels per unit of length."""
_SHORT, _LONG, _RATIONAL = 3, 4, 5
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Bytes of a value, by type."""
_MOST = 2**32 - 1
_OF_PIXELS = (b"<OME", b"<?xml", b'{"shape"', b"{'shape'")
"""First bytes of the descriptions that microscopy programs write, which count pixels."""


@dataclass(frozen=True)
class Change:
    """How the pixels of a result relate to those of its source.

    Attributes:
        width: Width of the result in pixels.
        height: Height of the result in pixels.
        across: Width of the result divided by that of the source, both as displayed.
        down: Height of the result divided by that of the source.
        turned: Whether the pixels were rotated or mirrored by the file's orientation.
    """

    width: int
    height: int
    across: float
    down: float
    turned: bool


@dataclass(frozen=True)
class Entry:
    """An entry of a directory.

    Attributes:
        directory: Tag that points to the directory; 0 for the first one.
        tag: The tag.
        kind: Type of the values.
        count: Number of values.
        at: Offset of the entry.
        values: Offset of its values.
    """

    directory: int
    tag: int
    kind: int
    count: int
    at: int
    values: int


class _Block:
    """An EXIF block with its first directory and the directories that it points to."""

    def __init__(self, block: bytes) -> None:
        self.data = bytearray(block)
        self.base = 6 if block.startswith(b"Exif\0\0") else 0
        order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(self.data[self.base : self.base + 4]))
        if order is None:
            raise struct.error
        self.order = order
        self.first = self.number("I", self.base + 4)

    def number(self, code: str, at: int) -> int:
        (value,) = struct.unpack_from(self.order + code, self.data, at)
        return int(value)

    def put(self, code: str, at: int, *values: int) -> None:
        struct.pack_into(self.order + code, self.data, at, *values)

    def directory(self, place: int, led_by: int) -> Iterator[Entry]:
        """Yield the entries of the directory at ``place``, as far as the block contains them."""
        at = self.base + place
        for number in range(self.number("H", at)):
            start = at + 2 + 12 * number
            tag, kind, count = struct.unpack_from(self.order + "HHI", self.data, start)
            inline = _SIZES.get(kind, 1) * count <= 4
            values = start + 8 if inline else self.base + self.number("I", start + 8)
            yield Entry(led_by, tag, kind, count, start, values)

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield (tag that points to a directory, its offset), starting with the first directory."""
        yield 0, self.first
        for entry in list(self.directory(self.first, 0)):
            if entry.tag in (DETAILS, GPS):
                yield entry.tag, self.number("I", entry.at + 8)

    def remove(self, place: int, tags: set[int]) -> None:
        """Remove entries from a directory and move up those behind them."""
        at = self.base + place
        count = self.number("H", at)
        end = at + 2 + 12 * count
        entries = [bytes(self.data[k : k + 12]) for k in range(at + 2, end, 12)]
        kept = [e for e in entries if struct.unpack_from(self.order + "H", e)[0] not in tags]
        following = bytes(self.data[end : end + 4])
        body = b"".join(kept) + following
        self.data[at + 2 : end + 4] = body.ljust(end + 2 - at, b"\0")
        self.put("H", at, len(kept))


def entries_of(block: bytes) -> list[Entry]:
    """Return the entries of a block's directories; for a broken block, those that can be found."""
    found: list[Entry] = []
    try:
        parsed = _Block(block)
        for led_by, place in parsed.places():
            found += parsed.directory(place, led_by)
    except struct.error:
        pass
    return found


def small_number(block: bytes, tag: int) -> int | None:
    """Return the value of a tag in the first directory if it is a single whole number."""
    try:
        parsed = _Block(block)
        for entry in parsed.directory(parsed.first, 0):
            if entry.tag == tag and entry.kind in (_SHORT, _LONG) and entry.count == 1:
                return parsed.number("H" if entry.kind == _SHORT else "I", entry.values)
    except struct.error:
        pass
    return None


def corrected_block(block: bytes, change: Change) -> tuple[bytes, list[str]]:
    """Correct a block for the result.

    The orientation becomes 1, sizes become those of the result, and locations in pixels are scaled.
    If the image was turned, they are dropped. The thumbnail, which shows the source, is dropped. In
    a broken block, everything that can be found is corrected.

    Args:
        block: The EXIF block of the source.
        change: How the result relates to the source.

    Returns:
        The block for the result, and descriptions of what was dropped.
    """
    dropped: list[str] = []
    try:
        parsed = _Block(block)
        places = list(parsed.places())
    except struct.error:
        return block, dropped
    try:
        if _without_thumbnail(parsed):
            dropped.append("thumbnail")
        for led_by, place in places:
            if led_by != GPS:
                dropped += _correct(parsed, place, led_by, change)
    except struct.error:
        pass
    return bytes(parsed.data), dropped


def _without_thumbnail(block: _Block) -> bool:
    """Remove the second directory, which describes the thumbnail; return whether there was one."""
    link = block.base + block.first + 2 + 12 * block.number("H", block.base + block.first)
    second = block.number("I", link)
    if second == 0:
        return False
    found = {entry.tag: entry for entry in block.directory(second, 0)}
    block.put("I", link, 0)
    if {0x0201, 0x0202} <= found.keys():
        start = block.base + block.number("I", found[0x0201].values)
        length = block.number("I", found[0x0202].values)
        end = min(start + length, len(block.data))
        if end == len(block.data):  # nothing follows it
            del block.data[start:]
        elif start < end:
            block.data[start:end] = bytes(end - start)
    return True


def _correct(block: _Block, place: int, led_by: int, change: Change) -> Iterator[str]:
    """Correct the entries of a directory in place; yield descriptions of what is dropped."""
    gone: set[int] = set()
    for entry in list(block.directory(place, led_by)):
        if entry.tag == ORIENTATION:
            _set(block, entry, 1)
        elif entry.tag in _WIDTHS:
            _set(block, entry, change.width)
        elif entry.tag in _HEIGHTS:
            _set(block, entry, change.height)
        elif entry.tag in (_FOCAL_ACROSS, _FOCAL_DOWN) and entry.kind == _RATIONAL:
            _scale_rational(
                block, entry, change.across if entry.tag == _FOCAL_ACROSS else change.down
            )
        elif entry.tag in _SUBJECT:
            if change.turned or not _scale_shorts(block, entry, change):
                gone.add(entry.tag)
                yield "subject area"
        elif entry.tag == _DESCRIPTION and entry.count > 4:
            text = bytes(block.data[entry.values : entry.values + entry.count])
            if is_about_pixels(text):
                gone.add(entry.tag)
                yield "description of the pixels (OME or tifffile)"
    if gone:
        block.remove(place, gone)


def is_about_pixels(description: bytes) -> bool:
    """Return whether a description counts pixels, like those of OME and tifffile."""
    start = description.lstrip()[:4096]
    if not start.startswith(_OF_PIXELS):
        return False
    return not start.startswith(b"<?xml") or b"OME" in start


def _set(block: _Block, entry: Entry, value: int) -> None:
    if entry.count == 1 and entry.kind in (_SHORT, _LONG):
        kind = _SHORT if entry.kind == _SHORT and value <= 0xFFFF else _LONG
        block.put("HHI", entry.at, entry.tag, kind, 1)
        block.put("I", entry.at + 8, 0)
        block.put("H" if kind == _SHORT else "I", entry.at + 8, min(value, _MOST))


def _scale_rational(block: _Block, entry: Entry, factor: float) -> None:
    above, below = block.number("I", entry.values), block.number("I", entry.values + 4)
    if below:
        value = above / below * factor
        below = next((k for k in (10**6, 1000, 1) if value * k <= _MOST), 1)
        block.put("II", entry.values, min(round(value * below), _MOST), below)


def _scale_shorts(block: _Block, entry: Entry, change: Change) -> bool:
    """Scale a point, circle or rectangle in pixels; return whether that was possible."""
    if entry.kind != _SHORT or not 2 <= entry.count <= 4:
        return False
    factors = [change.across, change.down] * 2
    old = [block.number("H", entry.values + 2 * k) for k in range(entry.count)]
    new = [round(value * factor) for value, factor in zip(old, factors, strict=False)]
    if max(new) > 0xFFFF:
        return False
    block.put(f"{len(new)}H", entry.values, *new)
    return True

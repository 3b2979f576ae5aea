"""EXIF blocks, changed in place: what is not named here stays, to the last byte and offset.

The format is that of CIPA DC-008, which is TIFF 6.0 with the directories of its section 4.6.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

ORIENTATION, DETAILS, GPS, INTEROP = 0x0112, 0x8769, 0x8825, 0xA005
"""Tags of the orientation, and of the directories that an EXIF block has."""
RATING, RATING_PERCENT = 0x4746, 0x4749
_DESCRIPTION = 0x010E
_WIDTHS, _HEIGHTS = (0x0100, 0xA002), (0x0101, 0xA003)
_SUBJECT = (0x9214, 0xA214)
"""Tags of an area and of a place in pixels."""
_FOCAL_ACROSS, _FOCAL_DOWN = 0xA20E, 0xA20F
"""Tags of the pixels per unit on the sensor."""
_SHORT, _LONG, _RATIONAL = 3, 4, 5
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_MOST = 2**32 - 1
_OF_PIXELS = (b"<OME", b"<?xml", b'{"shape"', b"{'shape'")
"""How descriptions begin that programs of microscopy wrote for themselves: they count pixels."""


@dataclass(frozen=True)
class Change:
    """How the pixels of a result lie to those of its source.

    Attributes:
        width: Width of the result in pixels.
        height: Its height.
        across: Its width by that of the source, both as they are displayed.
        down: Its height by that of the source.
        turned: Whether the pixels lie otherwise than in the file, by its orientation.
    """

    width: int
    height: int
    across: float
    down: float
    turned: bool


@dataclass(frozen=True)
class Entry:
    """One entry of a directory: the tag, its type, its number of values, and where they stand."""

    directory: int
    """Tag that leads to the directory; 0 for the first one."""
    tag: int
    kind: int
    count: int
    at: int
    """Where the entry begins."""
    values: int
    """Where its values begin."""


class _Block:
    """A block, and its first directory with those that it leads to, each once."""

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
        """Yield the entries of the directory at ``place``, as far as they are there."""
        at = self.base + place
        for number in range(self.number("H", at)):
            start = at + 2 + 12 * number
            tag, kind, count = struct.unpack_from(self.order + "HHI", self.data, start)
            inline = _SIZES.get(kind, 1) * count <= 4
            values = start + 8 if inline else self.base + self.number("I", start + 8)
            yield Entry(led_by, tag, kind, count, start, values)

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield (the tag that leads to a directory, its place), the first one first."""
        yield 0, self.first
        for entry in list(self.directory(self.first, 0)):
            if entry.tag in (DETAILS, GPS):
                yield entry.tag, self.number("I", entry.at + 8)

    def remove(self, place: int, tags: set[int]) -> None:
        """Take entries out of a directory; those behind them move up."""
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
    """Return the entries of a block's directories; those that can be found in a broken one."""
    found: list[Entry] = []
    try:
        parsed = _Block(block)
        for led_by, place in parsed.places():
            found += parsed.directory(place, led_by)
    except struct.error:
        pass
    return found


def small_number(block: bytes, tag: int) -> int | None:
    """Return the value of a tag of the first directory that is one whole number."""
    try:
        parsed = _Block(block)
        for entry in parsed.directory(parsed.first, 0):
            if entry.tag == tag and entry.kind in (_SHORT, _LONG) and entry.count == 1:
                return parsed.number("H" if entry.kind == _SHORT else "I", entry.values)
    except struct.error:
        pass
    return None


def corrected_block(block: bytes, change: Change) -> tuple[bytes, list[str]]:
    """Return a block that holds for the result, and what it lacks, in words.

    The orientation becomes 1, sizes become those of the result, and places in pixels move with it unless it
    was turned. The thumbnail goes: it shows the source as it lay. Of a broken block all is changed that
    can be found.
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
    """Cut the link to the second directory, which describes the thumbnail; return whether there was one."""
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
        if end == len(block.data):  # nothing stands behind it
            del block.data[start:]
        elif start < end:
            block.data[start:end] = bytes(end - start)
    return True


def _correct(block: _Block, place: int, led_by: int, change: Change) -> Iterator[str]:
    """Correct the entries of a directory in place; yield what is dropped."""
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
                yield "area of the subject"
        elif entry.tag == _DESCRIPTION and entry.count > 4:
            text = bytes(block.data[entry.values : entry.values + entry.count])
            if is_about_pixels(text):
                gone.add(entry.tag)
                yield "description of the pixels (OME or tifffile)"
    if gone:
        block.remove(place, gone)


def is_about_pixels(description: bytes) -> bool:
    """Return whether a description counts pixels, as those of OME and of tifffile do."""
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
    """Enlarge a place, a circle or a rectangle in pixels; return whether it could be."""
    if entry.kind != _SHORT or not 2 <= entry.count <= 4:
        return False
    factors = [change.across, change.down] * 2
    old = [block.number("H", entry.values + 2 * k) for k in range(entry.count)]
    new = [round(value * factor) for value, factor in zip(old, factors, strict=False)]
    if max(new) > 0xFFFF:
        return False
    block.put(f"{len(new)}H", entry.values, *new)
    return True

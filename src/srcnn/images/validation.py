"""Reject files that would keep their decoder busy or lead it astray.

Decoders trust their input. Before a decoder sees a file, its parts (JPEG's segments, PNG's and
WebP's chunks, AVIF's boxes) are checked in milliseconds. This rejects thousands of frames, EXIF
blocks that point in circles, and a JPEG that is too short for its own header, all of which would
take a decoder minutes.
"""

from __future__ import annotations

import io
import struct
from typing import IO, TYPE_CHECKING

from srcnn.errors import InputError
from srcnn.images.jpeg import FRAMES

if TYPE_CHECKING:
    from srcnn.images.formats import Format

_MOST_PARTS = 10_000
"""Largest number of parts of a file.

A camera's JPEG has about 20. libwebp takes seconds for 20,000 frames, and four times as long for
twice as many.
"""
MOST_ENTRIES = 5000
"""Largest cost of reading an EXIF block.

libexif takes 2 s for this many entries; cameras write 100.
"""
_DIRECTORIES = (0x8769, 0x8825, 0xA005)
"""EXIF tags that point to another directory (CIPA DC-008, section 4.6.3)."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
"""Bytes of a value by EXIF type."""
_ARITHMETIC = range(0xC9, 0xD0)
"""Markers of frames with arithmetic coding."""
_ANIMATED = {b"acTL", b"moov"}
"""Parts of animations, of which libvips would show only the first frame.

See PNG, third edition, section 11.3.6.1, and AVIF, section 3.
"""
_LARGEST_SIDE = 10**7
"""Largest side of an AVIF in pixels; libvips may complain about larger ones on stderr."""


def check_parts(file: IO[bytes], fmt: Format, name: str) -> None:
    """Check that the parts of a file are complete and cheap to decode.

    Args:
        file: The file.
        fmt: Its format.
        name: Its name in error messages.

    Raises:
        InputError: They are not.
    """
    size = file.seek(0, io.SEEK_END)
    fmt.check(file, name)
    for number, (kind, start, length) in enumerate(fmt.parts(file)):
        if number == _MOST_PARTS:
            raise InputError(name, f"is not a normal {fmt.name.upper()} (more than {number} parts)")
        if kind in _ANIMATED:
            raise InputError(
                name, f"is an animated {fmt.name.upper()}", "convert it to WebP or GIF"
            )
        file.seek(start)
        if kind in (b"eXIf", b"EXIF", b"\xe1"):
            if cost_of_exif(file.read(length)) > MOST_ENTRIES:
                raise InputError(
                    name, f"has a broken EXIF block (more than {MOST_ENTRIES} entries)"
                )
        elif kind == b"ispe":  # version, width, height (ISO/IEC 23008-12, 6.5.3)
            _, *sides = struct.unpack(">3I", file.read(12).ljust(12, b"\0"))
            if max(sides) > _LARGEST_SIDE:
                why = f"is not a readable {fmt.name.upper()} ({sides[0]} x {sides[1]} pixels)"
                raise InputError(name, why)
        elif len(kind) == 1 and kind[0] in FRAMES:
            _, height, width = struct.unpack(">BHH", file.read(5).ljust(5, b"\0"))
            # A block of 8 x 8 pixels takes at least one bit, except with arithmetic coding, which
            # is rare.
            if kind[0] not in _ARITHMETIC and width * height > 512 * size:
                raise InputError(name, f"is too short for {width} x {height} pixels")


def cost_of_exif(block: bytes) -> int:
    """Return the cost of reading an EXIF block, or 0 if it is not EXIF.

    Each entry costs 1, and a long value 1 more per 4 KB. A directory counts each time that it is
    reached. Counting stops above `MOST_ENTRIES`.
    """
    exif = block.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None or len(exif) < 8:
        return 0
    cost = 0
    waiting = [*struct.unpack(order + "I", exif[4:8])]
    while waiting and cost <= MOST_ENTRIES:
        at = waiting.pop() + 2
        if at > len(exif):
            continue
        (count,) = struct.unpack(order + "H", exif[at - 2 : at])
        end = min(at + 12 * count, at + (len(exif) - at) // 12 * 12)
        cost += 1
        for tag, kind, count, value in struct.iter_unpack(order + "HHII", exif[at:end]):
            length = _SIZES.get(kind, 0) * count
            cost += 1 + (length // 4096 if length < len(exif) else 0)
            if tag in _DIRECTORIES:
                waiting.append(value)
        if end + 4 <= len(exif):
            following = struct.unpack(order + "I", exif[end : end + 4])
            waiting += [place for place in following if place]
    return cost

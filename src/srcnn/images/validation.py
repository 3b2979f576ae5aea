"""What libvips does not tell of a file, and its bytes do.

A file's parts (JPEG's segments, PNG's and WebP's chunks, AVIF's boxes) are also walked before a decoder sees them.
Decoders are made for honest files: what they would chew on for minutes is refused here in milliseconds,
thousands of frames, EXIF blocks that lead in circles, a JPEG that is too short for its own header.
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
"""A camera's JPEG has about 20; libwebp takes seconds for 20,000 frames, and four times that for twice."""
MOST_ENTRIES = 5000
"""What reading an EXIF block may cost: libexif takes 2 s for so many entries, and cameras write 100."""
_DIRECTORIES = (0x8769, 0x8825, 0xA005)
"""EXIF's tags whose value is the place of another directory (CIPA DC-008, section 4.6.3)."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
"""Bytes of a value of each of EXIF's types."""
_ARITHMETIC = range(0xC9, 0xD0)
_ANIMATED = {b"acTL", b"moov"}
"""Frames follow, of which libvips would show the first (PNG, third edition, 11.3.6.1; AVIF, section 3)."""
_LARGEST_SIDE = 10**7
"""Of an AVIF: libvips complains on stderr of one that it cannot count."""


def check_parts(file: IO[bytes], fmt: Format, name: str) -> None:
    """`InputError` for a file whose parts are not all there, or would keep its decoder busy for no picture."""
    size = file.seek(0, io.SEEK_END)
    fmt.check(file, name)
    for number, (kind, start, length) in enumerate(fmt.parts(file)):
        if number == _MOST_PARTS:
            raise InputError(name, f"is no usual {fmt.name.upper()} (over {number} parts)")
        if kind in _ANIMATED:
            raise InputError(
                name, f"is an animated {fmt.name.upper()}", "convert it to WebP or GIF"
            )
        file.seek(start)
        if kind in (b"eXIf", b"EXIF", b"\xe1"):
            if cost_of_exif(file.read(length)) > MOST_ENTRIES:
                raise InputError(name, f"has a broken EXIF block (over {MOST_ENTRIES} entries)")
        elif kind == b"ispe":  # version, width, height (ISO/IEC 23008-12, 6.5.3)
            _, *sides = struct.unpack(">3I", file.read(12).ljust(12, b"\0"))
            if max(sides) > _LARGEST_SIDE:
                why = f"is not a readable {fmt.name.upper()} ({sides[0]} x {sides[1]} pixels)"
                raise InputError(name, why)
        elif len(kind) == 1 and kind[0] in FRAMES:
            _, height, width = struct.unpack(">BHH", file.read(5).ljust(5, b"\0"))
            # Each 8 x 8 pixels take a bit at least; only arithmetic coding, which is rare, takes less.
            if kind[0] not in _ARITHMETIC and width * height > 512 * size:
                raise InputError(name, f"is too short for {width} x {height} pixels")


def cost_of_exif(block: bytes) -> int:
    """Return what reading a block costs: its entries, a long value as one per 4 KB of it, 0 for no EXIF.

    A directory counts each time that it is reached. Counting ends where it is too much.
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

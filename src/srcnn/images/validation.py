"""What libvips does not tell of a file, and its bytes do.

A file's parts (JPEG's segments, PNG's and WebP's chunks, AVIF's boxes) are also walked before a decoder sees them.
Decoders are made for honest files: what they would chew on for minutes is refused here in milliseconds,
thousands of frames, EXIF blocks that lead in circles, a JPEG that is too short for its own header.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from typing import IO

from srcnn.errors import InputError
from srcnn.images.formats import Format
from srcnn.images.source import Stored, open_stored

Part = tuple[bytes, int, int]
"""(what it is, where its content starts, how long that is)."""

_MOST_PARTS = 10_000
"""A camera's JPEG has about 20; libwebp takes seconds for 20,000 frames, and four times that for twice."""
MOST_ENTRIES = 5000
"""What reading an EXIF block may cost: libexif takes 2 s for so many entries, and cameras write 100."""
_DIRECTORIES = (0x8769, 0x8825, 0xA005)
"""EXIF's tags whose value is the place of another directory (CIPA DC-008, section 4.6.3)."""
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
"""Bytes of a value of each of EXIF's types."""
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""JPEG's markers of a frame header (ITU-T T.81, table B.1)."""
_ARITHMETIC = range(0xC9, 0xD0)
_ALONE = {0x00, 0x01, *range(0xD0, 0xD9)}
"""Markers that no content follows."""
_WINDOW = 4096
"""Bytes that are looked at for the next of JPEG's markers."""
_BOXES_OF_BOXES = {b"meta": 4, b"iprp": 0, b"ipco": 0}
"""AVIF's boxes on the way to its pictures' sizes, and the bytes before the first box in them."""
_ANIMATED = {b"acTL", b"moov"}
"""Frames follow, of which libvips would show the first (PNG, third edition, 11.3.6.1; AVIF, section 3)."""
_LARGEST_SIDE = 10**7
"""Of an AVIF: libvips complains on stderr of one that it cannot count."""
_LONGEST_PPM = 2**16
"""Bytes of a PPM's header: Pillow reads one byte after the other, and a comment may be endless."""
_SHORT_BLOCKS = 100_000
"""Of a GIF, beside those of 32 bytes or more."""
_BASE_TABLE = 3688
"""Sum of the luminance table of the JPEG standard (ITU-T T.81, table K.1), which is quality 50."""


def check_parts(file: IO[bytes], fmt: Format, name: str) -> None:
    """`InputError` for a file whose parts are not all there, or would keep its decoder busy for no picture."""
    size = file.seek(0, io.SEEK_END)
    if fmt.name == "gif" and not is_whole_gif(file):
        raise InputError(name, "is not a readable GIF (it ends too early)")
    if fmt.name == "ppm" and size > _LONGEST_PPM:
        words = re.sub(rb"#[^\r\n]*", b" ", _read_at(file, 0, _LONGEST_PPM)).split(None, 4)
        if len(words) < (3 if words[0] in (b"P1", b"P4") else 4):  # a bitmap has no largest value
            raise InputError(name, f"has a header of over {_LONGEST_PPM} bytes")
    for number, (kind, start, length) in enumerate(_parts(file, fmt)):
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
                raise InputError(name, f"is not a readable AVIF ({sides[0]} x {sides[1]} pixels)")
        elif fmt.name == "jpeg" and kind[0] in _FRAMES:
            _, height, width = struct.unpack(">BHH", file.read(5).ljust(5, b"\0"))
            # Each 8 x 8 pixels take a bit at least; only arithmetic coding, which is rare, takes less.
            if kind[0] not in _ARITHMETIC and width * height > 512 * size:
                raise InputError(name, f"is too short for {width} x {height} pixels")


def is_whole_gif(file: IO[bytes]) -> bool:
    """Whether a GIF goes on to its trailer (GIF89a, section 27); libvips shows what there is of others."""
    left = _SHORT_BLOCKS + file.seek(0, io.SEEK_END) // 32
    file.seek(0)
    flags = file.read(13)[10:11]
    _skip_colours(file, flags)
    while kind := file.read(1):
        if kind == b";":
            return True
        if kind == b",":  # an image: place, colours, and the size of its first codes
            _skip_colours(file, file.read(9)[8:])
            file.seek(1, io.SEEK_CUR)
        elif kind == b"!":
            file.seek(1, io.SEEK_CUR)
        else:
            return False
        while length := int.from_bytes(file.read(1), "big"):
            file.seek(length, io.SEEK_CUR)
            left -= 1
            if left < 0:  # writers fill their blocks
                return False
    return False


def _skip_colours(file: IO[bytes], flags: bytes) -> None:
    if flags and flags[0] & 0x80:
        file.seek(3 << (flags[0] & 7) + 1, io.SEEK_CUR)


def kind_of_jpeg(source: Stored) -> tuple[int, bool]:
    """(the quality, 1 to 100, that libjpeg would have taken for a file's tables; whether it is 4:2:0)."""
    table, subsampled = 0, False
    with open_stored(source) as file:
        for kind, start, length in _segments(file):
            if kind == b"\xdb" or kind[0] in _FRAMES:
                content = _read_at(file, start, length)
                if kind == b"\xdb":
                    table = _luminance_table(content) or table
                else:
                    subsampled = content[7::3] == b"\x22\x11\x11"
    return quality_of(table), subsampled


def quality_of(table: int) -> int:
    """Return libjpeg's quality, 1 to 100, for the sum of a luminance table; 0 for no table."""
    if table == 0:
        return 0
    percent = table / _BASE_TABLE * 100
    return min(100, round((200 - percent) / 2 if percent <= 100 else 5000 / percent))


def _luminance_table(content: bytes) -> int:
    """The sum of table 0, if it is among those of a DQT segment (ITU-T T.81, section B.2.4.1)."""
    total = 0
    while content:
        deep, number = divmod(content[0], 16)
        table, content = content[1 : 129 if deep else 65], content[129 if deep else 65 :]
        if number == 0:
            total = sum(table[1::2]) + 256 * sum(table[::2]) if deep else sum(table)
    return total


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


def _parts(file: IO[bytes], fmt: Format) -> Iterator[Part]:
    """What stands before the pixels, of WebP everything, as far as it can be followed."""
    walks = {"jpeg": _segments, "png": _png_chunks, "webp": _riff_chunks, "avif": _boxes}
    return walks[fmt.name](file) if fmt.name in walks else iter(())


def _segments(file: IO[bytes]) -> Iterator[Part]:
    """The segments of a JPEG up to its first scan; what stands between them is passed by, as decoders do."""
    at = 2
    while True:
        file.seek(at)
        window = file.read(_WINDOW)
        marker = window[window.find(b"\xff") :].lstrip(b"\xff") if b"\xff" in window else b""
        if len(marker) < 3:
            if len(window) < _WINDOW:
                return
            at += len(window) - len(marker) - 1  # where the last 0xFF is, or the end
            continue
        at += len(window) - len(marker) + 1
        if marker[0] in (0xD9, 0xDA):
            return
        length = 0 if marker[0] in _ALONE else max(int.from_bytes(marker[1:3], "big"), 2)
        yield marker[:1], at + 2, max(length - 2, 0)
        at += length


def _png_chunks(file: IO[bytes]) -> Iterator[Part]:
    at = 8
    while len(head := _read_at(file, at, 8)) == 8 and head[4:] not in (b"IDAT", b"IEND"):
        length = int.from_bytes(head[:4], "big")
        yield head[4:], at + 8, length
        at += length + 12


def _riff_chunks(file: IO[bytes]) -> Iterator[Part]:
    at = 12
    while len(head := _read_at(file, at, 8)) == 8:
        length = int.from_bytes(head[4:], "little")
        yield head[:4], at + 8, length
        at += 8 + length + length % 2


def _boxes(file: IO[bytes]) -> Iterator[Part]:
    """ISO/IEC 14496-12, section 4.2; boxes of boxes are entered, so each is met once."""
    at, end = 0, file.seek(0, io.SEEK_END)
    while at < end and len(head := _read_at(file, at, 16)) >= 8:
        length, kind, before = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, before = int.from_bytes(head[8:], "big"), 16
        yield kind, at + before, length - before
        if kind in _BOXES_OF_BOXES:
            at += before + _BOXES_OF_BOXES[kind]
        elif length < before:  # the last one, or damage
            return
        else:
            at += length


def _read_at(file: IO[bytes], place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)

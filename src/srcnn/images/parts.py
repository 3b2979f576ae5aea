"""Find the parts of files that precede the pixels, without a decoder.

These are JPEG's segments, PNG's and WebP's chunks, and AVIF's boxes. GIF and PPM files are checked.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import takewhile
from typing import IO

from srcnn.errors import InputError

Part = tuple[bytes, int, int]
"""(kind, start of the content, length of the content)."""

_ALONE = {0x00, 0x01, *range(0xD0, 0xD9)}
"""Markers without content."""
_WINDOW = 4096
"""Bytes that are searched at once for the next JPEG marker."""
_BOXES_OF_BOXES = {b"meta": 4, b"iprp": 0, b"ipco": 0}
"""AVIF boxes that contain the boxes of image sizes, and the bytes before the first inner box."""
_LONGEST_PPM = 2**16
"""Largest PPM header in bytes; Pillow reads it byte by byte, and comments can be endless."""
_SHORT_BLOCKS = 100_000
"""Largest number of a GIF's blocks beyond one for each 32 bytes of the file."""


def no_parts(file: IO[bytes]) -> Iterator[Part]:
    """Yield nothing, for formats whose parts are not checked."""
    return iter(())


def no_check(file: IO[bytes], name: str) -> None:
    """Accept every file."""


def check_gif(file: IO[bytes], name: str) -> None:
    """Check that a GIF file ends with its trailer.

    Raises:
        InputError: It does not.
    """
    if not is_whole_gif(file):
        raise InputError(name, "is not a readable GIF (it ends too early)")


def check_ppm(file: IO[bytes], name: str) -> None:
    """Check that a PPM file's header is not longer than any that a real program writes.

    Raises:
        InputError: It is longer.
    """
    if file.seek(0, io.SEEK_END) > _LONGEST_PPM:
        words = re.sub(rb"#[^\r\n]*", b" ", read_at(file, 0, _LONGEST_PPM)).split(None, 4)
        if len(words) < (3 if words[0] in (b"P1", b"P4") else 4):  # a bitmap has no largest value
            raise InputError(name, f"has a header of more than {_LONGEST_PPM} bytes")


def is_whole_gif(file: IO[bytes]) -> bool:
    """Return whether a GIF is complete up to its trailer (GIF89a, section 27).

    libvips would show the available part of an incomplete one.
    """
    left = _SHORT_BLOCKS + file.seek(0, io.SEEK_END) // 32
    file.seek(0)
    flags = file.read(13)[10:11]
    _skip_colors(file, flags)
    while kind := file.read(1):
        if kind == b";":
            return True
        if kind == b",":  # an image: position, color table, and the size of its first codes
            _skip_colors(file, file.read(9)[8:])
            file.seek(1, io.SEEK_CUR)
        elif kind == b"!":
            file.seek(1, io.SEEK_CUR)
        else:
            return False
        while length := int.from_bytes(file.read(1), "big"):
            file.seek(length, io.SEEK_CUR)
            left -= 1
            if left < 0:  # real files have few short blocks
                return False
    return False


def _skip_colors(file: IO[bytes], flags: bytes) -> None:
    if flags and flags[0] & 0x80:
        file.seek(3 << (flags[0] & 7) + 1, io.SEEK_CUR)


def jpeg_segments(file: IO[bytes]) -> Iterator[Part]:
    """Yield the segments of a JPEG up to its first scan, skipping stray bytes like decoders."""
    at = 2
    while True:
        file.seek(at)
        window = file.read(_WINDOW)
        marker = window[window.find(b"\xff") :].lstrip(b"\xff") if b"\xff" in window else b""
        if len(marker) < 3:
            if len(window) < _WINDOW:
                return
            at += len(window) - len(marker) - 1  # the position of the last 0xFF, or the end
            continue
        at += len(window) - len(marker) + 1
        if marker[0] in (0xD9, 0xDA):
            return
        length = 0 if marker[0] in _ALONE else max(int.from_bytes(marker[1:3], "big"), 2)
        yield marker[:1], at + 2, max(length - 2, 0)
        at += length


def png_chunks(file: IO[bytes]) -> Iterator[Part]:
    """Yield the chunks of a PNG that precede its pixels."""
    return takewhile(lambda part: part[0] != b"IDAT", all_png_chunks(file))


def all_png_chunks(file: IO[bytes]) -> Iterator[Part]:
    """Yield all chunks of a PNG, including those of its pixels, reading only their headers."""
    at = 8
    while len(head := read_at(file, at, 8)) == 8 and head[4:] != b"IEND":
        length = int.from_bytes(head[:4], "big")
        yield head[4:], at + 8, length
        at += length + 12


def riff_chunks(file: IO[bytes]) -> Iterator[Part]:
    """Yield all chunks of a WebP file."""
    at = 12
    while len(head := read_at(file, at, 8)) == 8:
        length = int.from_bytes(head[4:], "little")
        yield head[:4], at + 8, length
        at += 8 + length + length % 2


def avif_boxes(file: IO[bytes]) -> Iterator[Part]:
    """Yield the boxes of an AVIF (ISO/IEC 14496-12, section 4.2), and some boxes inside them."""
    at, end = 0, file.seek(0, io.SEEK_END)
    while at < end and len(head := read_at(file, at, 16)) >= 8:
        length, kind, before = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, before = int.from_bytes(head[8:], "big"), 16
        yield kind, at + before, length - before
        if kind in _BOXES_OF_BOXES:
            at += before + _BOXES_OF_BOXES[kind]
        elif length < before:  # this is the last box, or the file is damaged
            return
        else:
            at += length


def read_at(file: IO[bytes], place: int, count: int) -> bytes:
    """Return up to ``count`` bytes from offset ``place``."""
    file.seek(place)
    return file.read(count)

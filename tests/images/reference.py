"""Readers and writers that share no code with the package's own: Pillow, and a PNG decoder by the book."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_PNG_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def written_by_pillow(picture: Image.Image, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


def read_by_pillow(data: bytes) -> NDArray[Any]:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture)


def decoded_png(data: bytes) -> NDArray[Any]:
    """A PNG of 8 or 16 bits without palette or interlace, as its specification says.

    Pillow reduces 16-bit colour to 8 bits, so it cannot judge those files.
    """
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind = data[at + 4 : at + 8]
        chunks[kind] = chunks.get(kind, b"") + data[at + 8 : at + 8 + length]
        at += length + 12
    width, height, depth, kind_of_colour, _, _, interlace = struct.unpack(
        ">IIBBBBB", chunks[b"IHDR"]
    )
    assert depth in (8, 16)
    assert interlace == 0
    channels = _PNG_CHANNELS[kind_of_colour]
    step = channels * depth // 8
    raw = zlib.decompress(chunks[b"IDAT"])
    line = width * step + 1
    above = bytearray(width * step)
    rows = bytearray()
    for y in range(height):
        rule, current = raw[y * line], bytearray(raw[y * line + 1 : (y + 1) * line])
        for x in range(len(current)):
            left = current[x - step] if x >= step else 0
            corner = above[x - step] if x >= step else 0
            current[x] = (current[x] + _predicted(rule, left, above[x], corner)) % 256
        rows += current
        above = current
    pixels = np.frombuffer(bytes(rows), ">u2" if depth == 16 else "u1")
    shape = (height, width, channels) if channels > 1 else (height, width)
    return pixels.reshape(shape)


def _predicted(rule: int, left: int, above: int, corner: int) -> int:
    if rule == 4:  # Paeth
        return min((left, above, corner), key=lambda near: abs(left + above - corner - near))
    return (0, left, above, (left + above) // 2)[rule]

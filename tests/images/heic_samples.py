"""Small HEIC files: those of ``tests/images/heic``, with properties added to them as a camera would.

They are a made-up picture of 64 x 48 pixels, `drawn`, that Debian's ``heif-enc -q 90`` has written: ``photo``
from a JPEG with profile, EXIF of orientation 6 and XMP, ``alpha`` and ``gray`` from PNG, ``deep`` from a PNG of
16 bits with ``-b 10``, ``two`` from two pictures.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.images.heif_boxes import HeifHeader, read_header

FOLDER = Path(__file__).parent / "heic"
ROTATED = b"irot", b"\x03"
"""Turned by 270 degrees anticlockwise, which is what EXIF calls 6 (ISO/IEC 23008-12, 6.5.10)."""
DISPLAY_P3 = b"colr", b"nclx" + struct.pack(">3HB", 12, 13, 6, 0x80)
HDR = b"colr", b"nclx" + struct.pack(">3HB", 9, 16, 9, 0x80)


def drawn() -> NDArray[np.uint8]:
    """The picture, (48, 64, 3)."""
    y, x = np.mgrid[0:48, 0:64]
    planes = [x * 4, y * 5, 128 + 100 * np.sin(x / 9) * np.cos(y / 7)]
    return np.stack(planes, -1).clip(0, 255).astype(np.uint8)


def sample(name: str) -> bytes:
    """A file of the folder."""
    return (FOLDER / f"{name}.heic").read_bytes()


def header_of(data: bytes) -> HeifHeader:
    """What the file says of its pictures."""
    import io

    return read_header(io.BytesIO(data))


def with_property(data: bytes, kind: bytes, content: bytes) -> bytes:
    """A file whose picture has a property more: the boxes around it grow, and what follows moves."""
    box = struct.pack(">I4s", 8 + len(content), kind) + content
    number = len(header_of(data).properties) + 1
    meta = data.index(b"meta") - 4
    ipco, ipma = data.index(b"ipco") - 4, data.index(b"ipma") - 4
    iprp, iloc = data.index(b"iprp") - 4, data.index(b"iloc") - 4
    (primary,) = struct.unpack_from(">H", data, data.index(b"pitm") + 8)
    (count,) = struct.unpack_from(">I", data, ipma + 12)
    at = ipma + 16
    for _ in range(count):
        item, associated = struct.unpack_from(">HB", data, at)
        if item == primary:
            break
        at += 3 + associated
    end = ipco + struct.unpack_from(">I", data, ipco)[0]
    place = at + 3 + associated
    parts = data[:end], box, data[end:at], struct.pack(">HB", item, associated + 1)
    new = bytearray(b"".join([*parts, data[at + 3 : place], bytes([0x80 | number]), data[place:]]))
    _grow(new, ipma + len(box), 1)
    _grow(new, ipco, len(box))
    _grow(new, iprp, len(box) + 1)
    _grow(new, meta, len(box) + 1)
    _move_items(new, iloc, len(box) + 1)
    return bytes(new)


def _grow(data: bytearray, at: int, by: int) -> None:
    struct.pack_into(">I", data, at, struct.unpack_from(">I", data, at)[0] + by)


def _move_items(data: bytearray, iloc: int, by: int) -> None:
    """Move the places of items (ISO/IEC 14496-12, 8.11.3), which heif-enc counts from a base of 4 bytes."""
    assert (data[iloc + 8], data[iloc + 12], data[iloc + 13]) == (1, 0x44, 0x40), "another encoder"
    (count,) = struct.unpack_from(">H", data, iloc + 14)
    at = iloc + 16
    for _ in range(count):
        if data[at + 3] == 0:  # in the file, rather than in this header
            _grow(data, at + 6, by)
        at += 12 + 8 * struct.unpack_from(">H", data, at + 10)[0]


def save(name: str, data: bytes, folder: Path = Path()) -> Path:
    """Write a file into a folder, the current one at first."""
    path = folder / name
    path.write_bytes(data)
    return path


def difference(image: Any, wanted: NDArray[np.uint8]) -> float:
    """Mean difference of a PIL image, reduced to the size of ``wanted``, in levels."""
    small = image.resize((wanted.shape[1], wanted.shape[0]), 4)  # 4: box
    return float(np.abs(np.asarray(small, int) - wanted).mean())

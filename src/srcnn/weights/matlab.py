"""Read the numeric arrays of a MATLAB file (version 5, which MATLAB calls v6 and v7).

scipy's reader trusts its input: a damaged file can end the process. This reader checks every
length against the available data before using it. Format: "MAT-File Format", MathWorks.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_TYPES = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
"""numpy's types by MATLAB's codes of numeric elements."""
_MATRIX, _COMPRESSED = 14, 15
_NUMERIC = range(6, 16)
"""Codes of the array classes double, single and the integers."""
_COMPLEX = 0x0800
_LARGEST = 2**28
"""Largest size in bytes of a decompressed array."""


def read_arrays(data: bytes) -> dict[str, NDArray[np.float64]]:
    """Return the real numeric arrays of a file by name, and skip those of other kinds.

    Args:
        data: Contents of the file.

    Returns:
        Arrays in MATLAB's shape, float64.

    Raises:
        ValueError: The file has another format or is damaged; the message says how.
    """
    if data.startswith(b"MATLAB 7.3"):
        raise ValueError("it has version 7.3; save it with -v7")
    order = {b"IM": "<", b"MI": ">"}.get(data[126:128])
    if order is None:
        raise ValueError("it is not a version 5 file")
    arrays = {}
    for kind, content in _elements(data[128:], order):
        if kind == _COMPRESSED:
            kind, content = next(_elements(_inflated(content), order), (0, b""))
        if kind == _MATRIX:
            named = _array(content, order)
            if named is not None:
                arrays[named[0]] = named[1]
    return arrays


def _elements(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield (type, content) of the consecutive elements in ``data``."""
    at = 0
    while at + 8 <= len(data):
        kind, length = struct.unpack(order + "II", data[at : at + 8])
        if kind >> 16:  # a small element, whose content directly follows 4 bytes of header
            kind, length, start = kind & 0xFFFF, kind >> 16, at + 4
            if length > 4:
                raise ValueError("a small element is too long")
            at += 8
        else:
            start = at + 8
            # All elements except compressed ones are padded to a multiple of 8 bytes.
            at = start + (length if kind == _COMPRESSED else -(-length // 8) * 8)
        if start + length > len(data):
            raise ValueError("it is truncated")
        yield kind, data[start : start + length]


def _inflated(content: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(content, _LARGEST)
    except zlib.error as error:
        raise ValueError(error) from None
    if not unpacker.eof:
        raise ValueError("an array is truncated or too large")
    return data


def _array(content: bytes, order: str) -> tuple[str, NDArray[np.float64]] | None:
    """Return name and array of a matrix element, or ``None`` for text, cells and other classes."""
    parts = list(_elements(content, order))
    if len(parts) < 4 or len(parts[0][1]) != 8:
        return None
    (flags,) = struct.unpack(order + "I", parts[0][1][:4])
    if flags & 0xFF not in _NUMERIC or flags & _COMPLEX:
        return None
    (_, sides), (_, name), (kind, numbers) = parts[1:4]
    if kind not in _TYPES or len(sides) % 4:
        raise ValueError("an array is damaged")
    dtype = np.dtype(order + _TYPES[kind])
    shape = struct.unpack(f"{order}{len(sides) // 4}i", sides)
    if min(shape, default=-1) < 0 or math.prod(shape) * dtype.itemsize != len(numbers):
        raise ValueError(f"an array of {shape} has {len(numbers)} bytes")
    array = np.frombuffer(numbers, dtype).astype(np.float64).reshape(shape, order="F")
    return name.decode("latin-1"), array

"""Photoshop's image resources, which contain a JPEG's IPTC in APP13.

Source: Adobe Photoshop File Formats Specification, "Image Resources Section".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from srcnn.images.exif_block import Change

_HEAD = b"Photoshop 3.0\0"
_SIGNATURE = b"8BIM"
_IPTC, _RESOLUTION = 0x0404, 0x03ED
_THUMBNAILS = (0x0409, 0x040C)
_PLACES = (0x0408, 0x041A, 0x0432)
"""Numbers of grid and guides, slices, and measurements, which are in pixels."""
_PATHS = (*range(0x07D0, 0x0BB7), 0x0401)
"""Numbers of paths and layers, whose coordinates are relative to the sides."""
_MOST = 2**31 - 1


def corrected_resources(block: bytes, change: Change) -> tuple[bytes, list[str]]:
    """Correct resources for the result.

    IPTC without resources around it, as in a TIFF, stays unchanged.

    Args:
        block: The resources of the source.
        change: How the result relates to the source.

    Returns:
        The resources for the result, and descriptions of what was dropped.
    """
    if not block.startswith(_HEAD):
        return block, []
    kept, dropped = [_HEAD], []
    for number, name, data in _resources(block):
        if number in _THUMBNAILS:
            dropped.append("thumbnail")
        elif number in _PLACES or (change.turned and number in _PATHS):
            dropped.append("guides, slices and paths")
        elif number == _RESOLUTION and len(data) == 16:
            kept.append(_resource(number, name, _scaled(data, change)))
        else:
            kept.append(_resource(number, name, data))
    return b"".join(kept), dropped


def iptc_of(block: bytes) -> bytes | None:
    """Return the IPTC in resources, or ``block`` itself if it is only IPTC."""
    if not block.startswith(_HEAD):
        return block
    return next((data for number, _, data in _resources(block) if number == _IPTC), None)


def resources_of(block: bytes) -> bytes:
    """Return resources in the form of a JPEG, wrapping bare IPTC."""
    return block if block.startswith(_HEAD) else _HEAD + _resource(_IPTC, b"\0\0", block)


def _resources(block: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (number, name with its length, content) of every complete resource."""
    at = len(_HEAD)
    while block[at : at + 4] == _SIGNATURE and len(block) >= at + 12:
        number = int.from_bytes(block[at + 4 : at + 6], "big")
        named = (block[at + 6] + 2) // 2 * 2
        name, at = block[at + 6 : at + 6 + named], at + 6 + named
        length = int.from_bytes(block[at : at + 4], "big")
        data, at = block[at + 4 : at + 4 + length], at + 4 + length + length % 2
        if len(data) < length:
            return
        yield number, name, data


def _resource(number: int, name: bytes, data: bytes) -> bytes:
    head = _SIGNATURE + struct.pack(">H", number) + name + struct.pack(">I", len(data))
    return head + data + bytes(len(data) % 2)


def _scaled(resolution: bytes, change: Change) -> bytes:
    """Scale a resolution, two fixed-point numbers with their units, for the enlarged image."""
    across, unit, wide, down, high, tall = struct.unpack(">I2HI2H", resolution)
    across, down = min(round(across * change.across), _MOST), min(round(down * change.down), _MOST)
    return struct.pack(">I2HI2H", across, unit, wide, down, high, tall)

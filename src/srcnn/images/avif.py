"""Read AVIF, including the color space that a file names, which libvips does not report."""

from __future__ import annotations

from dataclasses import replace
from typing import IO, TYPE_CHECKING

from srcnn.images.color_coding import ColorCoding, coding_of_nclx
from srcnn.images.parts import avif_boxes, read_at
from srcnn.images.source import Stored, open_stored

if TYPE_CHECKING:
    from srcnn.images.formats import Format
    from srcnn.images.picture import Picture


def open_avif(name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
    """Open an AVIF file.

    Raises:
        InputError: The file is not readable.
    """
    from srcnn.images.vips import open_vips

    picture = open_vips(name, source, fmt, "heif", max_pixels)
    with open_stored(source) as file:
        coding, turned = named_coding(file), is_turned(file)
    metadata = replace(picture.header.metadata, coding=coding)
    picture.header = replace(
        picture.header, metadata=metadata, turned=picture.header.turned or turned
    )
    return picture


def is_turned(file: IO[bytes]) -> bool:
    """Return whether decoders rotate or mirror the image of an AVIF or HEIC file."""
    return any(kind in (b"irot", b"imir") for kind, _, _ in avif_boxes(file))


def with_any_profile(data: bytes) -> bytes:
    """Mark the ICC profile in a part of an AVIF file as unrestricted.

    libvips writes ``rICC``, which is valid only for profiles of input devices (ISO/IEC 14496-12,
    section 12.1.5.2).
    """
    return bytes(data).replace(b"colrrICC", b"colrprof", 1)


def named_coding(file: IO[bytes]) -> ColorCoding | None:
    """Return the color space that an AVIF or HEIC file names, or ``None`` for sRGB."""
    boxes = (
        read_at(file, start, min(length, 16))
        for kind, start, length in avif_boxes(file)
        if kind == b"colr"
    )
    return coding_of_nclx(boxes)

"""The allow-list of image formats, one complete row each.

To add a format, add a row to `FORMATS`, and a `Library` if no existing one reads and writes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

from srcnn.errors import UsageError
from srcnn.images.libraries import Avif, Heic, Jpeg, Library, Pillow, Png, Tiff, Vips
from srcnn.images.parts import (
    Part,
    avif_boxes,
    check_gif,
    check_ppm,
    jpeg_segments,
    no_check,
    no_parts,
    png_chunks,
    riff_chunks,
)


@dataclass(frozen=True, eq=False)
class Format:
    """An image format: how it is recognized, what reads and writes it, what it supports and costs.

    Attributes:
        name: Name of the format.
        suffixes: Suffixes of file names, the usual one first.
        magic: Regular expression that matches the first bytes of its files.
        library: Reads and writes its files.
        alpha: Whether it supports transparency.
        deep: Whether it supports 16 bits per sample.
        pages: Whether it supports several pages, or the frames of an animation.
        metadata: Whether its library writes EXIF, profile and XMP.
        colors: Largest number of colors in an image; ``None`` means unlimited.
        parts: Lists the parts of a file that are checked before a decoder sees them.
        check: Raises `InputError` for a file (open file, name) that its decoder must not see.
        decodes_whole: Whether its decoder always holds the whole image.
        encodes_last: Whether its encoder starts only after the last pixel has been computed.
        extra: Extra whose package reads it.
        encoding: Duration of encoding after the last pixel, relative to computing the pixels. It is
            a compromise between srcnn-915 (about twice as much) and srcnn-955 (half as much).
    """

    name: str
    suffixes: tuple[str, ...]
    magic: bytes
    library: Library
    alpha: bool = False
    deep: bool = False
    pages: bool = False
    metadata: bool = True
    colors: int | None = None
    parts: Callable[[IO[bytes]], Iterator[Part]] = no_parts
    check: Callable[[IO[bytes], str], None] = no_check
    decodes_whole: bool = False
    encodes_last: bool = False
    extra: str | None = None
    encoding: float = 0.0


FORMATS = {
    fmt.name: fmt
    for fmt in (
        Format(
            "png",
            (".png",),
            rb"\x89PNG\r\n\x1a\n",
            # On upscaled photographs this is 40 % smaller than libvips's default (level 6, no
            # filter), and faster.
            Png(options={"compression": 3, "filter": "avg"}),
            alpha=True,
            deep=True,
            parts=png_chunks,
        ),
        Format(
            "jpeg",
            (".jpg", ".jpeg", ".jpe", ".jif", ".jfif"),
            rb"\xff\xd8\xff",
            Jpeg(),
            parts=jpeg_segments,
        ),
        Format(
            "tiff",
            (".tif", ".tiff"),
            rb"II[*+]\0|MM\0[*+]",
            Tiff(),
            alpha=True,
            deep=True,
            pages=True,
        ),
        Format(
            "webp",
            (".webp",),
            rb"RIFF....WEBP",
            Vips("webp", lossless={"lossless": True, "exact": True}),
            alpha=True,
            pages=True,
            parts=riff_chunks,
            decodes_whole=True,
            encodes_last=True,
            encoding=2.5,
        ),
        Format(
            "gif",
            (".gif",),
            rb"GIF8[79]a",
            Vips("gif"),
            alpha=True,
            pages=True,
            metadata=False,
            colors=256,
            check=check_gif,
            decodes_whole=True,
            encodes_last=True,
            encoding=4.0,
        ),
        Format(
            "avif",
            (".avif",),
            rb"....ftypavi[fs]",
            Avif(quality=90, options={"compression": "av1", "subsample_mode": "off"}),
            alpha=True,
            parts=avif_boxes,
            decodes_whole=True,
            encodes_last=True,
            encoding=20.0,
        ),
        Format(
            "bmp",
            (".bmp",),
            rb"BM",
            Pillow("BMP"),
            metadata=False,
            decodes_whole=True,
            encodes_last=True,
        ),
        Format(
            "ppm",
            (".ppm", ".pgm", ".pnm"),
            rb"P[1-6]",
            Pillow("PPM"),
            metadata=False,
            check=check_ppm,
            decodes_whole=True,
            encodes_last=True,
        ),
    )
}
"""The formats that are read and written, by name."""
SUFFIXES = {suffix: fmt for fmt in FORMATS.values() for suffix in fmt.suffixes}
"""The formats that are read and written, by suffix."""
HEIC = Format(
    "heic",
    (".heic", ".heif", ".hif"),
    rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)",
    Heic(),
    alpha=True,
    deep=True,
    parts=avif_boxes,
    decodes_whole=True,
    extra="heic",
)
"""The only format that is read but not written."""
SOURCE_SUFFIXES = {**SUFFIXES, **dict.fromkeys(HEIC.suffixes, HEIC)}
"""The formats that are read, by suffix."""


def result_format(source: Format, alpha: bool, deep: bool) -> Format:
    """Return the default format of a result: that of its source if it can be written.

    Args:
        source: Format of the source.
        alpha: Whether the source has transparency.
        deep: Whether the source has more than 8 bits per sample.
    """
    if source.name in FORMATS:
        return source
    return FORMATS["png" if alpha or deep else "jpeg"]


def format_of_name(name: str | PurePath) -> Format:
    """Return the format of a file name or a bare extension.

    Raises:
        UsageError: The extension is not that of a writable format.
    """
    text = str(name)
    suffix = PurePath(text).suffix.lower() or "." + text.lower().lstrip(".")
    if suffix not in SUFFIXES:
        known = ", ".join(fmt.suffixes[0].lstrip(".") for fmt in FORMATS.values())
        raise UsageError(text, "is not a format that srcnn can write", f"use {known}")
    return SUFFIXES[suffix]


def format_of_bytes(head: bytes) -> Format | None:
    """Return the format that the first 16 bytes of a file identify, or ``None``."""
    for fmt in (*FORMATS.values(), HEIC):
        if re.match(fmt.magic, head, re.DOTALL):
            return fmt
    return None

"""The allow-list of picture formats: how each is recognised, and what it can hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from srcnn.errors import UsageError


@dataclass(frozen=True)
class Format:
    """One format; ``library`` is the one that reads and writes it (the libvips wheel lacks BMP, PPM)."""

    name: str
    suffixes: tuple[str, ...]
    library: str
    alpha: bool
    deep: bool
    """Whether 16 bits per sample can be stored."""
    pages: bool = False
    """Whether there is room for more than one picture: pages, or the frames of an animation."""
    metadata: bool = True
    """Whether its library writes EXIF, profile and XMP into it."""


FORMATS = {
    fmt.name: fmt
    for fmt in (
        Format("png", (".png",), "vips", alpha=True, deep=True),
        Format("jpeg", (".jpg", ".jpeg"), "vips", alpha=False, deep=False),
        Format("tiff", (".tif", ".tiff"), "vips", alpha=True, deep=True, pages=True),
        Format("webp", (".webp",), "vips", alpha=True, deep=False, pages=True),
        Format("gif", (".gif",), "vips", alpha=True, deep=False, pages=True, metadata=False),
        Format("avif", (".avif",), "vips", alpha=True, deep=False),
        Format("bmp", (".bmp",), "pillow", alpha=False, deep=False, metadata=False),
        Format("ppm", (".ppm", ".pgm", ".pnm"), "pillow", alpha=False, deep=False, metadata=False),
    )
}
SUFFIXES = {suffix: fmt for fmt in FORMATS.values() for suffix in fmt.suffixes}


def format_of_name(name: str | PurePath) -> Format:
    """The format that a file name or a bare extension asks for; `UsageError` if there is none."""
    text = str(name)
    suffix = PurePath(text).suffix.lower() or "." + text.lower().lstrip(".")
    if suffix not in SUFFIXES:
        known = ", ".join(s.lstrip(".") for s in SUFFIXES)
        raise UsageError(text, "is no format that can be written", f"use {known}")
    return SUFFIXES[suffix]


def format_of_bytes(head: bytes) -> Format | None:
    """The format that the first 16 bytes of a file announce; its name is not looked at."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FORMATS["png"]
    if head.startswith(b"\xff\xd8\xff"):
        return FORMATS["jpeg"]
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return FORMATS["tiff"]
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FORMATS["webp"]
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return FORMATS["gif"]
    if head[4:12] in (b"ftypavif", b"ftypavis"):
        return FORMATS["avif"]
    if head[:2] == b"BM":
        return FORMATS["bmp"]
    if head[:2] in (b"P1", b"P2", b"P3", b"P4", b"P5", b"P6"):
        return FORMATS["ppm"]
    return None

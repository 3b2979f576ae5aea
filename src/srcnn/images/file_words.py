"""List what a file contains besides its pixels, from chunks, segments, boxes and tags.

Content that only describes how the pixels are stored is not listed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import IO, TYPE_CHECKING

from srcnn.images import exif_block
from srcnn.images.geotiff import GEO_KEYS, GEO_TAGS
from srcnn.images.heif_boxes import is_alpha, read_header
from srcnn.images.parts import all_png_chunks, jpeg_segments, read_at, riff_chunks
from srcnn.images.png import XMP_KEYWORD
from srcnn.images.tiff import DESCRIPTIVE

if TYPE_CHECKING:
    from srcnn.images.formats import Format

Word = tuple[str, str]
"""(kind, name) of some content: ``("EXIF", "18246")``, ``("text", "Author")``."""

_MOST = 20_000
"""Largest number of words of a file."""
_PNG = {
    *(b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"pHYs", b"sBIT", b"hIST"),
    *(b"acTL", b"fcTL", b"fdAT"),
}
_PNG_KINDS = {b"iCCP": ("ICC profile", ""), b"eXIf": ("EXIF", "")}
_WEBP = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}
_WEBP_KINDS = {b"ICCP": ("ICC profile", ""), b"EXIF": ("EXIF", ""), b"XMP ": ("XMP", "")}
_SEGMENTS: tuple[tuple[int, bytes, Word | None], ...] = (
    (0xE0, b"JFIF\0", None),
    (0xEE, b"Adobe", None),
    (0xEC, b"Ducky", None),
    (0xE1, b"Exif\0", ("EXIF", "")),
    (0xE1, b"http://ns.adobe.com/xap/1.0/\0", ("XMP", "")),
    (0xE1, b"http://ns.adobe.com/xmp/extension/\0", ("extended XMP", "")),
    (0xE2, b"ICC_PROFILE\0", ("ICC profile", "")),
    (0xE2, b"MPF\0", ("more images in the file (MPF)", "")),
    (0xE2, b"urn:iso:std:iso:ts:21496:-1\0", ("gain map (ISO 21496-1)", "")),
    (0xED, b"Photoshop 3.0\0", ("IPTC", "")),
    (0xFE, b"", ("comment", "")),
)
"""JPEG's segments by marker and first bytes; ``None`` for those that are not listed."""
LAND: Word = ("position on the ground (GeoTIFF)", "")
_TIFF_KINDS: dict[int, Word] = {
    34675: ("ICC profile", ""),
    700: ("XMP", ""),
    33723: ("IPTC", ""),
    34377: ("Photoshop resources", ""),
}
_TIFF = {
    *range(254, 270), *range(273, 301), 302, 303, 304, 317, *range(320, 334), *range(336, 349),
    *range(512, 522), 529, 530, 531, 532, 559, 34665, 34853, 40965,
}  # fmt: skip
"""Tags that describe how a TIFF file stores pixels, and those that point to directories."""
_TIFF_COLORS = {301: "transfer function", 318: "white point", 319: "primaries"}
_QUIET_EXIF = {
    *range(0x0100, 0x010E), *range(0x0111, 0x0131), *range(0x013D, 0x0150), *range(0x0200, 0x0218),
    0x8769, 0x8825, 0xA005, 0x9000, 0xA000, 0xA002, 0xA003, 0xEA1C, 0xEA1D, 0x9214, 0xA214,
}  # fmt: skip
"""EXIF tags of sizes and storage, and those that are corrected or reported elsewhere."""


def words_of(file: IO[bytes], fmt: Format) -> set[Word]:
    """Return the words of a file."""
    reader = _READERS.get(fmt.name)
    if reader is None:
        return set()
    file.seek(0)
    found: set[Word] = set()
    with suppress(struct.error, IndexError, OverflowError):
        found.update(islice(reader(file), _MOST))
    return found


def exif_words(block: bytes | None) -> set[Word]:
    """Return the tags of an EXIF block as words."""
    found: set[Word] = set()
    for entry in exif_block.entries_of(block) if block else ():
        if entry.directory == exif_block.GPS:
            found.add(("EXIF", "GPS"))
        elif entry.tag not in _QUIET_EXIF:
            found.add(("EXIF", str(entry.tag)))
    return found


def _png_words(file: IO[bytes]) -> Iterator[Word]:
    for kind, start, length in islice(all_png_chunks(file), _MOST):
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            keyword = read_at(file, start, min(length, 80)).split(b"\0")[0]
            is_xmp = keyword == XMP_KEYWORD
            yield ("XMP", "") if is_xmp else ("text", keyword.decode("latin-1"))
        elif kind == b"eXIf":
            yield ("EXIF", "")
            yield from exif_words(read_at(file, start, min(length, 2**24)))
        elif kind in _PNG_KINDS:
            yield _PNG_KINDS[kind]
        elif kind not in _PNG:
            yield ("chunk", kind.decode("latin-1"))


def _jpeg_words(file: IO[bytes]) -> Iterator[Word]:
    for kind, start, length in islice(jpeg_segments(file), _MOST):
        marker = kind[0]
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            continue
        head = read_at(file, start, min(length, 40))
        for number, begins, word in _SEGMENTS:
            if marker == number and head.startswith(begins):
                if word is not None:
                    yield word
                if word == ("EXIF", ""):
                    yield from exif_words(read_at(file, start, length))
                break
        else:
            name = head.split(b"\0")[0].decode("latin-1")
            readable = name if name.isprintable() and len(name) < 30 else ""
            yield ("segment", f"APP{marker - 0xE0} {readable}".strip())


def _webp_words(file: IO[bytes]) -> Iterator[Word]:
    for kind, start, length in islice(riff_chunks(file), _MOST):
        if kind in _WEBP_KINDS:
            yield _WEBP_KINDS[kind]
            if kind == b"EXIF":
                yield from exif_words(read_at(file, start, min(length, 2**24)))
        elif kind not in _WEBP:
            yield ("chunk", kind.decode("latin-1").strip())


def _heif_words(file: IO[bytes]) -> Iterator[Word]:
    header = read_header(file)
    kinds = {kind for kind, _ in header.properties}
    profiles = {content[:4] for kind, content in header.properties if kind == b"colr"}
    if profiles & {b"prof", b"rICC"}:
        yield ("ICC profile", "")
    for kind, word in ((b"Exif", "EXIF"), (b"mime", "XMP"), (b"tmap", "gain map")):
        if kind in header.items.values():
            yield (word, "")
    for kind in kinds & {b"clli", b"mdcv", b"cclv", b"amve"}:
        yield ("box", kind.decode())
    for kind in header.auxiliary_kinds():
        if not is_alpha(kind):
            yield ("second image", kind.decode("latin-1").rsplit(":", 1)[-1])


def _gif_words(file: IO[bytes]) -> Iterator[Word]:
    """Yield the words before the first frame."""
    flags = file.read(13)[10]
    if flags & 0x80:
        file.seek(3 << (flags & 7) + 1, 1)
    while file.read(1) == b"!":
        label = file.read(1)
        length = file.read(1)[0]
        name = file.read(length)
        if label == b"\xfe":
            yield ("comment", "")
        elif label == b"\xff" and name == b"XMP DataXMP":
            yield ("XMP", "")
        while length:
            length = file.read(1)[0]
            file.seek(length, 1)


def _bmp_words(file: IO[bytes]) -> Iterator[Word]:
    """Yield the color information in a header of version 4 or 5."""
    head = read_at(file, 14, 124)
    if len(head) == 124 and int.from_bytes(head[:4], "little") >= 108:
        space = head[56:60][::-1]
        if space in (b"MBED", b"LINK"):
            yield ("ICC profile", "")
        elif space == bytes(4) and any(head[60:108]):
            yield ("colors", "gamma and primaries")


def _tiff_words(file: IO[bytes]) -> Iterator[Word]:
    """Yield the words of the first page."""
    head = file.read(4)
    order, big = ("<" if head[:2] == b"II" else ">"), 43 in head[2:]
    size = 8 if big else 4
    (place,) = struct.unpack(order + ("Q" if big else "I"), read_at(file, size, size))
    for tag, value in _tiff_entries(file, place, order, big):
        if tag in DESCRIPTIVE or tag in (exif_block.RATING, exif_block.RATING_PERCENT):
            yield ("EXIF", str(tag))
        elif tag == exif_block.GPS:
            yield ("EXIF", "GPS")
        elif tag == exif_block.DETAILS:
            for inner, _ in _tiff_entries(file, value, order, big):
                if inner not in _QUIET_EXIF:
                    yield ("EXIF", str(inner))
        elif tag in _TIFF_KINDS:
            yield _TIFF_KINDS[tag]
        elif tag in _TIFF_COLORS:
            yield ("colors", _TIFF_COLORS[tag])
        elif tag == GEO_KEYS:
            yield LAND
        elif tag not in _TIFF and tag not in GEO_TAGS:
            yield ("tag", str(tag))


def _tiff_entries(file: IO[bytes], place: int, order: str, big: bool) -> list[tuple[int, int]]:
    """Return (tag, value or offset of values) of a directory's entries."""
    head, size = (8, 20) if big else (2, 12)
    (count,) = struct.unpack(order + ("Q" if big else "H"), read_at(file, place, head))
    data = read_at(file, place + head, min(count, _MOST) * size)
    shape = struct.Struct(order + ("HHQQ" if big else "HHII"))
    whole = len(data) // size * size
    return [(tag, value) for tag, _, _, value in shape.iter_unpack(data[:whole])]


_READERS: dict[str, Callable[[IO[bytes]], Iterator[Word]]] = {
    "png": _png_words,
    "jpeg": _jpeg_words,
    "webp": _webp_words,
    "avif": _heif_words,
    "heic": _heif_words,
    "gif": _gif_words,
    "bmp": _bmp_words,
    "tiff": _tiff_words,
}

"""Names of what files carry beside their pixels, so that nothing is lost in silence.

Only the heads of chunks, segments, boxes and tags are read. What only says how the pixels are stored is no word.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import IO, TYPE_CHECKING

from srcnn.images import exif_block
from srcnn.images.geotiff import GEO_KEYS, GEO_TAGS
from srcnn.images.heif_boxes import is_alpha, read_header
from srcnn.images.metadata import EXIF, XMP, Metadata
from srcnn.images.parts import all_png_chunks, jpeg_segments, read_at, riff_chunks
from srcnn.images.png import XMP_KEYWORD
from srcnn.images.tiff import DESCRIPTIVE
from srcnn.images.xmp_corrections import has_rating

if TYPE_CHECKING:
    from srcnn.images.formats import Format
    from srcnn.images.source import Stored

Word = tuple[str, str]
"""(kind, name): ``("EXIF", "0x4746")``, ``("text", "Author")``, ``("chunk", "bKGD")``."""

_OWN_KINDS = ("chunk", "segment", "box", "tag")
"""Kinds that no other format has, so that nobody expects them there."""
_MOST = 20_000
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
    (0xE2, b"MPF\0", ("more pictures in the file (MPF)", "")),
    (0xE2, b"urn:iso:std:iso:ts:21496:-1\0", ("gain map (ISO 21496-1)", "")),
    (0xED, b"Photoshop 3.0\0", ("IPTC", "")),
    (0xFE, b"", ("comment", "")),
)
"""JPEG's segments by marker and first bytes; ``None`` for what is no word."""
_LAND: Word = ("position on the land (GeoTIFF)", "")
_TIFF_KINDS: dict[int, Word] = {
    34675: ("ICC profile", ""),
    700: ("XMP", ""),
    33723: ("IPTC", ""),
    34377: ("Photoshop resources", ""),
}
_TIFF = {
    *range(254, 270), *range(273, 305), *range(317, 334), *range(336, 349),
    *range(512, 522), 529, 530, 531, 532, 559, 34665, 34853, 40965,
}  # fmt: skip
"""Tags that say how a TIFF's pixels are stored, and those that lead to directories."""
_QUIET_EXIF = {
    *range(0x0100, 0x010E), *range(0x0111, 0x0132), *range(0x013D, 0x0150), *range(0x0200, 0x0218),
    0x8769, 0x8825, 0xA005, 0x9000, 0xA000, 0xA002, 0xA003, 0xEA1C, 0xEA1D, 0x9214, 0xA214,
}  # fmt: skip
"""EXIF's tags of sizes, of storage and of nothing, and those that are corrected or said elsewhere."""
_NAMED = 12
"""Names of a kind that a line has."""


def lost_words(
    source: Stored,
    source_format: Format,
    result: IO[bytes],
    result_format: Format,
    before: Metadata,
    after: Metadata,
) -> str | None:
    """Return one line that names what a source carries and its result does not; ``None`` for nothing.

    Args:
        source: The source.
        source_format: Its format.
        result: The finished file.
        result_format: Its format.
        before: Metadata of the source.
        after: What was to be written: what it lacks was said before.
    """
    from srcnn.images.source import open_stored

    try:
        with open_stored(source) as file:
            had = words_of(file, source_format)
        has = words_of(result, result_format)
    except (OSError, ValueError, struct.error):  # the file is gone, or no longer the same
        return None
    had |= _exif_words(before.block(EXIF))
    if before.block(EXIF) is not None and not any(word[0] == "EXIF" and word[1] for word in had):
        had.discard(("EXIF", ""))  # it says nothing but sizes
    lost = had - has - _said(before, after)
    if ("EXIF", "") in lost:  # all of it
        lost -= {word for word in lost if word[0] == "EXIF" and word[1]}
    elif not any(word[0] == "EXIF" and word[1] for word in has):  # its tags were not looked at
        lost -= {word for word in lost if word[0] == "EXIF"}
    if source_format is not result_format:
        lost = {word for word in lost if word[0] not in _OWN_KINDS}
    if not result_format.metadata:  # that is said by format
        lost -= {word for word in lost if word[0] in ("EXIF", "ICC profile", "XMP")}
    return _line(lost) if lost else None


def _said(before: Metadata, after: Metadata) -> set[Word]:
    """Return the words that were dropped on purpose, or are kept in another place."""
    said = _exif_words(before.block(EXIF)) - _exif_words(after.block(EXIF))
    if before.tags and not after.tags:
        said.add(_LAND)
    packet = after.block(XMP)
    if packet is not None and has_rating(packet):
        said |= {("EXIF", str(exif_block.RATING)), ("EXIF", str(exif_block.RATING_PERCENT))}
    if before.block(XMP) is not None and packet is None:
        said.add(("XMP", ""))
    return said


def _line(lost: Iterable[Word]) -> str:
    kinds: dict[str, list[str]] = {}
    for kind, name in sorted(lost):
        kinds.setdefault(kind, []).append(_spelled(kind, name))
    parts = []
    for kind, names in kinds.items():
        shown = ", ".join(filter(None, names[:_NAMED]))
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        parts.append(f"{kind} {shown}{more}".strip())
    return f"left out: {', '.join(parts)}"


def _spelled(kind: str, name: str) -> str:
    if kind in ("EXIF", "tag") and name.isdigit():
        from PIL import ExifTags, TiffTags

        tag = int(name)
        known = ExifTags.TAGS.get(tag) if kind == "EXIF" else TiffTags.lookup(tag).name
        return name if known in (None, "unknown") else str(known)
    return "".join(letter if letter.isprintable() else "?" for letter in name[:40])


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


def _exif_words(block: bytes | None) -> set[Word]:
    """Return the tags of an EXIF block."""
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
            yield from _exif_words(read_at(file, start, min(length, 2**24)))
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
                    yield from _exif_words(read_at(file, start, length))
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
                yield from _exif_words(read_at(file, start, min(length, 2**24)))
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
            yield ("second picture", kind.decode("latin-1").rsplit(":", 1)[-1])


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
        elif tag == GEO_KEYS:
            yield _LAND
        elif tag not in _TIFF and tag not in GEO_TAGS:
            yield ("tag", str(tag))


def _tiff_entries(file: IO[bytes], place: int, order: str, big: bool) -> list[tuple[int, int]]:
    """Return (tag, value or place of values) of a directory."""
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
    "tiff": _tiff_words,
}

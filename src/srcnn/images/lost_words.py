"""Report what a source contains besides its pixels and its result lacks."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING

from srcnn.images import exif_block
from srcnn.images.file_words import LAND, Word, exif_words, words_of
from srcnn.images.metadata import EXIF, PROFILE, XMP, Metadata
from srcnn.images.source import open_stored
from srcnn.images.xmp import LARGEST
from srcnn.images.xmp_corrections import has_rating

if TYPE_CHECKING:
    from srcnn.images.formats import Format
    from srcnn.images.source import Stored

_OWN_KINDS = ("chunk", "segment", "box", "tag")
"""Kinds that exist in only one format, so they are not expected in others."""
_NAMED = 12
"""Largest number of names of a kind in the line."""


def lost_words(
    source: Stored,
    source_format: Format,
    result: IO[bytes],
    result_format: Format,
    before: Metadata,
    after: Metadata,
) -> str | None:
    """Return one line about what a source contains and its result lacks, or ``None``.

    Args:
        source: The source.
        source_format: Its format.
        result: The finished file.
        result_format: Its format.
        before: Metadata of the source.
        after: Metadata that were to be written; what they lack has already been reported.
    """
    try:
        with open_stored(source) as file:
            had = words_of(file, source_format)
        has = words_of(result, result_format)
    except (OSError, ValueError, struct.error):  # the file has been removed or changed
        return None
    had |= exif_words(before.block(EXIF))
    if before.block(EXIF) is not None and not any(word[0] == "EXIF" and word[1] for word in had):
        had.discard(("EXIF", ""))  # it contains only sizes
    if any(word[0] == "EXIF" for word in has):
        has.add(("EXIF", ""))
    lost = had - has - _said(before, after, result_format)
    if ("EXIF", "") in lost:  # the whole block is lost, so do not list its tags
        lost -= {word for word in lost if word[0] == "EXIF" and word[1]}
    elif not any(word[0] == "EXIF" and word[1] for word in has):  # its tags were not read
        lost -= {word for word in lost if word[0] == "EXIF"}
    if source_format is not result_format:
        lost = {word for word in lost if word[0] not in _OWN_KINDS}
    if not result_format.metadata:  # the format's losses have already been reported
        kinds = (("EXIF", EXIF), ("ICC profile", PROFILE), ("XMP", XMP))
        known = [kind for kind, block in kinds if before.block(block) is not None]
        lost = {word for word in lost if word[0] not in known}
    return _line(lost) if lost else None


def _said(before: Metadata, after: Metadata, fmt: Format) -> set[Word]:
    """Return the words that were dropped on purpose, or are stored elsewhere."""
    said = exif_words(before.block(EXIF)) - exif_words(after.block(EXIF))
    if fmt.name == "tiff" and before.tags and not after.tags:
        said.add(LAND)
    packet = after.block(XMP)
    if packet is not None and has_rating(packet):
        said |= {("EXIF", str(exif_block.RATING)), ("EXIF", str(exif_block.RATING_PERCENT))}
    old = before.block(XMP)
    too_large = fmt.name == "jpeg" and packet is not None and len(packet) > LARGEST
    if old is not None and (packet is None or too_large):
        said.add(("XMP", ""))
    if old is not None and b"HasExtendedXMP" in old:
        said.add(("extended XMP", ""))
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
    return f"metadata lost: {', '.join(parts)}"


def _spelled(kind: str, name: str) -> str:
    if kind in ("EXIF", "tag") and name.isdigit():
        from PIL import ExifTags, TiffTags

        tag = int(name)
        known = ExifTags.TAGS.get(tag) if kind == "EXIF" else TiffTags.lookup(tag).name
        return name if known in (None, "unknown") else str(known)
    return "".join(letter if letter.isprintable() else "?" for letter in name[:40])

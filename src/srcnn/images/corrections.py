"""Correct metadata that describe the pixels of the source, or drop and report them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

from srcnn.images.exif_block import (
    ORIENTATION,
    RATING,
    RATING_PERCENT,
    Change,
    corrected_block,
    small_number,
)
from srcnn.images.geotiff import moved_land
from srcnn.images.metadata import EXIF, EXIF_FIELDS, IPTC, XMP, Field, Metadata
from srcnn.images.photoshop import corrected_resources
from srcnn.images.xmp import with_properties
from srcnn.images.xmp_corrections import corrected_packet, has_rating

_XMP_BASIC = "http://ns.adobe.com/xap/1.0/"
"""The XMP basic namespace."""


@dataclass(frozen=True)
class Corrected:
    """Metadata that are valid for a result.

    Attributes:
        metadata: The metadata to write.
        dropped: Descriptions of what the source has and the result lacks.
        fixed: Descriptions of what has other values than in the source.
    """

    metadata: Metadata
    dropped: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()


def line_of(pages: Iterable[Corrected]) -> str | None:
    """Return one line about what was dropped or corrected on all pages, ``None`` if nothing."""
    pages = list(pages)
    parts = (
        ("dropped, because it describes the old pixels", [page.dropped for page in pages]),
        ("corrected", [page.fixed for page in pages]),
    )
    lines = [
        f"{word}: {', '.join(dict.fromkeys(chain(*what)))}" for word, what in parts if any(what)
    ]
    return "; ".join(lines) or None


def corrected(metadata: Metadata, change: Change) -> Corrected:
    """Return the metadata of a source, corrected for its result."""
    fields = dict(metadata.fields)
    dropped: list[str] = []
    fixed: list[str] = []
    exif = metadata.block(EXIF)
    if exif is not None:
        dropped += _correct_exif(fields, exif, change)
    if (packet := metadata.block(XMP)) is not None:
        told = exif is not None and small_number(exif, ORIENTATION) is not None
        new, gone, changed = corrected_packet(packet, change, change.turned or told)
        fields.pop(XMP) if new is None else fields.update({XMP: new})
        dropped += gone
        fixed += changed
    if exif is not None and _take_rating(fields, exif):
        fixed.append("rating (now in XMP)")
    if (block := metadata.block(IPTC)) is not None:
        fields[IPTC], gone = corrected_resources(block, change)
        dropped += gone
    tags, gone = moved_land(metadata.tags, change)
    dropped += gone
    if tags != metadata.tags and tags:
        fixed.append("pixel size on the ground (GeoTIFF)")
    scaled = replace(metadata, fields=fields, tags=tags).scaled(change.across, change.down)
    return Corrected(scaled, tuple(dropped), tuple(fixed))


def _correct_exif(fields: dict[str, Field], exif: bytes, change: Change) -> list[str]:
    """Replace EXIF in ``fields`` with corrected EXIF; return descriptions of what was dropped."""
    block, dropped = corrected_block(exif, change)
    if block != exif:
        from srcnn.images.vips_fields import fields_of

        for key in [key for key in fields if key.startswith(EXIF_FIELDS)]:
            del fields[key]
        new = fields_of(block)
        fields.update((key, v) for key, v in new.items() if key.startswith(EXIF_FIELDS))
    return dropped


def _take_rating(fields: dict[str, Field], exif: bytes) -> bool:
    """Move the star rating from EXIF to XMP, because libvips's EXIF cannot hold it.

    Returns:
        Whether XMP was changed.
    """
    stars = small_number(exif, RATING)
    percent = small_number(exif, RATING_PERCENT)
    if stars is None and percent is not None:
        stars = 1 + min(percent, 99) // 25 if percent else 0
    packet = fields.get(XMP)
    old = packet if isinstance(packet, bytes) else None
    if stars is None or not 0 <= stars <= 5 or (old is not None and has_rating(old)):
        return False
    new = with_properties(old, _XMP_BASIC, "xmp", {"Rating": str(stars)})
    if new is None:
        return False
    fields[XMP] = new
    return True

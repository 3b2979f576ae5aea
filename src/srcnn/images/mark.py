"""The mark of a result: XMP that says what made it, so that it is recognized under any name."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from srcnn import __version__
from srcnn.images.metadata import XMP, Metadata
from srcnn.images.xmp import opening, properties, with_properties

NAMESPACE = "urn:srcnn:mark:1"
"""XMP namespace of the mark."""
PREFIX = "srcnn"
"""Prefix of the namespace."""
_MARKS = re.compile(
    re.escape(opening(NAMESPACE, PREFIX).encode()) + rb"""(?: \w+:\w+=(?:"[^"]*"|'[^']*'))*/>"""
)
"""Matches the elements that `Mark.on` adds."""


@dataclass(frozen=True)
class Mark:
    """What made an image; without time, place or backend, so that equal inputs give equal bytes.

    Attributes:
        model: Name of the model, or of the weights file without its folder.
        scale: The scale, such as ``3`` or ``2.5``.
        passes: Scales of the networks that ran, such as ``4 2``; empty for interpolation.
        weights: SHA-256 of each of their weights files, in hexadecimal.
        version: Version of srcnn.
    """

    model: str
    scale: str
    passes: str = ""
    weights: str = ""
    version: str = __version__

    def on(self, metadata: Metadata) -> Metadata:
        """Return ``metadata`` with this mark, which replaces any earlier one.

        XMP that cannot be read, or that has no room, stays unchanged, without a mark.
        """
        values = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        values = {key: value for key, value in values.items() if value}
        before = metadata.block(XMP)
        cleared = None if before is None else _MARKS.sub(b"", before)
        packet = with_properties(cleared, NAMESPACE, PREFIX, values)
        if packet is None:
            return metadata
        return replace(metadata, fields={**metadata.fields, XMP: packet})


def mark_of(metadata: Metadata) -> Mark | None:
    """Return the mark in an image's metadata, or ``None`` if it has none."""
    data = metadata.block(XMP)
    if data is None or NAMESPACE.encode() not in data:  # fast, because folders may be huge
        return None
    found = properties(data, NAMESPACE)
    values = {field.name: found.get(field.name, "") for field in fields(Mark)}
    return Mark(**values) if values["model"] else None

"""The mark of a result: what made it, as XMP, so that it is known as a result under any name."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from srcnn import __version__
from srcnn.images.metadata import XMP, Metadata
from srcnn.images.xmp import opening, properties, with_properties

NAMESPACE = "urn:srcnn:mark:1"
PREFIX = "srcnn"
_MARKS = re.compile(
    re.escape(opening(NAMESPACE, PREFIX).encode()) + rb"""(?: \w+:\w+=(?:"[^"]*"|'[^']*'))*/>"""
)
"""The elements that `Mark.on` adds."""


@dataclass(frozen=True)
class Mark:
    """What made a picture. Nothing of where, when or on what engine: equal input gives equal bytes.

    Attributes:
        model: Name of the model, or of the weights file without its folder.
        scale: The enlargement, such as ``3`` or ``2.5``.
        passes: Trained scales of the networks that ran, ``4 2``; empty for interpolation.
        weights: The sha256 of each of their weights files, in hexadecimal.
        version: Version of srcnn.
    """

    model: str
    scale: str
    passes: str = ""
    weights: str = ""
    version: str = __version__

    def on(self, metadata: Metadata) -> Metadata:
        """Return ``metadata`` with this mark, which stands for any before it.

        XMP that cannot be read, or that leaves no room, stays as it is, without a mark.
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
    """Return the mark that a picture carries, ``None`` if it has none."""
    data = metadata.block(XMP)
    if data is None or NAMESPACE.encode() not in data:  # quickly, for folders of a million
        return None
    found = properties(data, NAMESPACE)
    values = {field.name: found.get(field.name, "") for field in fields(Mark)}
    return Mark(**values) if values["model"] else None

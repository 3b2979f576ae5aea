"""The mark of a result: what made it, as XMP, so that it is known as a result under any name."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from srcnn import __version__
from srcnn.images.metadata import XMP, Metadata
from srcnn.images.xmp import Packet

NAMESPACE = "urn:srcnn:mark:1"
PREFIX = "srcnn"


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
        """Return ``metadata`` with this mark in place of any other.

        XMP that cannot be parsed stays as it is, without a mark.
        """
        packet = Packet.parse(metadata.block(XMP))
        if packet is None:
            return metadata
        packet.remove(NAMESPACE)
        values = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        packet.add(NAMESPACE, PREFIX, {key: value for key, value in values.items() if value})
        return replace(metadata, fields={**metadata.fields, XMP: packet.to_bytes()})


def mark_of(metadata: Metadata) -> Mark | None:
    """Return the mark that a picture carries, ``None`` if it has none."""
    data = metadata.block(XMP)
    if data is None or NAMESPACE.encode() not in data:  # quickly, for folders of a million
        return None
    packet = Packet.parse(data)
    if packet is None:
        return None
    values = {field.name: packet.get(NAMESPACE, field.name) or "" for field in fields(Mark)}
    return Mark(**values) if values["model"] else None

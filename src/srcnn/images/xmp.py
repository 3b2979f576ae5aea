"""Read XMP packets (ISO 16684-1), and add to them without serializing them again.

The existing content keeps its bytes: a new element is inserted before its end.
"""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from srcnn.images.xmp_tree import RDF, BrokenXmp, Element, parse

LARGEST = 60_000
"""Largest packet in bytes that is read or extended; libvips writes no larger one to JPEG."""
_EMPTY = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"></rdf:RDF></x:xmpmeta>'
    '<?xpacket end="w"?>'
).encode()


def _read(data: bytes) -> Element:
    """Return the root of a packet.

    Raises:
        BrokenXmp: The packet cannot be read, or is too large to be extended.
    """
    if len(data) > LARGEST:
        raise BrokenXmp
    return parse(data)


def properties(data: bytes, namespace: str) -> dict[str, str]:
    """Return the simple properties of a namespace by name; none if the packet cannot be read."""
    found: dict[str, str] = {}
    try:
        for element in _read(data.rstrip(b"\0")).below():
            for attribute in element.attributes:
                if attribute.name[0] == namespace:
                    found[attribute.name[1]] = attribute.value
            if element.name[0] == namespace:
                found[element.name[1]] = "".join(element.text)
    except BrokenXmp:
        return {}
    return found


def with_properties(
    data: bytes | None, namespace: str, prefix: str, values: dict[str, str]
) -> bytes | None:
    """Return a packet with simple properties added.

    Args:
        data: The packet; ``None`` for a new one.
        namespace: Namespace of the properties.
        prefix: Prefix of the namespace.
        values: The properties. Characters that are invalid in XML become question marks.

    Returns:
        The packet, or ``None`` if ``data`` cannot be read or has no room.
    """
    packet = _EMPTY if data is None else data.rstrip(b"\0")
    try:
        found = [element for element in _read(packet).below() if element.name == (RDF, "RDF")]
    except BrokenXmp:
        return None
    if not found or found[-1].closed:
        return None
    end = found[-1].inner_end
    attributes = "".join(f" {prefix}:{key}={quoteattr(_clean(v))}" for key, v in values.items())
    added = f"{opening(namespace, prefix)}{attributes}/>".encode()
    if len(packet) + len(added) > LARGEST:
        return None
    return packet[:end] + added + packet[end:]


def opening(namespace: str, prefix: str) -> str:
    """Return the start of the elements that `with_properties` adds."""
    return f'<rdf:Description xmlns:rdf="{RDF}" rdf:about="" xmlns:{prefix}="{namespace}"'


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else "?" for c in text)

"""Read XMP packets (ISO 16684-1), and add to them without serializing them again.

What a packet holds is not touched, to the last byte: a new element is put in before its end.
"""

from __future__ import annotations

from xml.parsers import expat
from xml.sax.saxutils import quoteattr

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
LARGEST = 60_000
"""Bytes of the largest packet that is read or added to: libvips writes no larger one into a JPEG."""
_EMPTY = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"></rdf:RDF></x:xmpmeta>'
    '<?xpacket end="w"?>'
).encode()
_BETWEEN = "\n"
"""Stands between namespace and name: no namespace holds it."""


class _Broken(ValueError):
    """A packet that is no XMP, or that is not read."""


class _Reader:
    """What is looked for in a packet."""

    def __init__(self, data: bytes, namespace: str) -> None:
        if len(data) > LARGEST or b"\0" in data:  # the second is UTF-16
            raise _Broken
        self.end: int | None = None
        """Where the end tag of the (last) ``rdf:RDF`` begins."""
        self.properties: dict[str, str] = {}
        self._prefix = namespace + _BETWEEN
        self._open: str | None = None
        self._parser = expat.ParserCreate(namespace_separator=_BETWEEN)
        self._parser.StartDoctypeDeclHandler = self._refuse  # entities may grow without end
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._stop
        self._parser.CharacterDataHandler = self._text
        try:
            self._parser.Parse(data, True)
        except (expat.ExpatError, LookupError, UnicodeError) as error:
            raise _Broken from error

    def _refuse(self, *_: object) -> None:
        raise _Broken

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            if key.startswith(self._prefix):
                self.properties[key.removeprefix(self._prefix)] = value
        if name.startswith(self._prefix):
            self._open = name.removeprefix(self._prefix)
            self.properties[self._open] = ""

    def _stop(self, name: str) -> None:
        self._open = None
        if name == f"{RDF}{_BETWEEN}RDF":
            self.end = self._parser.CurrentByteIndex

    def _text(self, text: str) -> None:
        if self._open is not None:
            self.properties[self._open] += text


def properties(data: bytes, namespace: str) -> dict[str, str]:
    """Return the simple properties of a namespace by name; none of a packet that cannot be read."""
    try:
        return _Reader(data, namespace).properties
    except _Broken:
        return {}


def with_properties(
    data: bytes | None, namespace: str, prefix: str, values: dict[str, str]
) -> bytes | None:
    """Return a packet with simple properties added.

    Args:
        data: The packet; None for a new one.
        namespace: The properties' namespace.
        prefix: What stands for it.
        values: The properties. Characters that XML cannot hold become question marks.

    Returns:
        The packet; None if ``data`` cannot be read, or there is no room.
    """
    packet = _EMPTY if data is None else data.rstrip(b"\0")
    try:
        end = _Reader(packet, namespace).end
    except _Broken:
        return None
    if end is None or not packet[end:].startswith(b"</"):
        return None
    attributes = "".join(f" {prefix}:{key}={quoteattr(_clean(v))}" for key, v in values.items())
    added = f"{opening(namespace, prefix)}{attributes}/>".encode()
    if len(packet) + len(added) > LARGEST:
        return None
    return packet[:end] + added + packet[end:]


def opening(namespace: str, prefix: str) -> str:
    """Return how the elements begin that `with_properties` adds."""
    return f'<rdf:Description xmlns:rdf="{RDF}" rdf:about="" xmlns:{prefix}="{namespace}"'


def _clean(text: str) -> str:
    return "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else "?" for c in text)

"""Parse XMP packets into a tree with byte offsets, so that parts can be edited in place.

Everything else keeps its bytes, because nothing is serialized again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
"""Namespace of RDF."""
BETWEEN = "\n"
"""Separator of namespace and name, which no namespace contains."""
_MOST_BYTES, _MOST_ELEMENTS, _DEEPEST = 2**24, 50_000, 200
"""Limits on packets; the largest that Photoshop writes have a few MB."""
_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')""")


class BrokenXmp(ValueError):
    """A packet that is not valid XMP, or exceeds the limits."""


@dataclass
class Attribute:
    """An attribute of an element.

    Attributes:
        name: (namespace, name).
        value: The value.
        start: Offset of the attribute, including the space before it.
        end: Offset of its end.
        value_start: Offset of the value, behind its quotation mark.
    """

    name: tuple[str, str]
    value: str
    start: int
    end: int
    value_start: int


@dataclass
class Element:
    """An element.

    Attributes:
        name: (namespace, name).
        start: Offset of the element.
        inner: Offset of its content; equals ``end`` for an empty tag.
        attributes: Its attributes, without namespace declarations.
        children: The elements in it.
        text: The pieces of text in it.
        inner_end: Offset of the end of its content.
        end: Offset of its end.
    """

    name: tuple[str, str]
    start: int
    inner: int
    attributes: list[Attribute]
    children: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    inner_end: int = 0
    end: int = 0

    @property
    def closed(self) -> bool:
        """Whether it is an empty tag, which has no end tag."""
        return self.inner == self.end

    def below(self, removed: Collection[int] = ()) -> Iterator[Element]:
        """Yield the element and its descendants in document order, except those in ``removed``.

        Args:
            removed: Offsets of elements to skip, together with their descendants.
        """
        waiting = [self]
        while waiting:
            element = waiting.pop()
            if element.start not in removed:
                yield element
                waiting += reversed(element.children)


def parse(data: bytes) -> Element:
    """Return the root of a packet.

    Raises:
        BrokenXmp: It is not valid XML, declares entities, is too large, or is in UTF-16.
    """
    return _Parser(data).root


class _Parser:
    def __init__(self, data: bytes) -> None:
        if len(data) > _MOST_BYTES or b"\0" in data:  # the second is UTF-16
            raise BrokenXmp
        self._data, self._open, self._count = data, list[Element](), 0
        parser: Any = expat.ParserCreate(namespace_separator=BETWEEN)
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse  # entities may expand without limit
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._stop
        parser.CharacterDataHandler = self._text
        self._parser = parser
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, LookupError, UnicodeError) as error:
            raise BrokenXmp from error

    def _refuse(self, *_: object) -> None:
        raise BrokenXmp

    def _start(self, name: str, attributes: list[str]) -> None:
        self._count += 1
        if self._count > _MOST_ELEMENTS or len(self._open) > _DEEPEST:
            raise BrokenXmp
        start = self._parser.CurrentByteIndex
        at = start + 1
        while self._data[at : at + 1] not in b" \t\r\n/>":
            at += 1
        found: list[tuple[int, int, int]] = []
        while (match := _ATTRIBUTE.match(self._data, at)) is not None:
            at = match.end()
            if match[1] != b"xmlns" and not match[1].startswith(b"xmlns:"):
                found.append((match.start(), match.end(), match.start(2) + 1))
        if len(found) != len(attributes) // 2:
            raise BrokenXmp
        inner = self._data.index(b">", at) + 1
        pairs = zip(attributes[::2], attributes[1::2], found, strict=True)
        parts = [Attribute(_split(key), value, *place) for key, value, place in pairs]
        element = Element(_split(name), start, inner, parts)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _stop(self, name: str) -> None:
        element = self._open.pop()
        if self._data[element.inner - 2 : element.inner] == b"/>":
            element.inner_end = element.end = element.inner
        else:
            element.inner_end = self._parser.CurrentByteIndex
            element.end = self._data.index(b">", element.inner_end) + 1

    def _text(self, text: str) -> None:
        self._open[-1].text.append(text)


def _split(name: str) -> tuple[str, str]:
    namespace, _, local = name.rpartition(BETWEEN)
    return namespace, local


class Edits:
    """Replacements of byte ranges in a packet; ranges inside another one are ignored.

    Attributes:
        removed: Offsets of the parts that were removed.
    """

    def __init__(self, data: bytes) -> None:
        """Start without changes to ``data``."""
        self._data = data
        self._edits: list[tuple[int, int, bytes]] = []
        self.removed: set[int] = set()

    def put(self, start: int, end: int, new: bytes = b"") -> None:
        """Replace the bytes from ``start`` to ``end`` with ``new``."""
        self._edits.append((start, end, new))

    def remove(self, part: Attribute | Element) -> None:
        """Remove a part."""
        self.removed.add(part.start)
        self.put(part.start, part.end)

    def result(self) -> bytes:
        """Return the packet with all changes."""
        parts, at = [], 0
        for start, end, new in sorted(self._edits, key=lambda edit: (edit[0], -edit[1])):
            if start >= at:
                parts += [self._data[at:start], new]
                at = end
        return b"".join([*parts, self._data[at:]])

"""XMP packets as a tree whose parts know where they stand, so that a few can be changed.

Everything else stays to the last byte: nothing is serialized again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
BETWEEN = "\n"
"""Stands between namespace and name: no namespace holds it."""
_MOST_BYTES, _MOST_ELEMENTS, _DEEPEST = 2**24, 50_000, 200
"""What is read of a packet: the most that Photoshop writes is a few MB."""
_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>]+)\s*=\s*("[^"]*"|'[^']*')""")


class BrokenXmp(ValueError):
    """A packet that is no XMP, or that is not read."""


@dataclass
class Attribute:
    """An attribute: its name as (namespace, name), its value, and where it stands with the space before it."""

    name: tuple[str, str]
    value: str
    start: int
    end: int
    value_start: int
    """Where the value begins, behind its quotation mark."""


@dataclass
class Element:
    """An element, and where it and what is in it stand."""

    name: tuple[str, str]
    start: int
    inner: int
    """Where its content begins; ``end`` for an empty tag."""
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
        """Yield the element and all in it, in the order of the packet, but for what begins at ``removed``."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            if element.start not in removed:
                yield element
                waiting += reversed(element.children)


def parse(data: bytes) -> Element:
    """Return the root of a packet.

    Raises:
        BrokenXmp: It is no XML, has entities of its own, or is too large or in UTF-16.
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
        parser.StartDoctypeDeclHandler = self._refuse  # entities may grow without end
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
    """Changes to the bytes of a packet, each between two places; those inside another one are lost."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._edits: list[tuple[int, int, bytes]] = []
        self.removed: set[int] = set()
        """Where the parts began that were taken out."""

    def put(self, start: int, end: int, new: bytes = b"") -> None:
        """Put ``new`` in the place of the bytes from ``start`` to ``end``."""
        self._edits.append((start, end, new))

    def remove(self, part: Attribute | Element) -> None:
        """Take a part out."""
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

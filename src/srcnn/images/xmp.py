"""Editing XMP packets (ISO 16684-1), so that what is not touched stays as it was written."""

from __future__ import annotations

from xml.dom import minidom
from xml.parsers.expat import ExpatError

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META = "adobe:ns:meta/"
_XMLNS = "http://www.w3.org/2000/xmlns/"
_LARGEST = 2**20
"""Bytes of the largest packet that is parsed; larger ones are kept as they are."""
_EMPTY = f'<x:xmpmeta xmlns:x="{_META}"><rdf:RDF xmlns:rdf="{RDF}"/></x:xmpmeta>'
_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_TAIL = '<?xpacket end="w"?>'


class Packet:
    """An XMP packet, parsed."""

    def __init__(self, document: minidom.Document) -> None:
        """Take a parsed document; `parse` makes one."""
        self._document = document

    @classmethod
    def parse(cls, data: bytes | None) -> Packet | None:
        """Return the packet in ``data``, an empty one for ``None``, ``None`` for what cannot be parsed."""
        if data is None:
            return cls(minidom.parseString(_EMPTY))
        # A document type may define entities that grow without end; XMP has no use for one.
        if len(data) > _LARGEST or b"<!" in data.replace(b"<!--", b""):
            return None
        try:
            document = minidom.parseString(data.rstrip(b"\0"))
        except (ExpatError, ValueError, LookupError):
            return None
        found = cls(document)
        return found if found._roots() else None

    def _roots(self) -> list[minidom.Element]:
        return list(self._document.getElementsByTagNameNS(RDF, "RDF"))

    def descriptions(self) -> list[minidom.Element]:
        """Return the elements whose attributes and children are the properties."""
        return [
            child
            for root in self._roots()
            for child in root.childNodes
            if isinstance(child, minidom.Element) and child.localName == "Description"
        ]

    def get(self, namespace: str, name: str) -> str | None:
        """Return a simple property, ``None`` if there is none."""
        for description in self.descriptions():
            if description.hasAttributeNS(namespace, name):
                return str(description.getAttributeNS(namespace, name))
            for child in _children(description, namespace, name):
                return "".join(
                    node.data for node in child.childNodes if isinstance(node, minidom.Text)
                )
        return None

    def remove(self, namespace: str, name: str | None = None) -> bool:
        """Remove a property, or all of a namespace; return whether there was one."""
        found = False
        for description in self.descriptions():
            for attribute in list((description.attributes or {}).values()):
                if attribute.namespaceURI == namespace and name in (None, attribute.localName):
                    description.removeAttributeNode(attribute)
                    found = True
            for child in _children(description, namespace, name):
                description.removeChild(child)
                found = True
            if found and description.parentNode is not None and _is_empty(description):
                description.parentNode.removeChild(description)
        return found

    def add(self, namespace: str, prefix: str, properties: dict[str, str]) -> None:
        """Add simple properties in an element of their own."""
        root = self._roots()[0]
        rdf = (root.prefix + ":") if root.prefix else ""
        element = self._document.createElementNS(RDF, f"{rdf}Description")
        element.setAttributeNS(RDF, f"{rdf or 'rdf:'}about", "")
        element.setAttributeNS(_XMLNS, f"xmlns:{prefix}", namespace)
        for name, value in properties.items():
            element.setAttributeNS(namespace, f"{prefix}:{name}", value)
        root.appendChild(element)

    def to_bytes(self) -> bytes:
        """Return the packet as it stands in a file, without room to grow."""
        root = self._roots()[0]
        while isinstance(root.parentNode, minidom.Element):
            root = root.parentNode
        return f"{_HEAD}{root.toxml()}{_TAIL}".encode()


def _is_empty(description: minidom.Element) -> bool:
    """Return whether an element has no property left."""
    attributes = (description.attributes or {}).values()
    return not description.childNodes and all(
        attribute.namespaceURI in (_XMLNS, RDF) for attribute in attributes
    )


def _children(element: minidom.Element, namespace: str, name: str | None) -> list[minidom.Element]:
    return [
        child
        for child in element.childNodes
        if isinstance(child, minidom.Element)
        and child.namespaceURI == namespace
        and name in (None, child.localName)
    ]

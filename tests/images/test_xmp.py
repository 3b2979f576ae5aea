"""XMP packets: what is added is read by another parser, and what was there stays."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from srcnn.images.mark import NAMESPACE, Mark, mark_of
from srcnn.images.metadata import XMP, Metadata
from srcnn.images.xmp import RDF, Packet

DC = "http://purl.org/dc/elements/1.1/"
PACKET = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="a camera">
 <rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about="" xmlns:dc="{DC}" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmp:Rating="4">
   <dc:creator><rdf:Seq><rdf:li>J\u00f6rg &amp; S\u00f8ns</rdf:li></rdf:Seq></dc:creator>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
{" " * 200}
<?xpacket end="w"?>""".encode()
MARK = Mark("fast", "3", "3", "ab" * 32, "0.2.0")


def seen(data: bytes) -> dict[str, str]:
    """Every attribute and every text that ElementTree finds."""
    found: dict[str, str] = {}
    for element in ElementTree.fromstring(data).iter():
        found |= element.attrib
        if element.text and element.text.strip():
            found[element.tag] = element.text
    return found


@pytest.mark.parametrize("packet", [None, PACKET, PACKET + b"\0\0"], ids=["none", "one", "zeros"])
def test_a_mark_is_read_back_and_the_rest_stays(packet: bytes | None) -> None:
    fields = {} if packet is None else {XMP: packet}
    marked = MARK.on(Metadata(fields=fields))
    data = marked.block(XMP)
    assert data is not None
    assert mark_of(marked) == MARK
    before = {} if packet is None else seen(packet.rstrip(b"\0"))
    after = seen(data)
    mine = {key: after.pop(key) for key in list(after) if key.startswith(f"{{{NAMESPACE}}}")}
    assert mine[f"{{{NAMESPACE}}}model"] == "fast"
    assert {f"{{{RDF}}}about": "", **before} == after
    assert Mark("other", "2").on(marked).block(XMP) == Mark("other", "2").on(
        Metadata(fields=fields)
    ).block(XMP), "a second mark takes the place of the first"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no XML",
        b"<x/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + PACKET,
        PACKET[:-300],
        b"\xff\xfe" + PACKET,
        b"<" * 2**21,
    ],
    ids=["empty", "text", "other", "entities", "cut", "coding", "large"],
)
def test_what_cannot_be_parsed_stays_as_it_is(data: bytes) -> None:
    metadata = Metadata(fields={XMP: data})
    assert Packet.parse(data) is None
    assert MARK.on(metadata) == metadata
    assert mark_of(metadata) is None

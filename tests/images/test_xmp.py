"""XMP packets: what is added is read by another parser, and what was there stays to the byte."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest

from srcnn.images.mark import NAMESPACE, Mark, mark_of
from srcnn.images.metadata import XMP, Metadata
from srcnn.images.xmp import LARGEST
from srcnn.images.xmp_tree import RDF

DC = "http://purl.org/dc/elements/1.1/"
PACKET = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="a camera">
 <rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about="" xmlns:dc="{DC}" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmp:Rating="4" xmp:Note="two&#xA;lines">
   <dc:creator><rdf:Seq><rdf:li>J\u00f6rg &amp; <![CDATA[S\u00f8ns]]></rdf:li></rdf:Seq></dc:creator>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
{" " * 200}
<?xpacket end="w"?>""".encode()
MARK = Mark("fast", "3", "3", "ab" * 32, "0.2.0")


def read_by_another(data: bytes) -> dict[str, str]:
    """The properties of the mark, as ElementTree finds them."""
    own = f"{{{NAMESPACE}}}"
    found: dict[str, str] = {}
    for element in ElementTree.fromstring(data.rstrip(b"\0")).iter():
        found |= {k.removeprefix(own): v for k, v in element.attrib.items() if k.startswith(own)}
    return found


@pytest.mark.parametrize("packet", [None, PACKET, PACKET + b"\0\0"], ids=["none", "one", "zeros"])
def test_a_mark_is_read_back_and_the_rest_stays(packet: bytes | None) -> None:
    fields = {} if packet is None else {XMP: packet}
    marked = MARK.on(Metadata(fields=fields))
    data = marked.block(XMP)
    assert data is not None
    assert mark_of(marked) == MARK
    assert read_by_another(data) == vars(MARK)
    if packet is not None:
        start = data.index(b"<rdf:Description xmlns:rdf=")
        end = data.index(b"/>", start) + 2
        assert data[:start] + data[end:] == packet.rstrip(b"\0")
    other = Mark("other", "2", version="1")
    assert other.on(marked) == other.on(Metadata(fields=fields)), "in place of the first mark"


def test_properties_that_another_program_moved_are_found() -> None:
    element = (
        f'<s:model xmlns:s="{NAMESPACE}">fast</s:model><s:scale xmlns:s="{NAMESPACE}">3</s:scale>'
    )
    moved = PACKET.replace(b"<dc:creator>", element.encode() + b"<dc:creator>")
    found = mark_of(Metadata(fields={XMP: moved}))
    assert found is not None
    assert (found.model, found.scale) == ("fast", "3")


@pytest.mark.parametrize("name", ['a "quoted" & <odd>.onnx', "m\udcff.onnx", "m\x01\n.onnx"])
def test_any_name_makes_a_readable_mark(name: str) -> None:
    marked = Mark(name, "3").on(Metadata(fields={XMP: PACKET}))
    data = marked.block(XMP)
    assert data is not None
    assert read_by_another(data)["model"].endswith(".onnx")
    assert mark_of(marked) is not None


BOMB = b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no XML",
        b"<x/>",
        BOMB + PACKET,
        ("\ufeff" + (BOMB + PACKET).decode()).encode("utf-16-le"),
        PACKET[:-300],
        b"\xff\xfe" + PACKET,
        PACKET.replace(b" " * 200, b" " * LARGEST),
        b"<a>" * 15_000,
        f'<rdf:RDF xmlns:rdf="{RDF}"/>'.encode(),
    ],
    ids=["empty", "text", "other", "dtd", "utf-16", "cut", "coding", "large", "deep", "closed"],
)
def test_what_cannot_be_added_to_stays_as_it_is(data: bytes) -> None:
    metadata = Metadata(fields={XMP: data})
    started = time.monotonic()
    assert MARK.on(metadata) == metadata
    assert mark_of(metadata) is None
    assert time.monotonic() - started < 1

"""What a file says of its pixels: after turning and enlarging it is true, or gone and said.

Packets and blocks are read back by ElementTree and Pillow.
"""

from __future__ import annotations

import struct
import time
from xml.etree import ElementTree

import pytest
from PIL import Image

from srcnn.images.corrections import corrected, line_of
from srcnn.images.exif_block import Change, corrected_block
from srcnn.images.geotiff import moved_land
from srcnn.images.metadata import EXIF, XMP, Metadata
from srcnn.images.photoshop import corrected_resources
from srcnn.images.xmp_corrections import corrected_packet
from srcnn.images.xmp_tree import RDF

LARGER = Change(256, 192, 2.0, 2.0, turned=False)
TURNED = Change(192, 256, 2.0, 2.0, turned=True)
SPACES = {
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "mwg": "http://www.metadataworkinggroup.com/schemas/regions/",
    "MP": "http://ns.microsoft.com/photo/1.2/",
    "area": "http://ns.adobe.com/xmp/sType/Area#",
    "dim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
    "GCamera": "http://ns.google.com/photos/1.0/camera/",
    "Container": "http://ns.google.com/photos/1.0/container/",
    "GPano": "http://ns.google.com/photos/1.0/panorama/",
    "GDepth": "http://ns.google.com/photos/1.0/depthmap/",
    "hdrgm": "http://ns.adobe.com/hdr-gain-map/1.0/",
    "note": "http://ns.adobe.com/xmp/note/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
FORMS = {
    "attribute": (' {name}="{value}"', ""),
    "quoted": ("\n  {name} = '{value}'", ""),
    "element": ("", "<{name}>{value}</{name}>"),
}
"""How a property is written: as an attribute, or as an element."""


def packet_of(attributes: str, content: str) -> bytes:
    spaces = "".join(f' xmlns:{prefix}="{name}"' for prefix, name in SPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about="" dc:format="a > \u00e9"{spaces}'
        f'{attributes}>{content}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def values_in(packet: bytes, name: str) -> list[str]:
    """Every value of a property, as ElementTree finds it."""
    prefix, _, local = name.partition(":")
    full = f"{{{SPACES[prefix]}}}{local}"
    found = []
    for element in ElementTree.fromstring(packet.decode()).iter():
        found += [value for key, value in element.attrib.items() if key == full]
        found += [element.text or ""] if element.tag == full else []
    return found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "value", "larger", "turned"),
    [
        ("tiff:Orientation", "6", "1", "1"),
        ("exif:Orientation", "8", "1", "1"),
        ("tiff:ImageWidth", "128", "256", "192"),
        ("tiff:ImageLength", "96", "192", "256"),
        ("exif:PixelXDimension", "128", "256", "192"),
        ("exif:PixelYDimension", "96", "192", "256"),
        ("tiff:XResolution", "720000/10000", "144000/1000", "144000/1000"),
        ("exif:FocalPlaneXResolution", "3000.5", "6001", None),
        ("GPano:FullPanoWidthPixels", "500", "1000", None),
        ("crs:CropWidth", "100", "200", None),
        ("crs:CropTop", "0.25", "0.25", None),
        ("crs:HasCrop", "True", "True", None),
        ("mwg:Regions", "", "", None),
        ("MP:RegionInfo", "", "", None),
        ("GCamera:MotionPhoto", "1", None, None),
        ("GCamera:MicroVideoOffset", "4711", None, None),
        ("GCamera:BurstID", "a", "a", "a"),
        ("GDepth:Data", "QUJD", None, None),
        ("Container:Directory", "", None, None),
        ("hdrgm:Version", "1.0", None, None),
        ("note:HasExtendedXMP", "ABC", None, None),
        ("xmp:Thumbnails", "", None, None),
        ("exif:SubjectArea", "", None, None),
        ("xmp:Rating", "4", "4", "4"),
        ("dc:title", "tiff:Orientation=6", "tiff:Orientation=6", "tiff:Orientation=6"),
    ],
)
def test_a_property(
    name: str, value: str, larger: str | None, turned: str | None, form: str
) -> None:
    packet = packet_of(*(part.format(name=name, value=value) for part in FORMS[form]))
    for change, wanted in ((LARGER, larger), (TURNED, turned)):
        new, dropped, fixed = corrected_packet(packet, change)
        assert new is not None
        assert values_in(new, name) == ([] if wanted is None else [wanted])
        assert values_in(new, "dc:format") == ["a > \u00e9"]
        assert bool(dropped) == (wanted is None)
        assert bool(fixed) == (wanted not in (None, value))
        if wanted == value:
            assert new == packet, "to the last byte"


def test_an_orientation_that_nobody_applied_stays() -> None:
    """No decoder looks for it in XMP: the pixels lie as they did, and so a viewer that does turns both."""
    packet = packet_of(' tiff:Orientation="6"', "")
    done = corrected(Metadata(fields={XMP: packet}), LARGER)
    assert done.metadata.block(XMP) == packet
    told = Metadata(fields={XMP: packet, EXIF: exif_of("<", [(0x0112, 3, 1, 1)])})
    assert b'tiff:Orientation="1"' in (corrected(told, LARGER).metadata.block(XMP) or b"")


@pytest.mark.parametrize("form", ["attributes", "elements"])
def test_regions_are_measured_in_the_new_picture(form: str) -> None:
    sides = {"dim:w": "128", "dim:h": "96", "dim:unit": "pixel"}
    parts = {"area:x": "0.5", "area:y": "0.25", "area:w": "0.1", "area:unit": "normalized"}
    pixels = {"area:x": "64", "area:y": "24", "area:w": "12.5", "area:unit": "pixel"}

    def struct_of(name: str, values: dict[str, str]) -> str:
        if form == "attributes":
            return f"<{name} " + " ".join(f'{k}="{v}"' for k, v in values.items()) + "/>"
        inner = "".join(f"<{key}>{value}</{key}>" for key, value in values.items())
        return f'<{name} rdf:parseType="Resource">{inner}</{name}>'

    areas = "".join(
        f'<rdf:li rdf:parseType="Resource">{struct_of("mwg:Area", area)}</rdf:li>'
        for area in (parts, pixels)
    )
    packet = packet_of(
        "",
        f'<mwg:Regions rdf:parseType="Resource">{struct_of("mwg:AppliedToDimensions", sides)}'
        f"<mwg:RegionList><rdf:Bag>{areas}</rdf:Bag></mwg:RegionList></mwg:Regions>",
    )
    new, dropped, fixed = corrected_packet(packet, LARGER)
    assert new is not None
    assert (values_in(new, "dim:w"), values_in(new, "dim:h")) == (["256"], ["192"])
    assert values_in(new, "area:x") == ["0.5", "128"]
    assert values_in(new, "area:y") == ["0.25", "48"]
    assert values_in(new, "area:w") == ["0.1", "25"]
    assert not dropped
    assert fixed


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no XML",
        b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;">]>' + packet_of("", ""),
        packet_of("", "").decode().encode("utf-16"),
        packet_of("", "")[:-60],
        packet_of("", "<a>" * 500),
        packet_of("", "<dc:a/>" * 200_000),
        packet_of("", "x" * 2**24),
        packet_of(' tiff:Orientation="6" tiff:Orientation="6"', ""),
        packet_of(' nobody:Orientation="6"', ""),
    ],
    ids=["none", "text", "dtd", "utf-16", "cut", "deep", "many", "large", "twice", "unbound"],
)
def test_a_packet_that_cannot_be_read_goes_and_is_said(data: bytes) -> None:
    started = time.process_time()
    done = corrected(Metadata(fields={XMP: data}), LARGER)
    assert done.metadata.block(XMP) is None
    assert line_of([done]) == ("dropped, because it describes the old pixels: unreadable XMP")
    assert time.process_time() - started < 3


def exif_of(order: str, first: list[tuple[int, int, int, int]], more: bytes = b"") -> bytes:
    """A block whose first directory has these (tag, type, count, value) and leads to a thumbnail."""
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", 8)
    end = 8 + 2 + 12 * len(first) + 4
    body = struct.pack(order + "H", len(first))
    for tag, kind, count, value in first:
        field = (
            struct.pack(order + "HH", value, 0) if kind == 3 else struct.pack(order + "I", value)
        )
        body += struct.pack(order + "HHI", tag, kind, count) + field
    body += struct.pack(order + "I", end + len(more)) + more
    jpeg = b"\xff\xd8 a small picture \xff\xd9"
    at = end + len(more) + 2 + 24 + 4
    body += struct.pack(order + "H", 2)
    for tag, value in ((0x0201, at), (0x0202, len(jpeg))):
        body += struct.pack(order + "HHII", tag, 4, 1, value)
    return head + body + bytes(4) + jpeg


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("change", [LARGER, TURNED], ids=["larger", "turned"])
def test_exif(order: str, change: Change) -> None:
    at = 8 + 2 + 12 * 5 + 4
    details = struct.pack(order + "H", 3)
    details += struct.pack(order + "HHII", 0x9214, 3, 4, at + 2 + 36 + 4)
    details += struct.pack(order + "HHIHH", 0xA002, 3, 1, 128, 0)
    details += struct.pack(order + "HHII", 0xA20E, 5, 1, at + 2 + 36 + 4 + 8) + bytes(4)
    details += struct.pack(order + "4H2I", 60, 40, 10, 12, 3000, 1)
    rows = [(0x0100, 3, 1, 128), (0x0101, 4, 1, 96), (0x0112, 3, 1, 6), (0x4746, 3, 1, 4)]
    block = b"Exif\0\0" + exif_of(order, [*rows, (0x8769, 4, 1, at)], details)
    assert b"small picture" in block
    new, dropped = corrected_block(block, change)
    exif = Image.Exif()
    exif.load(new)
    inner = exif.get_ifd(0x8769)
    assert (exif[0x0100], exif[0x0101], exif[0x0112]) == (change.width, change.height, 1)
    assert exif[0x4746] == 4
    assert (inner[0xA002], inner[0xA20E]) == (change.width, 6000)
    assert not exif.get_ifd(1)
    assert b"small picture" not in new
    if change.turned:
        assert dropped == ["thumbnail", "subject area"]
        assert 0x9214 not in inner
    else:
        assert dropped == ["thumbnail"]
        assert inner[0x9214] == (120, 80, 20, 24)


def test_a_width_of_over_16_bits_fits() -> None:
    new, _ = corrected_block(exif_of("<", [(0x0100, 3, 1, 128)]), Change(70_000, 9, 1, 1, False))
    exif = Image.Exif()
    exif.load(new)
    assert exif[0x0100] == 70_000


def test_broken_exif_does_no_harm() -> None:
    block = exif_of(">", [(0x0112, 3, 1, 6), (0x8769, 4, 1, 8), (0x0100, 5, 2**31, 2**32 - 1)])
    for k in range(len(block)):
        corrected_block(block[:k], TURNED)
        corrected_block(block[:k] + b"\xff\xff\xff\xff" + block[k + 4 :], TURNED)
    metadata = Metadata(fields={EXIF: b"Exif\0\0MM"})
    assert corrected(metadata, TURNED).metadata.block(EXIF) == b"Exif\0\0MM"


def test_photoshop_resources() -> None:
    def resource(number: int, data: bytes, name: bytes = b"\0\0") -> bytes:
        head = b"8BIM" + struct.pack(">H", number) + name + struct.pack(">I", len(data))
        return head + data + bytes(len(data) % 2)

    iptc = resource(0x0404, b"\x1c\2\x19\0\4tree", b"\3abc")
    dpi = struct.pack(">I2HI2H", 300 << 16, 1, 1, 300 << 16, 1, 1)
    thumbnail, path = resource(0x040C, b"small picture"), resource(0x07D0, b"a path")
    block = b"Photoshop 3.0\0" + thumbnail + iptc + resource(0x03ED, dpi) + path
    new, dropped = corrected_resources(block, LARGER)
    larger = struct.pack(">I2HI2H", 600 << 16, 1, 1, 600 << 16, 1, 1)
    assert new == b"Photoshop 3.0\0" + iptc + resource(0x03ED, larger) + path
    assert dropped == ["thumbnail"]
    assert path not in corrected_resources(block, TURNED)[0]
    for k in range(14, len(block)):
        corrected_resources(block[:k], LARGER)


KEYS = {
    "area": (1, 1, 0, 1, 1025, 0, 1, 1),
    "point": (1, 1, 0, 1, 1025, 0, 1, 2),
}


@pytest.mark.parametrize("raster", KEYS)
@pytest.mark.parametrize("told", ["tie point", "matrix"])
def test_every_corner_lies_where_it_lay(raster: str, told: str) -> None:
    """A place is (0, 0) at the corner of the first pixel, or at its center for a raster of points."""
    tags: dict[int, tuple[float, ...] | str] = {34735: KEYS[raster], 34737: "WGS 84|"}
    if told == "matrix":
        tags[34264] = (30, 2, 0, 5e5, 1, -20, 0, 4e6, 0, 0, 0, 0, 0, 0, 0, 1)
    else:
        tags |= {33550: (30, 20, 0), 33922: (10, 20, 0, 5e5, 4e6, 0)}
    change = Change(300, 480, 3.0, 2.4, turned=False)
    moved, dropped = moved_land(tags, change)
    shift = 0.5 if raster == "point" else 0

    def place(tags: object, across: float, down: float) -> tuple[float, float]:
        assert isinstance(tags, dict)
        i, j = across - shift, down - shift
        if told == "matrix":
            m = tags[34264]
            return m[0] * i + m[1] * j + m[3], m[4] * i + m[5] * j + m[7]
        (x, y, _), (i0, j0, _, x0, y0, _) = tags[33550], tags[33922]
        return x0 + (i - i0) * x, y0 - (j - j0) * y

    for across, down in ((0, 0), (100, 0), (0, 200), (100, 200), (37.5, 11)):
        wanted = place(tags, across, down)
        assert place(moved, across * 3.0, down * 2.4) == pytest.approx(wanted, abs=1e-6)
    assert moved[34737] == "WGS 84|"
    assert not dropped
    assert moved_land(tags, TURNED)[0] == {}
    assert moved_land(tags, TURNED)[1]

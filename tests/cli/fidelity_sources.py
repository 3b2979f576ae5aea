"""The sources of docs/formats.md: for each property, how Pillow writes a file that has it."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from ..engine.conftest import picture_of

MAKER, ORIENTATION, EXIF_IFD, WIDTH, HEIGHT, XMP_TAG = 0x010F, 0x0112, 0x8769, 0xA002, 0xA003, 700
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    b' dc:creator="somebody"/></rdf:RDF></x:xmpmeta>'
)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
RGB, GRAY, RGBA = (picture_of(kind, "uint8", (41, 30)) for kind in ("rgb", "gray", "rgba"))
INDICES = Image.fromarray(RGB).quantize(4)
GAMMA = struct.pack(">I", 100_000)
RATING, DESCRIPTION, IPTC_TAG = 0x4746, 270, 33723
PIXEL_SIZE, TIE_POINT, GEO_KEYS = 33550, 33922, 34735
KEYS = (1, 1, 0, 1, 1025, 0, 1, 1)
DEEP = picture_of("gray", "uint16", (41, 30))

Make = Callable[[str], dict[str, Any]]


def picture(pixels: Any, mode: str | None = None, **options: Any) -> dict[str, Any]:
    image: Image.Image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    return {"image": image.convert(mode) if mode else image, **options}


def lossless(fmt: str) -> dict[str, Any]:
    options: dict[str, dict[str, Any]] = {
        "webp": {"lossless": True, "exact": True},
        "jpeg": {"quality": 98},
        "avif": {"quality": 95},
    }
    return options.get(fmt, {})


def exif(**more: int) -> Image.Exif:
    block = Image.Exif()
    block[MAKER] = "A maker"
    if more:
        block.get_ifd(EXIF_IFD).update({WIDTH: more["width"], HEIGHT: more["height"]})
        block[EXIF_IFD] = 0  # Pillow's TIFF writer looks for the tag; the position is its own
    return block


def packet(properties: str) -> bytes:
    """A packet with properties of the picture; its prefixes are those that everybody has."""
    known = {
        "tiff": "http://ns.adobe.com/tiff/1.0/",
        "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
        "GCamera": "http://ns.google.com/photos/1.0/camera/",
    }
    spaces = "".join(f' xmlns:{prefix}="{name}"' for prefix, name in known.items())
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        f'syntax-ns#"><rdf:Description rdf:about=""{spaces} {properties}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


TURNED = packet('tiff:Orientation="6"><tiff:ImageWidth>30</tiff:ImageWidth>')
FACES = packet('><mwg-rs:Regions rdf:parseType="Resource"/>')
MOTION = packet('GCamera:MotionPhoto="1">')


def with_xmp(fmt: str, data: bytes = XMP) -> dict[str, Any]:
    if fmt == "png":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", data.decode())
        return {"pnginfo": info}
    if fmt == "tiff":
        return {"tiffinfo": {XMP_TAG: data}}
    return {"xmp": data}


def with_text(fmt: str, gAMA: bytes = b"", **texts: str) -> dict[str, Any]:  # noqa: N803
    info = PngInfo()
    info.add_text("Author", "somebody")
    if gAMA:
        info.add(b"gAMA", gAMA)
    for key, text in texts.items():
        info.add_itxt(key, text)
    return {"pnginfo": info}


def with_thumbnail() -> bytes:
    """EXIF whose second directory is a JPEG of the picture as it lay."""
    small = io.BytesIO()
    Image.fromarray(RGB).resize((10, 14)).save(small, "JPEG")
    data = small.getvalue()
    entries = [(0x0103, 3, 6), (0x0201, 4, 68), (0x0202, 4, len(data))]
    body = b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, ORIENTATION, 3, 1, 1, 26)
    body += struct.pack("<H", 3)
    body += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"Exif\0\0" + body + bytes(4) + data


def both(fmt: str, packet: bytes) -> dict[str, Any]:
    """A packet in a picture that lies on its side."""
    options = with_xmp(fmt, packet)
    if fmt == "tiff":
        options["tiffinfo"][ORIENTATION] = 6
        return picture(RGB, **options)
    return picture(RGB, exif=turned(), **options, **lossless(fmt))


def rated() -> Image.Exif:
    block = Image.Exif()
    block[RATING] = 4
    return block


def with_iptc(fmt: str) -> dict[str, Any]:
    """The keyword "tree" (IIM 4.2, 2:25), in a JPEG as one of Photoshop's resources."""
    iptc = b"\x1c\2\x19\0\4tree"
    if fmt == "tiff":
        return {"tiffinfo": {IPTC_TAG: iptc}}
    data = b"Photoshop 3.0\x008BIM\4\4\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0"
    return {"extra": b"\xff\xed" + struct.pack(">H", len(data) + 2) + data}


def land() -> Any:
    """30 m a pixel; the pixel (10, 20) lies at (500 km, 4000 km)."""
    tags = ImageFileDirectory_v2()
    for tag, kind, values in (
        (PIXEL_SIZE, 12, (30.0, 30.0, 0.0)),
        (TIE_POINT, 12, (10.0, 20.0, 0.0, 5e5, 4e6, 0.0)),
        (GEO_KEYS, 3, KEYS),
    ):
        tags.tagtype[tag] = kind
        tags[tag] = values
    return tags


def turned() -> Image.Exif:
    block = Image.Exif()
    block[ORIENTATION] = 6
    return block


def cut_out() -> Any:
    """White in the middle, and around it hidden pixels that are black: bicubic would mix them in."""
    pixels = np.zeros((41, 30, 4), np.uint8)
    pixels[8:33, 8:22] = 255
    return pixels


def frames(fmt: str) -> dict[str, Any]:
    more = [Image.fromarray(np.roll(RGB, 7 * k, axis=0)) for k in (1, 2)]
    options: dict[str, Any] = {"save_all": True, "append_images": more}
    if fmt in ("gif", "webp"):
        options |= {"duration": [40, 200, 70], "loop": 2}
    return picture(RGB, **options, **lossless(fmt))


MAKE: dict[str, Make] = {
    "8 bit": lambda fmt: picture(RGB, "P" if fmt == "gif" else None, **lossless(fmt)),
    "16 bit": lambda fmt: picture(DEEP),
    "gray": lambda fmt: picture(GRAY, **lossless(fmt)),
    "gray and alpha": lambda fmt: picture(RGBA, "LA"),
    "RGB and alpha": lambda fmt: picture(RGBA, **lossless(fmt)),
    "transparent edges without halo": lambda fmt: picture(cut_out(), **lossless(fmt)),
    "palette": lambda fmt: picture(RGB // 64 * 64, "P"),
    "transparent colour": lambda fmt: picture(INDICES, transparency=2),
    "ICC profile": lambda fmt: picture(RGB, icc_profile=PROFILE, **lossless(fmt)),
    "EXIF": lambda fmt: picture(RGB, exif=exif(), **lossless(fmt)),
    "XMP": lambda fmt: picture(RGB, **with_xmp(fmt), **lossless(fmt)),
    "size in EXIF": lambda fmt: picture(RGB, exif=exif(width=30, height=41), **lossless(fmt)),
    "orientation": lambda fmt: picture(RGB, exif=turned(), **lossless(fmt)),
    "size in print (DPI)": lambda fmt: picture(RGB, dpi=(300, 300)),
    "text": lambda fmt: picture(RGB, **with_text(fmt)),
    "quality of the source": lambda fmt: picture(RGB, quality=98),
    "chroma subsampling": lambda fmt: picture(RGB, quality=90, subsampling=2),
    "inks (CMYK)": lambda fmt: picture(RGB, "CMYK"),
    "frames or pages": frames,
    "timing and loops": frames,
    "thumbnail in EXIF": lambda fmt: picture(RGB, exif=with_thumbnail(), **lossless(fmt)),
    "size and orientation in XMP": lambda fmt: both(fmt, TURNED),
    "face regions, turned": lambda fmt: both(fmt, FACES),
    "motion photo flag": lambda fmt: picture(RGB, **with_xmp(fmt, MOTION), **lossless(fmt)),
    "rating in EXIF": lambda fmt: picture(RGB, exif=rated(), **lossless(fmt)),
    "IPTC": lambda fmt: picture(RGB, **with_iptc(fmt), **lossless(fmt)),
    "colors without a profile": lambda fmt: picture(RGB, **with_text(fmt, gAMA=GAMMA)),
    "text outside ASCII": lambda fmt: picture(RGB, **with_text(fmt, Title="Größe 題")),
    "comment": lambda fmt: picture(
        RGB, "P" if fmt == "gif" else None, comment="some words", **lossless(fmt)
    ),
    "position on the ground (GeoTIFF)": lambda fmt: picture(RGB, tiffinfo=land()),
    "description of pixels (OME, tifffile)": lambda fmt: picture(
        RGB, tiffinfo={DESCRIPTION: '{"shape": [41, 30, 3]}'}
    ),
}

"""Every cell of the table in docs/formats.md: a file with the property goes through the command line.

Sources are written, and results read, by Pillow and tifffile.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, ImageOps, IptcImagePlugin, JpegImagePlugin
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from ..conftest import ROOT
from ..engine.conftest import picture_of
from .conftest import Ran, Srcnn

TABLE: dict[str, dict[str, str]] = json.loads((ROOT / "results/fidelity.json").read_text())[
    "properties"
]
CELLS = [(name, fmt) for name, formats in TABLE.items() for fmt in formats]
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
Check = Callable[[Image.Image, str], None]


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
    "size and orientation in XMP": lambda fmt: picture(
        RGB, **with_xmp(fmt, TURNED), **lossless(fmt)
    ),
    "regions of faces, turned": lambda fmt: both(fmt, FACES),
    "mark of a motion photo": lambda fmt: picture(RGB, **with_xmp(fmt, MOTION), **lossless(fmt)),
    "rating in EXIF": lambda fmt: picture(RGB, exif=rated(), **lossless(fmt)),
    "IPTC": lambda fmt: picture(RGB, **with_iptc(fmt), **lossless(fmt)),
    "colours without a profile": lambda fmt: picture(RGB, **with_text(fmt, gAMA=GAMMA)),
    "text outside ASCII": lambda fmt: picture(RGB, **with_text(fmt, Title="Größe 題")),
    "comment": lambda fmt: picture(
        RGB, "P" if fmt == "gif" else None, comment="some words", **lossless(fmt)
    ),
    "position on the land (GeoTIFF)": lambda fmt: picture(RGB, tiffinfo=land()),
    "description of pixels (OME, tifffile)": lambda fmt: picture(
        RGB, tiffinfo={DESCRIPTION: '{"shape": [41, 30, 3]}'}
    ),
}


def near(seen: Image.Image, fmt: str) -> None:
    """The picture itself: reduced again it is the source."""
    again = np.asarray(seen.convert("RGB").resize((30, 41), Image.Resampling.BOX), int)
    assert np.abs(again - RGB).mean() < (12 if fmt == "gif" else 5)


def no_halo(seen: Image.Image, fmt: str) -> None:
    pixels = np.asarray(seen)
    assert ((pixels[..., 3] > 0) & (pixels[..., 3] < 255)).any()
    assert (pixels[pixels[..., 3] > 0][:, :3] >= 254).all()


def as_many_frames(seen: Image.Image, fmt: str) -> None:
    assert getattr(seen, "n_frames", 1) == 3


def as_long(seen: Image.Image, fmt: str) -> None:
    delays = []
    for k in range(3):
        seen.seek(k)
        seen.load()
        delays.append(seen.info["duration"])
    assert delays == [40, 200, 70]
    assert seen.info["loop"] == 2


def mode_is(mode: str) -> Check:
    def check(seen: Image.Image, fmt: str) -> None:
        assert seen.mode == mode

    return check


def xmp(seen: Image.Image, fmt: str) -> None:
    found = seen.info.get("xmp") or seen.info.get("XML:com.adobe.xmp", "").encode()
    if fmt == "tiff":
        found = seen.getexif()[XMP_TAG]
    assert b'dc:creator="somebody"' in bytes(found)


def upright(seen: Image.Image, fmt: str) -> None:
    assert seen.size == (82, 60)
    assert seen.getexif().get(ORIENTATION, 1) == 1
    flat = Image.fromarray(RGB)
    flat.getexif()[ORIENTATION] = 6
    again = seen.convert("RGB").resize((41, 30), Image.Resampling.BOX)
    wanted = np.asarray(ImageOps.exif_transpose(flat), int)
    assert np.abs(np.asarray(again, int) - wanted).mean() < 5


def sizes(seen: Image.Image, fmt: str) -> None:
    inner = seen.getexif().get_ifd(EXIF_IFD)
    assert (inner[WIDTH], inner[HEIGHT]) == (60, 82)


def is_equal(key: str, value: Any) -> Check:
    def check(seen: Image.Image, fmt: str) -> None:
        assert seen.info[key] == value

    return check


def dpi(seen: Image.Image, fmt: str) -> None:
    assert seen.info["dpi"] == pytest.approx((600, 600), rel=1e-3)


def maker(seen: Image.Image, fmt: str) -> None:
    assert seen.getexif()[MAKER] == "A maker"


def finely_quantized(seen: Image.Image, fmt: str) -> None:
    assert isinstance(seen, JpegImagePlugin.JpegImageFile)
    with Image.open("source.jpeg") as source:
        assert isinstance(source, JpegImagePlugin.JpegImageFile)
        assert seen.quantization == source.quantization


def subsampled(seen: Image.Image, fmt: str) -> None:
    assert JpegImagePlugin.get_sampling(seen) == 2


def shows_through(seen: Image.Image, fmt: str) -> None:
    alpha = np.asarray(seen.convert("RGBA").resize((30, 41), Image.Resampling.BOX))[..., 3]
    with Image.open(f"source.{fmt}") as source:
        hidden = np.asarray(source.convert("RGBA"))[..., 3] == 0
    assert hidden.any()
    assert alpha[hidden].mean() < 90 < 220 < alpha[~hidden].mean()


def packet_of(seen: Image.Image, fmt: str) -> bytes:
    found = seen.info.get("xmp") or seen.info.get("XML:com.adobe.xmp", "").encode()
    return bytes(seen.getexif()[XMP_TAG] if fmt == "tiff" else found)


def corrected_xmp(seen: Image.Image, fmt: str) -> None:
    packet = packet_of(seen, fmt)
    assert b'tiff:Orientation="1"' in packet
    assert b"<tiff:ImageWidth>60</tiff:ImageWidth>" in packet


def stars(seen: Image.Image, fmt: str) -> None:
    assert b'xmp:Rating="4"' in packet_of(seen, fmt)


def keywords(seen: Image.Image, fmt: str) -> None:
    found = IptcImagePlugin.getiptcinfo(seen)  # type: ignore[arg-type]
    assert found is not None
    assert found[2, 25] == b"tree"


def half_as_large(seen: Image.Image, fmt: str) -> None:
    """GDAL's rule: place = tie point + (pixel - tie pixel) * size of a pixel."""
    tags = seen.getexif()
    assert tags[PIXEL_SIZE] == (15, 15, 0)
    assert tags[TIE_POINT] == (20, 40, 0, 5e5, 4e6, 0)
    assert tags[GEO_KEYS] == KEYS


CHECK: dict[str, Check] = {
    "8 bit": near,
    "16 bit": mode_is("I;16"),
    "gray": mode_is("L"),
    "gray and alpha": mode_is("LA"),
    "RGB and alpha": mode_is("RGBA"),
    "transparent edges without halo": no_halo,
    "palette": lambda seen, fmt: None,
    "transparent colour": shows_through,
    "ICC profile": is_equal("icc_profile", PROFILE),
    "EXIF": maker,
    "XMP": xmp,
    "size in EXIF": sizes,
    "orientation": upright,
    "size in print (DPI)": dpi,
    "text": is_equal("Author", "somebody"),
    "quality of the source": finely_quantized,
    "chroma subsampling": subsampled,
    "size and orientation in XMP": corrected_xmp,
    "rating in EXIF": stars,
    "IPTC": keywords,
    "colours without a profile": is_equal("gamma", 1.0),
    "text outside ASCII": is_equal("Title", "Größe 題"),
    "comment": is_equal("comment", b"some words"),
    "position on the land (GeoTIFF)": half_as_large,
    "frames or pages": as_many_frames,
    "timing and loops": as_long,
}
SAID = {
    **{("thumbnail in EXIF", fmt): "other pixels: thumbnail" for fmt in TABLE["thumbnail in EXIF"]},
    **{("regions of faces, turned", fmt): "regions of faces" for fmt in TABLE["EXIF"]},
    **{("mark of a motion photo", fmt): "mark of a motion photo" for fmt in TABLE["EXIF"]},
    ("comment", "gif"): "left out: comment",
    ("description of pixels (OME, tifffile)", "tiff"): "description of the pixels",
    ("16 bit", "ppm"): "16 bits become 8",
    ("palette", "gif"): "at most 256 colours",
    ("inks (CMYK)", "jpeg"): "its inks (CMYK) become sRGB",
    ("inks (CMYK)", "tiff"): "its inks (CMYK) become sRGB",
}


@pytest.mark.parametrize(("name", "fmt"), CELLS, ids=[f"{name}-{fmt}" for name, fmt in CELLS])
def test_fidelity(srcnn: Srcnn, folder: Path, name: str, fmt: str) -> None:
    options = MAKE[name](fmt)
    image: Image.Image = options.pop("image")
    image.save(f"source.{fmt}", **options)
    what = TABLE[name][fmt]
    ran: Ran = srcnn("upscale", f"source.{fmt}", "-s", 2, "-m", "bicubic", "-o", f"large.{fmt}")
    if what == "refused":
        assert ran.code == 3
        assert f"animated {fmt.upper()}" in ran.error
        return
    assert ran.code == 0, ran.err
    with Image.open(f"large.{fmt}") as seen:
        assert sorted(seen.size) == [60, 82]
        if what == "said":
            assert SAID[name, fmt] in ran.err
        else:
            assert "cannot hold" not in ran.err or fmt == "gif"
            CHECK[name](seen, fmt)
        if what == "as RGB":
            assert seen.mode == "RGB"
        if what == "as alpha":
            assert seen.mode == "RGBA"


def test_16_bit_colour_tiff(srcnn: Srcnn, folder: Path) -> None:
    """Pillow has no such mode."""
    tifffile.imwrite("deep.tif", picture_of("rgb", "uint16"), photometric="rgb")
    assert srcnn("upscale", "deep.tif", "-m", "bicubic", "-o", "out.tif").code == 0
    assert tifffile.imread("out.tif").dtype == np.uint16


def test_no_source_says_more_than_it_has(srcnn: Srcnn, folder: Path) -> None:
    """A file without profile, EXIF or resolution gets none; its XMP is the mark alone."""
    for fmt in ("png", "jpeg", "tiff", "webp"):
        buffer = io.BytesIO()
        Image.fromarray(RGB).save(buffer, fmt.upper())
        Path(f"bare.{fmt}").write_bytes(buffer.getvalue())
        assert (
            srcnn("upscale", f"bare.{fmt}", "-s", 2, "-m", "bicubic", "-o", f"out.{fmt}").code == 0
        )
        with Image.open(f"out.{fmt}") as seen:
            assert not {"icc_profile", "exif"} & seen.info.keys()
            assert fmt != "png" or "dpi" not in seen.info
            assert fmt == "tiff" or not dict(seen.getexif())

"""Orientation, profile, EXIF, XMP and resolution, judged by Pillow on both sides."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin
from PIL.PngImagePlugin import PngInfo

from srcnn.images.encode import encode, losses
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

from .reference import written_by_pillow

WIDTH, HEIGHT = 0xA002, 0xA003
ORIENTATION, MAKER, TAKEN, EXIF_IFD, XMP_TAG = 0x0112, 0x010F, 0x9003, 0x8769, 0x02BC
XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="somebody"/></rdf:RDF></x:xmpmeta>"""
FORMATS_WITH_METADATA = ["PNG", "JPEG", "TIFF", "WEBP"]


def a_file(pixels: NDArray[np.uint8], format: str, orientation: int = 1) -> bytes:
    """A file that carries everything, written by Pillow."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = "Maker of cameras"
    exif.get_ifd(EXIF_IFD)[TAKEN] = "2016:02:01 12:34:56"
    exif[EXIF_IFD] = 0  # Pillow's TIFF writer looks for the tag; the position is its own
    options: dict[str, Any] = {"exif": exif, "icc_profile": a_profile(), "dpi": (300, 300)}
    if format == "PNG":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.decode())
    elif format == "TIFF":
        exif[XMP_TAG] = XMP
    else:
        options["xmp"] = XMP
    if format == "JPEG":
        options |= {"quality": 100, "subsampling": 0}
    if format == "WEBP":
        options["lossless"] = True
    return written_by_pillow(Image.fromarray(pixels), format, **options)


@cache
def a_profile() -> bytes:
    """Made once, as the time of its making is in it."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def through_us(data: bytes, format: str) -> Image.Image:
    """The file read and written by us, opened by Pillow."""
    picture = open_picture(data)
    out = encode(picture.read(), FORMATS[format.lower()], picture.header.metadata)
    opened = Image.open(io.BytesIO(out))
    opened.load()
    return opened


def xmp_of(picture: Image.Image) -> bytes:
    found = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp", "").encode()
    if isinstance(picture.getexif().get(XMP_TAG), bytes):
        found = picture.getexif()[XMP_TAG]
    return bytes(found)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", FORMATS_WITH_METADATA)
def test_orientation_is_applied_once(
    photo: NDArray[np.uint8], format: str, orientation: int
) -> None:
    """Pixels and header are as displayed, and who displays what we write turns it no second time."""
    data = a_file(photo[:40, :61], format, orientation)
    with Image.open(io.BytesIO(data)) as stored:
        assert stored.getexif()[ORIENTATION] == orientation
        displayed = np.asarray(ImageOps.exif_transpose(stored))
    picture = open_picture(data)
    assert (picture.header.height, picture.header.width) == displayed.shape[:2]
    off = 2 if format == "JPEG" else 0
    np.testing.assert_allclose(picture.read().astype(int), displayed, rtol=0, atol=off)

    out = through_us(data, format)
    assert out.getexif().get(ORIENTATION, 1) == 1
    again = np.asarray(ImageOps.exif_transpose(out)).astype(int)
    assert again.shape == displayed.shape
    assert np.abs(again - displayed).mean() <= off


@pytest.mark.parametrize("source", FORMATS_WITH_METADATA)
@pytest.mark.parametrize("target", FORMATS_WITH_METADATA)
def test_profile_and_xmp_survive(photo: NDArray[np.uint8], source: str, target: str) -> None:
    """To the same format and to every other, byte for byte."""
    data = a_file(photo[:20, :30], source)
    assert xmp_of(Image.open(io.BytesIO(data))) == XMP
    out = through_us(data, target)
    assert out.info["icc_profile"] == a_profile()
    assert xmp_of(out) == XMP


@pytest.mark.parametrize("target", FORMATS_WITH_METADATA)
@pytest.mark.parametrize("source", FORMATS_WITH_METADATA)
def test_exif_survives(photo: NDArray[np.uint8], source: str, target: str) -> None:
    exif = through_us(a_file(photo[:20, :30], source), target).getexif()
    assert exif[MAKER] == "Maker of cameras"
    assert exif.get_ifd(EXIF_IFD)[TAKEN] == "2016:02:01 12:34:56"


LEFT_OUT = ["EXIF is lost", "profile is lost", "XMP is lost"]


@pytest.mark.parametrize(
    ("target", "lost"),
    [
        *[(name, []) for name in ("png", "jpeg", "tiff", "webp", "avif")],
        ("gif", ["each frame has at most 256 colors (--format png keeps all)", *LEFT_OUT]),
        ("bmp", LEFT_OUT),
    ],
)
def test_what_a_format_does_not_take_is_said(
    photo: NDArray[np.uint8], target: str, lost: list[str]
) -> None:
    data = a_file(photo[:20, :30], "JPEG")
    header = open_picture(data).header
    assert losses(header, FORMATS[target]) == lost
    out = through_us(data, target.upper())
    assert ("icc_profile" in out.info) == ("profile is lost" not in lost)
    bare = open_picture(written_by_pillow(Image.fromarray(photo[:20, :30]), "JPEG")).header
    assert losses(bare, FORMATS[target]) == [line for line in lost if "is lost" not in line]


@pytest.mark.parametrize("source", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("target", ["PNG", "JPEG", "TIFF"])
def test_resolution_survives(photo: NDArray[np.uint8], source: str, target: str) -> None:
    out = through_us(a_file(photo[:20, :30], source), target)
    assert out.info["dpi"] == pytest.approx((300, 300), abs=0.02)


def test_metadata_goes_with_a_larger_picture(photo: NDArray[np.uint8]) -> None:
    """What `srcnn upscale` does: pixels of another size, the metadata of the source."""
    header = open_picture(a_file(photo[:20, :30], "JPEG", 6)).header
    enlarged = photo[:90, :60]
    out = Image.open(io.BytesIO(encode(enlarged, FORMATS["jpeg"], header.metadata)))
    assert out.size == (60, 90)
    assert out.getexif()[MAKER] == "Maker of cameras"
    assert out.info["icc_profile"] == a_profile()


def test_what_is_printed_is_as_large_as_before(photo: NDArray[np.uint8]) -> None:
    """Three times as many pixels, three times as many to the inch; EXIF knows the new size."""
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD).update({WIDTH: 30, HEIGHT: 20})
    small = Image.fromarray(photo[:20, :30])
    data = written_by_pillow(small, "JPEG", exif=exif, dpi=(300, 300))
    header = open_picture(data).header
    metadata = header.metadata_for((60, 90))
    out = Image.open(io.BytesIO(encode(photo[:60, :90], FORMATS["jpeg"], metadata)))
    assert out.info["dpi"] == pytest.approx((900, 900), abs=0.5)
    sizes = out.getexif().get_ifd(EXIF_IFD)
    assert (sizes[WIDTH], sizes[HEIGHT]) == (90, 60)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_picture_without_resolution_gets_none_made_up(
    photo: NDArray[np.uint8], format: str
) -> None:
    data = written_by_pillow(Image.fromarray(photo[:20, :30]), format)
    assert open_picture(data).header.metadata_for((60, 90)).resolution is None


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_no_exif_is_made_up(photo: NDArray[np.uint8], format: str) -> None:
    data = written_by_pillow(Image.fromarray(photo[:20, :30]), format)
    assert dict(through_us(data, format).getexif()) == {}


def test_texts_of_a_png_survive(photo: NDArray[np.uint8]) -> None:
    texts = PngInfo()
    texts.add_text("Author", "somebody")
    texts.add_itxt("Title", "A title")
    data = written_by_pillow(Image.fromarray(photo[:20, :30]), "PNG", pnginfo=texts)
    kept = through_us(data, "PNG").info
    assert (kept["Author"], kept["Title"]) == ("somebody", "A title")


def test_texts_of_other_alphabets_are_kept(photo: NDArray[np.uint8]) -> None:
    """libvips writes ASCII only; the chunks are copied as they are."""
    texts = PngInfo()
    texts.add_itxt("Title", "題")
    texts.add(b"tEXt", b"Author\0caf\xe9")
    data = written_by_pillow(Image.fromarray(photo[:20, :30]), "PNG", pnginfo=texts)
    out = through_us(data, "PNG")
    assert out.size == (30, 20)
    assert (out.info["Title"], out.info["Author"]) == ("題", "café")


def tables_of(picture: Image.Image) -> list[int]:
    assert isinstance(picture, JpegImagePlugin.JpegImageFile)
    return list(picture.quantization[0])


SUBSAMPLED = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}


@pytest.mark.parametrize("chroma", list(SUBSAMPLED))
@pytest.mark.parametrize(("quality", "kept"), [(40, 95), (92, 95), (97, 97), (98, 98), (100, 99)])
def test_a_jpeg_is_as_good_as_its_source(
    photo: NDArray[np.uint8], quality: int, kept: int, chroma: str
) -> None:
    """By the tables in the file; quality 100 has the table of 99 but for rounding."""
    picture = Image.fromarray(photo[:40, :60])
    options = {"quality": quality, "subsampling": SUBSAMPLED[chroma]}
    out = through_us(written_by_pillow(picture, "JPEG", **options), "JPEG")
    like = written_by_pillow(picture, "JPEG", quality=kept, subsampling=0)
    made, wanted = (sum(tables_of(picture)) for picture in (out, Image.open(io.BytesIO(like))))
    assert made == pytest.approx(wanted, abs=40 if quality == 100 else 3)
    subsampled = JpegImagePlugin.get_sampling(out) == SUBSAMPLED["4:2:0"]
    assert subsampled == (chroma == "4:2:0")


def test_the_asked_quality_wins(photo: NDArray[np.uint8]) -> None:
    data = written_by_pillow(Image.fromarray(photo[:40, :60]), "JPEG", quality=98)
    header = open_picture(data).header
    small, large = (
        len(encode(photo, FORMATS["jpeg"], header.metadata, quality)) for quality in (50, None)
    )
    assert small < large / 2


def test_metadata_stays_with_its_picture(photo: NDArray[np.uint8]) -> None:
    """A picture that is written after another one has none of its metadata."""
    through_us(a_file(photo[:20, :30], "PNG"), "PNG")
    out = Image.open(io.BytesIO(encode(photo[:20, :30], FORMATS["png"])))
    assert "icc_profile" not in out.info
    assert MAKER not in out.getexif()
    assert xmp_of(out) == b""


def test_a_text_under_a_latin_1_name(photo: NDArray[np.uint8]) -> None:
    """Legal in a PNG, but pyvips cannot list it: it is given up, and nothing else."""
    texts = PngInfo()
    texts.add(b"tEXt", b"K\xfcnstler\0somebody")
    exif = Image.Exif()
    exif[MAKER] = "Maker of cameras"
    data = written_by_pillow(Image.fromarray(photo[:9, :9]), "PNG", exif=exif, pnginfo=texts)
    picture = open_picture(data)
    np.testing.assert_array_equal(picture.read(), photo[:9, :9])
    written = encode(photo[:9, :9], FORMATS["png"], picture.header.metadata)
    with Image.open(io.BytesIO(written)) as again:
        assert again.getexif()[MAKER] == "Maker of cameras"

"""Every cell of the table in docs/formats.md: a file with the property goes through the command line.

Sources are written, and results read, by Pillow and tifffile.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps, IptcImagePlugin, JpegImagePlugin

from ..conftest import ROOT
from ..engine.conftest import picture_of
from .conftest import Ran, Srcnn
from .fidelity_sources import (
    EXIF_IFD,
    GEO_KEYS,
    HEIGHT,
    KEYS,
    MAKE,
    MAKER,
    ORIENTATION,
    PIXEL_SIZE,
    PROFILE,
    RGB,
    TIE_POINT,
    WIDTH,
    XMP_TAG,
)

TABLE: dict[str, dict[str, str]] = json.loads((ROOT / "results/fidelity.json").read_text())[
    "properties"
]
CELLS = [(name, fmt) for name, formats in TABLE.items() for fmt in formats]
Check = Callable[[Image.Image, str], None]


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
    assert b"<tiff:ImageWidth>82</tiff:ImageWidth>" in packet


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
    "colors without a profile": is_equal("gamma", 1.0),
    "text outside ASCII": is_equal("Title", "Größe 題"),
    "comment": is_equal("comment", b"some words"),
    "position on the ground (GeoTIFF)": half_as_large,
    "frames or pages": as_many_frames,
    "timing and loops": as_long,
}
SAID = {
    **{("thumbnail in EXIF", fmt): "old pixels: thumbnail" for fmt in TABLE["thumbnail in EXIF"]},
    **{("face regions, turned", fmt): "face regions" for fmt in TABLE["EXIF"]},
    **{("motion photo flag", fmt): "motion photo flag" for fmt in TABLE["EXIF"]},
    ("comment", "gif"): "metadata lost: comment",
    ("description of pixels (OME, tifffile)", "tiff"): "description of the pixels",
    ("16 bit", "ppm"): "16 bits become 8",
    ("palette", "gif"): "at most 256 colors",
    ("inks (CMYK)", "jpeg"): "CMYK becomes sRGB",
    ("inks (CMYK)", "tiff"): "CMYK becomes sRGB",
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

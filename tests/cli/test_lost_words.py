"""What a source carries and its result does not is named in one line, in JSON too."""

from __future__ import annotations

import io
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..engine.conftest import picture_of
from .conftest import Srcnn

RGB = picture_of("rgb", "uint8", (41, 30))
WORDS = ("-s", 2, "-m", "bicubic")


def saved(fmt: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(RGB).save(file, fmt, **options)
    return file.getvalue()


def segment(marker: int, content: bytes) -> bytes:
    """A JPEG with one more segment at its head."""
    data = saved("JPEG")
    return (
        data[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content + data[2:]
    )


def chunk(kind: bytes, content: bytes, behind: bool = False) -> bytes:
    """A PNG with one more chunk, before or behind the pixels."""
    data = saved("PNG")
    at = len(data) - 12 if behind else 33
    check = struct.pack(">I", zlib.crc32(kind + content))
    return data[:at] + struct.pack(">I", len(content)) + kind + content + check + data[at:]


def riff_chunk() -> bytes:
    data = saved("WEBP", exif=Image.Exif().tobytes() + b"\0" * 8, lossless=True)
    data += b"ODDS" + struct.pack("<I", 4) + b"1234"
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def tagged(tag: int) -> bytes:
    file = io.BytesIO()
    extra = [(tag, 12, 2, (0.3, 0.3), True)]
    tifffile.imwrite(file, RGB, photometric="rgb", metadata=None, software=False, extratags=extra)
    return file.getvalue()


def rare_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0xC6D3] = "A maker", "a private word"
    return exif


CASES = {
    "private chunk": (chunk(b"prVt", b"1234"), "png", "chunk prVt"),
    "chunk behind the pixels": (chunk(b"prVt", b"1234", True), "png", "chunk prVt"),
    "time": (chunk(b"tIME", bytes(7)), "png", "chunk tIME"),
    "raw profile": (chunk(b"tEXt", b"Raw profile type exif\0\n"), "png", "text Raw profile type"),
    "text": (chunk(b"tEXt", b"Author\0somebody"), "jpg", "text Author"),
    "MPF": (segment(0xE2, b"MPF\0II*\0"), "jpg", "more images in the file (MPF)"),
    "gain map": (segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0\0"), "jpg", "gain map"),
    "extended XMP": (
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 40),
        "jpg",
        "extended XMP",
    ),
    "private segment": (segment(0xEB, b"HDR_RI\0"), "jpg", "segment APP11 HDR_RI"),
    "FlashPix": (segment(0xE2, b"FPXR\0"), "jpg", "segment APP2 FPXR"),
    "IPTC": (
        segment(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\0\0\0\x06\x1c\2\x19\0\1a"),
        "webp",
        "IPTC",
    ),
    "comment": (saved("JPEG", comment=b"words"), "png", "comment"),
    "RIFF": (riff_chunk(), "webp", "chunk ODDS"),
    "TIFF": (tagged(65000), "tif", "tag 65000"),
    "white": (tagged(318), "jpg", "colors white point"),
    "EXIF": (saved("JPEG", exif=rare_exif()), "jpg", "EXIF "),
}


@pytest.mark.parametrize("name", CASES)
def test_a_line_names_it(srcnn: Srcnn, folder: Path, name: str) -> None:
    data, suffix, word = CASES[name]
    Path("in").write_bytes(data)
    ran = srcnn("upscale", "in", *WORDS, "-o", f"out.{suffix}", "--json", "-")
    assert ran.code == 0, ran.err
    (row,) = ran.json()["results"]
    lines = [line for line in row["warnings"] if line.startswith("metadata lost: ")]
    assert len(lines) == 1
    assert word in lines[0]
    assert f"in: {lines[0]}\n" in ran.err


@pytest.mark.parametrize("fmt", ["png", "jpeg", "tiff", "webp", "avif", "gif", "bmp", "ppm"])
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp"])
def test_nothing_is_named_where_nothing_is_lost(
    srcnn: Srcnn, folder: Path, fmt: str, suffix: str
) -> None:
    """Also where the source has EXIF, a profile and a resolution."""
    options: dict[str, Any] = {}
    if fmt in ("png", "jpeg", "tiff", "webp", "avif"):
        exif = Image.Exif()
        exif[0x010F], exif[0x0132] = "A maker", "2020:01:01 00:00:00"
        options = {"exif": exif, "dpi": (300, 300)}
    Path("in").write_bytes(saved(fmt, **options))
    ran = srcnn("upscale", "in", *WORDS, "-o", f"out.{suffix}")
    assert ran.code == 0
    assert "metadata lost" not in ran.err


def test_texts_of_any_alphabet_anywhere_in_the_file(srcnn: Srcnn, folder: Path) -> None:
    info = PngInfo()
    info.add_itxt("Title", "Größe 題", lang="de", tkey="Titel", zip=True)
    info.add_text("Comment", "caf\xe9", zip=True)
    file = io.BytesIO()
    Image.fromarray(RGB).save(file, "PNG", pnginfo=info)
    late = b"Late\0words"
    check = struct.pack(">I", zlib.crc32(b"tEXt" + late))
    data = file.getvalue()
    data = data[:-12] + struct.pack(">I", len(late)) + b"tEXt" + late + check + data[-12:]
    Path("in.png").write_bytes(data)
    ran = srcnn("upscale", "in.png", *WORDS)
    assert "metadata lost" not in ran.err
    with Image.open("in_x2.png") as seen:
        assert seen.info["Title"] == "Größe 題"
        assert seen.info["Title"].lang == "de"
        assert (seen.info["Comment"], seen.info["Late"]) == ("caf\xe9", "words")


def test_it_costs_little_of_a_large_file() -> None:
    """A PNG of 24 megapixels in chunks of 8 KB: its heads alone are read."""
    from srcnn.images.file_words import words_of
    from srcnn.images.formats import FORMATS

    body = np.random.default_rng(1).bytes(8192)
    one = struct.pack(">I", 8192) + b"IDAT" + body + bytes(4)
    file = io.BytesIO(saved("PNG")[:33] + one * 5000 + struct.pack(">I", 0) + b"IEND" + bytes(4))
    started = time.process_time()
    assert words_of(file, FORMATS["png"]) == set()
    assert time.process_time() - started < 0.5

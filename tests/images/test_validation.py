"""The walk over a file's parts: what it finds is what Pillow finds, and good files pass."""

from __future__ import annotations

import io
import struct
from contextlib import suppress

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from srcnn.errors import InputError
from srcnn.images.formats import format_of_bytes
from srcnn.images.io import open_picture
from srcnn.images.jpeg import kind_of_jpeg
from srcnn.images.parts import is_whole_gif
from srcnn.images.validation import check_parts

from .reference import written_by_pillow
from .specimens import NAMES, specimen

JPEG = open_picture(specimen("jpeg")).header.format


@pytest.mark.parametrize("quality", [30, 50, 75, 90, 95, 100])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_the_kind_of_a_jpeg(
    photo: NDArray[np.uint8], quality: int, subsampling: int, progressive: bool
) -> None:
    """The quality that Pillow's writer was asked for, and the sampling that its reader sees."""
    data = written_by_pillow(
        Image.fromarray(photo[:40, :40]),
        "JPEG",
        quality=quality,
        subsampling=subsampling,
        progressive=progressive,
    )
    found, subsampled = kind_of_jpeg(data)
    assert abs(found - quality) <= 1
    with JpegImagePlugin.JpegImageFile(io.BytesIO(data)) as image:
        assert subsampled == (JpegImagePlugin.get_sampling(image) == 2)


def test_what_stands_between_segments_is_passed_by() -> None:
    data = specimen("jpeg")
    wanted = kind_of_jpeg(data)
    assert wanted[0] > 0
    for between in (b"\0\0\0", b"\xff" * 10_000, b"\xff\x01", b"\xff\xd0" * 20, bytes(5000)):
        assert kind_of_jpeg(data[:20] + between + data[20:]) == wanted
    for end in range(len(data)):
        kind_of_jpeg(data[:end])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("apng", "avif animated")])
def test_good_files_pass(name: str) -> None:
    data = specimen(name)
    fmt = format_of_bytes(data[:16])
    assert fmt is not None
    check_parts(io.BytesIO(data), fmt, name)


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_that_leads_in_circles(order: str) -> None:
    """As many steps as a decoder would take are counted; one directory after the other is fine."""

    def jpeg(next_directory: int, pointers: int) -> bytes:
        entry = struct.pack(order + "HHII", 0x8769, 4, 1, 8)
        block = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "IH", 8, pointers)
        block += entry * pointers + struct.pack(order + "I", next_directory)
        body = b"Exif\0\0" + block
        return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + b"\xff\xd9"

    check_parts(io.BytesIO(jpeg(0, 0)), JPEG, "a")
    for data in (jpeg(8, 0), jpeg(0, 2), jpeg(0, 1)):
        with pytest.raises(InputError, match="a: has a broken EXIF block"):
            check_parts(io.BytesIO(data), JPEG, "a")


def test_a_gif_of_short_blocks() -> None:
    data = specimen("gif")
    assert is_whole_gif(io.BytesIO(data))
    comment = b"\x21\xfe" + b"\x01a" * 1000 + b"\0"
    assert is_whole_gif(io.BytesIO(data[:-1] + comment * 10 + b";"))
    assert not is_whole_gif(io.BytesIO(data[:-1] + comment * 1000 + b";"))


@pytest.mark.parametrize("name", ["avif", "avif alpha", "avif 10 bit", "avif animated"])
@pytest.mark.parametrize("side", [4, 8])
def test_an_avif_of_a_size_that_cannot_be(
    name: str, side: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """Refused before libvips sees it, which would write of it to stderr."""
    data = bytearray(specimen(name))
    place = data.index(b"ispe") + 4 + side
    data[place] = 0x20
    with pytest.raises(InputError, match=r"is not a readable AVIF \(\d+ x \d+ pixels\)"):
        open_picture(bytes(data))
    assert capfd.readouterr().err == ""


def test_boxes_end() -> None:
    """Whatever a box says of its length, the walk over a file ends."""
    data = specimen("avif")
    fmt = format_of_bytes(data[:16])
    assert fmt is not None
    for place in range(len(data) - 8):
        for length in (0, 1, 7, 8, 2**32 - 1):
            damaged = bytearray(data)
            damaged[place : place + 4] = struct.pack(">I", length)
            with suppress(InputError):
                check_parts(io.BytesIO(damaged), fmt, "")

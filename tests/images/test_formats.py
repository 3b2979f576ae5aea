"""Which format a name asks for, and which one a file's first bytes announce."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import PurePath
from typing import IO, Any, Self

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from srcnn.errors import InputError, LimitError, UsageError
from srcnn.images.encode import Extent, Page, encode, losses
from srcnn.images.formats import FORMATS, SUFFIXES, Format, format_of_bytes, format_of_name
from srcnn.images.io import open_picture
from srcnn.images.picture import Header, Picture
from srcnn.images.source import Stored, open_stored


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.png", "png"),
        ("a.PNG", "png"),
        ("png", "png"),
        (".png", "png"),
        ("a.b.jpeg", "jpeg"),
        (PurePath("folder.png") / "a.JPG", "jpeg"),
        ("a.tif", "tiff"),
        ("TIFF", "tiff"),
        ("a.pgm", "ppm"),
    ],
)
def test_a_name_or_an_extension(name: str | PurePath, format: str) -> None:
    assert format_of_name(name) is FORMATS[format]


@pytest.mark.parametrize("name", ["a", "a.jp2", "a.png.txt", "", "a.svg"])
def test_other_names_are_refused_with_what_is_known(name: str) -> None:
    with pytest.raises(UsageError, match="use png, jpg, tif, webp"):
        format_of_name(name)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "avif"])
def test_bytes_announce_what_pillow_wrote(name: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2)).save(buffer, name.upper())
    assert format_of_bytes(buffer.getvalue()[:16]) is FORMATS[name]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x89PNG",
        b"%PDF-1.7\n",
        b"<svg xmlns=",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x0cjP  \r\n\x87\n",
        b"P7\nWIDTH 3\n",
        b"\x00\x00\x00\x18ftypqt  ",
    ],
)
def test_what_is_not_on_the_list_is_unknown(head: bytes) -> None:
    """PDF, SVG, JPEG 2000 and films never reach a decoder, whatever the file is called."""
    assert format_of_bytes(head) is None


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_recognizes_what_it_writes(name: str) -> None:
    data = encode(np.zeros((8, 8, 3), np.uint8), FORMATS[name])
    assert format_of_bytes(data[:16]) is FORMATS[name]


class Raw:
    """A library of a test: the sides in a byte each, then the samples."""

    def open(self, name: str, source: Stored, fmt: Format, max_pixels: int) -> Picture:
        with open_stored(source) as file:
            data = file.read()
        if len(data) < 5:
            raise InputError(name, "ends too early")
        return RawPicture(name, Header(data[4], data[3], 1, np.dtype(np.uint8), fmt), data[5:])

    def writer(
        self, file: IO[bytes], fmt: Format, first: Page, extent: Extent, quality: int | None
    ) -> RawWriter:
        file.write(b"RAW" + bytes(first.size))
        return RawWriter(file)


class RawPicture(Picture):
    def __init__(self, name: str, header: Header, samples: bytes) -> None:
        super().__init__(name, header)
        self._pixels = np.frombuffer(samples, np.uint8).reshape(header.height, header.width)

    def strips(self, rows: int) -> Iterator[NDArray[Any]]:
        for top in range(0, self.header.height, rows):
            yield self._pixels[top : top + rows]


class RawWriter:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def write(self, page: Page) -> None:
        for strip in page.strips:
            self._file.write(strip.tobytes())


def test_a_format_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row and its library: read, written, fitted, its losses named; no other code knows of it."""
    row = Format("raw", (".raw",), b"RAW", Raw(), metadata=False)
    monkeypatch.setitem(FORMATS, "raw", row)
    monkeypatch.setitem(SUFFIXES, ".raw", row)
    assert format_of_name("a.raw") is row
    levels = np.arange(5 * 7, dtype=np.uint16).reshape(5, 7) * 257
    alpha = np.stack([levels, np.full_like(levels, 65535)], axis=2)
    header = open_picture(encode(alpha, FORMATS["png"])).header
    assert losses(header, row) == ["16 bits become 8", "transparency is replaced by white"]
    picture = open_picture(encode(alpha, row))
    assert picture.header.format is row
    np.testing.assert_array_equal(picture.read(), levels // 257)
    with pytest.raises(InputError, match="ends too early"):
        open_picture(b"RAW")
    with pytest.raises(LimitError):
        open_picture(encode(alpha, row), max_pixels=34)

"""Which format a name asks for, and which one a file's first bytes announce."""

from __future__ import annotations

import io
from pathlib import PurePath

import pytest
from PIL import Image

from srcnn.errors import UsageError
from srcnn.images.formats import FORMATS, format_of_bytes, format_of_name


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
    with pytest.raises(UsageError, match="use png, jpg, jpeg, tif"):
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
        b"\x00\x00\x00\x18ftypheic",
    ],
)
def test_what_is_not_on_the_list_is_unknown(head: bytes) -> None:
    """PDF, SVG, JPEG 2000 and HEIC never reach a decoder, whatever the file is called."""
    assert format_of_bytes(head) is None

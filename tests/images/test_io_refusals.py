"""What is not an image, or too large a one: one short line, the right exit code, before it costs anything."""

from __future__ import annotations

import gc
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from srcnn.errors import InputError, LimitError, SrcnnError
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

from .reference import written_by_pillow

BY_PILLOW = ["PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "PPM"]
TURNED = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"


def refusal(source: Path | bytes, kind: type[SrcnnError] = InputError, **options: Any) -> str:
    """The line that reading ``source`` ends with; it has the form and the exit code of the contract."""
    with pytest.raises(kind) as caught:
        open_picture(source, **options).read()
    text = str(caught.value)
    assert caught.value.exit_code == {InputError: 3, LimitError: 4}[kind]
    assert len(text.splitlines()) == 1
    assert len(text) < 200
    assert (source.name if isinstance(source, Path) else f"{len(source)} bytes: ") in text
    return text


def test_a_missing_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.png").endswith("none.png: no such file")


def test_a_folder(tmp_path: Path) -> None:
    assert "directory" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (
            b"This is a text, not a picture.\n",
            "is not an image in a supported format; supported are png",
        ),
        (b"\x89PNG\r\n\x1a", "is not an image in a supported format"),
        (b"\0" * 5000, "is not an image in a supported format"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is not an image in a supported format"),
        (b"\x89PNG\r\n\x1a\n" + b"no chunk " * 50, "is not a readable PNG"),
        (b"\xff\xd8\xff" + b"no marker " * 50, "is not a readable JPEG"),
        (b"II*\0" + b"no tag" * 50, "is not a readable TIFF"),
        (b"BM" + b"no header" * 50, "is not a valid BMP"),
        (b"P6 many pixels", "is not a valid PPM"),
    ],
)
def test_files_with_the_wrong_content(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    assert why in refusal(path)
    assert why in refusal(content)


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("format", [*BY_PILLOW, "AVIF"])
def test_truncated_files(
    photo: NDArray[np.uint8], tmp_path: Path, format: str, part: float
) -> None:
    """Cut off anywhere, a file is refused: no picture comes back with its lower half gray."""
    fmt = FORMATS[format.lower()]
    if format == "AVIF":
        data = encode(photo[:64, :64], fmt)
    else:
        data = written_by_pillow(Image.fromarray(photo), format)
    path = tmp_path / f"picture{fmt.suffixes[0]}"
    path.write_bytes(data[: int(len(data) * part)])
    refusal(path)
    refusal(path.read_bytes())


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_lacks_its_middle(photo: NDArray[np.uint8], progressive: bool) -> None:
    """It ends well, and libjpeg would fill the rest with gray, with no more than a warning."""
    data = written_by_pillow(Image.fromarray(photo), "JPEG", progressive=progressive)
    assert open_picture(data).read().shape == photo.shape
    for part in (0.4, 0.9):
        assert "premature end" in refusal(data[: int(len(data) * part)] + data[-2:])
    for restart in range(0xD0, 0xD8):
        middle = len(data) * 3 // 5
        refusal(data[:middle] + bytes([0xFF, restart]) + data[middle:])


def test_a_damaged_checksum(photo: NDArray[np.uint8]) -> None:
    data = bytearray(written_by_pillow(Image.fromarray(photo), "PNG"))
    data[data.index(b"IDAT") + 5000] ^= 1
    refusal(bytes(data))


@pytest.mark.parametrize(
    ("mode", "format", "why"),
    [
        ("F", "TIFF", "float"),
        ("I", "TIFF", "int"),
    ],
)
def test_other_kinds_of_pixels(photo: NDArray[np.uint8], mode: str, format: str, why: str) -> None:
    picture = Image.fromarray(photo[:20, :20, 0]).convert(mode)
    line = refusal(written_by_pillow(picture, format))
    assert why in line
    assert line.endswith("are not supported; convert it to 8 or 16 bit gray or RGB")


@pytest.mark.parametrize("fmt", ["PNG", "AVIF"])
def test_an_animation_that_would_lose_its_frames_is_refused_by_name(
    photo: NDArray[np.uint8], fmt: str
) -> None:
    """libvips would show the first frame and say nothing of the others."""
    still, moving = Image.fromarray(photo[:20, :20]), Image.fromarray(photo[20:40, :20])
    line = refusal(written_by_pillow(still, fmt, save_all=True, append_images=[moving]))
    assert line.endswith(f"is an animated {fmt}; convert it to WebP or GIF")
    assert open_picture(written_by_pillow(still, fmt, save_all=True)).read().shape == (20, 20, 3)


def test_16_bit_colour_ppm_is_refused() -> None:
    """Pillow would hand it out with 8 bits and say nothing."""
    assert "not supported" in refusal(b"P6 2 1 65535\n" + bytes(12))


def test_one_file_is_not_blamed_for_another(photo: NDArray[np.uint8]) -> None:
    """What libvips warned of in a picture that could be read is not told of the next one."""
    jpeg, png = (written_by_pillow(Image.fromarray(photo), format) for format in ("JPEG", "PNG"))
    table = jpeg.index(b"\xff\xdb")
    odd_jpeg = jpeg[:table] + b"\0\0\0" + jpeg[table:]
    assert open_picture(odd_jpeg).read().shape == photo.shape
    assert "jpeg" not in refusal(b"\x89PNG\r\n\x1a\n" + b"no chunk " * 50).lower()

    cut = open_picture(png[: len(png) // 2])
    open_picture(odd_jpeg).read()
    with pytest.raises(InputError, match="png") as caught:
        cut.read()
    assert "jpeg" not in str(caught.value).lower()


@pytest.mark.parametrize("format", BY_PILLOW)
def test_the_limit_on_pixels(photo: NDArray[np.uint8], tmp_path: Path, format: str) -> None:
    """As many pixels as the limit are read, one more is refused, with the flag that raises it."""
    data = written_by_pillow(Image.fromarray(photo[:40, :61]), format)
    path = tmp_path / "picture"
    path.write_bytes(data)
    assert open_picture(path, max_pixels=40 * 61).read().shape[:2] == (40, 61)
    for source in (path, data):
        line = refusal(source, LimitError, max_pixels=40 * 61 - 1)
        assert line.endswith("has 2440 pixels, over the limit of 2439; raise it with max_pixels=")


@pytest.mark.parametrize(
    ("format", "options"),
    [("PNG", {}), ("JPEG", {}), ("JPEG", {"exif": TURNED}), ("TIFF", {}), ("BMP", {}), ("PPM", {})],
    ids=["png", "jpeg", "turned jpeg", "tiff", "bmp", "ppm"],
)
def test_the_limit_is_met_before_a_pixel_is_decoded(
    photo: NDArray[np.uint8], format: str, options: dict[str, Any]
) -> None:
    """Decoding fails on a file that is cut off behind its header, but only below the limit is it tried."""
    data = written_by_pillow(Image.fromarray(photo), format, **options)
    cut = data[: len(data) // 3]
    refusal(cut, LimitError, max_pixels=1000)
    refusal(cut, InputError)
    assert open_picture(cut).header.width == 288


def test_a_bomb_of_a_few_bytes() -> None:
    """A PNG whose header announces ten thousand million pixels is refused by the default limit."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 6, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    refusal(b"\x89PNG\r\n\x1a\n" + body, LimitError)


def test_the_hostile_files(shared: Path) -> None:
    """Files that once broke image libraries are read or refused in one line, and nothing else happens."""
    paths = [p for p in (shared / "reference" / "hostile" / "pillow").rglob("*") if p.is_file()]
    assert len(paths) > 150
    lines = []
    for path in paths:
        try:
            open_picture(path, max_pixels=2**23).read()
        except (InputError, LimitError) as error:
            lines.append(str(error))
    assert len(paths) / 2 < len(lines) < len(paths)
    assert [line for line in lines if len(line) >= 200 or len(line.splitlines()) != 1] == []


@pytest.mark.parametrize("format", ["png", "avif", "webp"])
def test_a_broken_file_whose_name_is_no_text(tmp_path: Path, format: str) -> None:
    """libvips names the file in its errors, in bytes; the picture after it must not meet them."""
    path = tmp_path / os.fsdecode(b"\xff." + format.encode())
    path.write_bytes(
        {"png": b"\x89PNG\r\n\x1a\n", "avif": b"\0\0\0\x10ftypavif", "webp": b"RIFF\0\0\0\0WEBP"}[
            format
        ]
        + bytes(99)
    )
    with pytest.raises(InputError, match=f"is not a readable {format.upper()}"):
        open_picture(path).read()
    assert encode(np.zeros((4, 4, 3), np.uint8), FORMATS["webp"])


def test_libvips_says_nothing_itself(capfd: pytest.CaptureFixture[str]) -> None:
    """Its warnings name a PNG's profile, in bytes that need not be text."""
    data = written_by_pillow(Image.new("RGB", (9, 9)), "PNG")
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[68:80] = bytes(12)  # the illuminant
    body = b"iCCP\xf2\xffname\0\0" + zlib.compress(profile)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    assert open_picture(data[:33] + chunk + data[33:]).read().shape == (9, 9, 3)
    gc.collect()
    assert capfd.readouterr() == ("", "")

"""Files that others wrote, read as others read them."""

from __future__ import annotations

import gc
import os
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from srcnn.errors import InputError
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

from .reference import decoded_png, read_by_pillow, written_by_pillow

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}

# How Pillow holds the picture, the format, and what Pillow calls the pixels that are to be read.
FOREIGN = [
    ("1", "PNG", "L"),
    ("L", "PNG", "L"),
    ("LA", "PNG", "LA"),
    ("P", "PNG", "RGB"),
    ("RGB", "PNG", "RGB"),
    ("RGBA", "PNG", "RGBA"),
    ("L", "JPEG", "L"),
    ("RGB", "JPEG", "RGB"),
    ("1", "TIFF", "L"),
    ("L", "TIFF", "L"),
    ("P", "TIFF", "RGB"),
    ("RGB", "TIFF", "RGB"),
    ("RGBA", "TIFF", "RGBA"),
    ("RGB", "WEBP", "RGB"),
    ("RGBA", "WEBP", "RGBA"),
    ("P", "GIF", "RGB"),
    ("1", "BMP", "L"),
    ("L", "BMP", "L"),
    ("P", "BMP", "RGB"),
    ("RGB", "BMP", "RGB"),
    ("RGBA", "BMP", "RGB"),  # 32 bits without a mask for alpha: the fourth byte is padding
    ("1", "PPM", "L"),
    ("L", "PPM", "L"),
    ("RGB", "PPM", "RGB"),
]


def with_alpha(photo: NDArray[np.uint8], mode: str) -> Image.Image:
    picture = Image.fromarray(photo[:40, :61])
    if mode.endswith("A"):
        ramp = np.linspace(0, 255, 40 * 61).astype(np.uint8).reshape(40, 61)
        picture.putalpha(Image.fromarray(ramp))
    return picture.convert(mode)


@pytest.mark.parametrize(("mode", "format", "seen_as"), FOREIGN)
def test_files_of_pillow(
    photo: NDArray[np.uint8], tmp_path: Path, mode: str, format: str, seen_as: str
) -> None:
    """By path and as bytes; the same pixels, of the fewest channels that hold them."""
    options = {"lossless": True, "exact": True} if format == "WEBP" else {}
    data = written_by_pillow(with_alpha(photo, mode), format, **options)
    (tmp_path / "picture").write_bytes(data)
    with Image.open(tmp_path / "picture") as picture:
        wanted = np.asarray(picture.convert(seen_as))
    for source in (tmp_path / "picture", str(tmp_path / "picture"), data):
        opened = open_picture(source)
        pixels = opened.read()
        assert opened.header.format.name == format.lower()
        assert opened.header.channels == len(seen_as)
        assert pixels.dtype == np.uint8
        assert pixels.shape == wanted.shape
        off = 2 if format == "JPEG" else 0
        np.testing.assert_allclose(pixels.astype(int), wanted, rtol=0, atol=off)


def test_a_palette_with_a_clear_colour_is_rgba(photo: NDArray[np.uint8]) -> None:
    picture = with_alpha(photo, "RGB").quantize(16)
    data = written_by_pillow(picture, "PNG", transparency=3)
    pixels = open_picture(data).read()
    np.testing.assert_array_equal(pixels[..., 3] == 0, np.asarray(picture) == 3)
    np.testing.assert_array_equal(pixels[..., :3], np.asarray(picture.convert("RGB")))


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_16_bit_gray_of_pillow(format: str) -> None:
    levels = np.arange(0, 65536, 13, dtype=np.uint16)[:5040].reshape(60, 84)
    pixels = open_picture(written_by_pillow(Image.fromarray(levels), format)).read()
    assert pixels.dtype == np.uint16
    np.testing.assert_array_equal(pixels, levels)


@pytest.mark.parametrize(
    ("maximum", "dtype"), [(255, np.uint8), (15, np.uint8), (65535, np.uint16), (1023, np.uint16)]
)
def test_pgm_is_scaled_by_its_maximum(maximum: int, dtype: Any) -> None:
    """Written by hand, binary and plain: big-endian samples, whose maximum is white."""
    levels = (np.arange(24) * maximum / 23).astype(">u2" if maximum > 255 else "u1").reshape(4, 6)
    head = f"P5\n# a comment\n6 4\n{maximum}\n".encode()
    plain = f"P2 6 4 {maximum} {' '.join(str(level) for level in levels.flat)}\n".encode()
    wanted = levels / maximum * np.iinfo(dtype).max
    for data in (head + levels.tobytes(), plain):
        pixels = open_picture(data).read()
        assert pixels.dtype == dtype
        np.testing.assert_allclose(pixels, wanted, rtol=0, atol=0.5 + 1e-9)


def test_the_reference_pictures_equal_pillow_s_reading(shared: Path) -> None:
    paths = sorted((shared / "data" / "set5").glob("*.bmp"))
    assert len(paths) == 5
    for path in paths:
        np.testing.assert_array_equal(open_picture(path).read(), read_by_pillow(path.read_bytes()))


def test_pngsuite(shared: Path) -> None:
    """Every good file of PngSuite, interlaced or not, in all its depths; the x files are refused."""
    paths = sorted((shared / "reference" / "hostile" / "pngsuite").glob("*.png"))
    broken = [path for path in paths if path.name.startswith("x")]
    assert (len(paths), len(broken)) == (176, 14)
    for path in broken:
        with pytest.raises(InputError):
            open_picture(path).read()
    for path in sorted(set(paths) - set(broken)):
        pixels, data = open_picture(path).read(), path.read_bytes()
        transparent = b"tRNS" in data
        depth, interlaced = data[24], data[28]
        assert pixels.dtype == (np.uint16 if depth == 16 else np.uint8), path.name
        if depth == 16 and not interlaced:
            wanted = decoded_png(data)
            seen = pixels[..., : 1 if wanted.ndim == 2 else 3] if transparent else pixels
            np.testing.assert_array_equal(seen.reshape(wanted.shape), wanted, err_msg=path.name)
        elif depth != 16 and not (transparent and depth < 8):  # Pillow misses that transparency
            mode = MODES[pixels.shape[2] if pixels.ndim == 3 else 1]
            with Image.open(path) as picture:
                wanted = np.asarray(picture.convert(mode))
            np.testing.assert_array_equal(pixels, wanted, err_msg=path.name)


@pytest.mark.parametrize("rows", [1, 7, 16, 1000])
@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"progressive": True}),
        (
            "JPEG",
            {"exif": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"},
        ),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {}),
        ("GIF", {}),
        ("BMP", {}),
        ("PPM", {}),
    ],
    ids=["png", "progressive jpeg", "turned jpeg", "tiff", "webp", "gif", "bmp", "ppm"],
)
def test_strips_make_the_whole(
    photo: NDArray[np.uint8], format: str, options: dict[str, Any], rows: int
) -> None:
    data = written_by_pillow(Image.fromarray(photo[:50, :61]), format, **options)
    strips = list(open_picture(data).strips(rows))
    whole = open_picture(data).read()
    assert {len(strip) for strip in strips[:-1]} <= {rows}
    assert 1 <= len(strips[-1]) <= rows
    np.testing.assert_array_equal(np.concatenate(strips), whole)


@pytest.mark.parametrize("format", ["png", "jpeg", "tiff", "webp", "gif", "bmp"])
def test_bytes_may_be_let_go_of(photo: NDArray[np.uint8], format: str) -> None:
    """An opened picture keeps the bytes that it is decoded from alive, whatever the caller does."""
    data = encode(photo, FORMATS[format])
    wanted = open_picture(data).read()
    for _ in range(3):
        picture = open_picture(bytes(bytearray(data)))
        gc.collect()
        litter = [os.urandom(len(data)) for _ in range(8)]
        np.testing.assert_array_equal(picture.read(), wanted)
        del litter


@pytest.mark.parametrize("format", ["png", "bmp"])
def test_a_picture_that_is_never_read_leaves_no_file_open(tmp_path: Path, format: str) -> None:
    path = tmp_path / "picture"
    path.write_bytes(encode(np.zeros((4, 4), np.uint8), FORMATS[format]))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        open_picture(path)
        gc.collect()
    assert [str(warning.message) for warning in caught] == []


@pytest.mark.skipif(
    os.name == "nt" or os.uname().sysname == "Darwin", reason="names are Unicode there"
)
@pytest.mark.parametrize("format", ["png", "jpeg", "bmp"])
def test_names_that_are_no_utf8(tmp_path: Path, format: str) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.picture")
    path.write_bytes(encode(np.full((4, 4), 7, np.uint8), FORMATS[format]))
    np.testing.assert_allclose(open_picture(path).read(), 7, atol=1)


def test_names_that_look_like_options(tmp_path: Path) -> None:
    """libvips reads `name[page=3]` as a name with options; here a name is a name."""
    path = tmp_path / "a[page=3].png"
    path.write_bytes(encode(np.full((4, 4), 7, np.uint8), FORMATS["png"]))
    assert open_picture(path).read().tolist() == [[7] * 4] * 4


def test_a_bmp_is_read_upside_up() -> None:
    """A BMP by hand, bottom row first and with negative height, top row first."""
    rows = [bytes([10 * y, 0, 0] * 4) for y in range(3)]
    for height, body in ((3, rows[::-1]), (-3, rows)):
        head = b"BM" + struct.pack("<IHHI", 54 + 36, 0, 0, 54)
        info = struct.pack("<IiiHHIIiiII", 40, 4, height, 1, 24, 0, 36, 2835, 2835, 0, 0)
        pixels = open_picture(head + info + b"".join(body)).read()
        assert pixels[:, 0].tolist() == [[0, 0, 0], [0, 0, 10], [0, 0, 20]]

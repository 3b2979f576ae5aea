"""What is written comes back, by our own reader and by others."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from srcnn.errors import OutputError
from srcnn.images.encode import encode, losses
from srcnn.images.files import write_atomically
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

from .reference import decoded_png, read_by_pillow

LOSSLESS = [
    *[("png", dtype, channels) for dtype in (np.uint8, np.uint16) for channels in (1, 2, 3, 4)],
    *[("tiff", dtype, channels) for dtype in (np.uint8, np.uint16) for channels in (1, 2, 3, 4)],
    *[("webp", np.uint8, channels) for channels in (3, 4)],
    *[(name, np.uint8, channels) for name in ("bmp", "ppm") for channels in (1, 3)],
]


def cut_of(photo: NDArray[np.uint8], channels: int, dtype: Any = np.uint8) -> NDArray[Any]:
    """A piece of the photograph, not square, with an alpha that runs from clear to opaque."""
    piece = photo[100:137, 60:113].astype(dtype)
    colour = piece[..., 1:2] if channels < 3 else piece
    if channels in (2, 4):
        ramp = np.linspace(0, 255, piece.shape[1]).astype(dtype)
        alpha = np.broadcast_to(ramp[:, None], (*piece.shape[:2], 1))
        colour = np.concatenate([colour, alpha], axis=2)
    if dtype == np.uint16:
        # All 16 bits in use: a file with two equal bytes in each sample would not show a swap.
        colour = (
            colour * dtype(256) + np.arange(colour.size, dtype=dtype).reshape(colour.shape) % 251
        )
    return colour[..., 0] if channels == 1 else colour


def by_another_reader(data: bytes, name: str, dtype: Any) -> NDArray[Any]:
    if name == "tiff" and dtype == np.uint16:
        return np.asarray(tifffile.imread(io.BytesIO(data)))
    return decoded_png(data) if name == "png" else read_by_pillow(data)


@pytest.mark.parametrize(("name", "dtype", "channels"), LOSSLESS)
def test_every_pixel_comes_back(
    photo: NDArray[np.uint8], tmp_path: Path, name: str, dtype: Any, channels: int
) -> None:
    """Through a file, in every depth and with every number of channels that the format holds."""
    pixels = cut_of(photo, channels, dtype)
    data = encode(pixels, FORMATS[name])
    write_atomically(tmp_path / "picture", data)
    picture = open_picture(tmp_path / "picture")
    header = picture.header
    assert (header.height, header.width, header.channels) == (37, 53, channels)
    assert header.has_alpha == (channels in (2, 4))
    assert (header.dtype, header.format.name) == (dtype, name)
    again = picture.read()
    assert (again.dtype, again.shape) == (dtype, pixels.shape)
    np.testing.assert_array_equal(again, pixels)
    np.testing.assert_array_equal(by_another_reader(data, name, dtype), pixels)


@pytest.mark.parametrize("channels", [1, 2])
def test_webp_holds_gray_as_colour(photo: NDArray[np.uint8], channels: int) -> None:
    pixels = cut_of(photo, channels).reshape(37, 53, channels)
    wanted = np.concatenate([pixels[..., :1]] * 3 + [pixels[..., 1:]], axis=2)
    data = encode(pixels if channels > 1 else pixels[..., 0], FORMATS["webp"])
    np.testing.assert_array_equal(open_picture(data).read(), wanted)
    np.testing.assert_array_equal(read_by_pillow(data), wanted)


@pytest.mark.parametrize(("name", "decibels"), [("jpeg", 38), ("avif", 36), ("gif", 25)])
@pytest.mark.parametrize("channels", [1, 3])
def test_formats_with_loss_come_near(
    photo: NDArray[np.uint8], name: str, decibels: float, channels: int
) -> None:
    pixels = cut_of(photo, channels)
    data = encode(pixels, FORMATS[name])
    with Image.open(io.BytesIO(data)) as picture:
        seen = np.asarray(picture.convert("L" if channels == 1 else "RGB")).astype(float)
    assert seen.shape == pixels.shape
    assert np.mean((seen - pixels) ** 2) < 255**2 / 10 ** (decibels / 10)


def test_quality_is_obeyed(photo: NDArray[np.uint8]) -> None:
    for name in ("jpeg", "webp", "avif"):
        small, large = (len(encode(photo[:96, :96], FORMATS[name], quality=q)) for q in (20, 95))
        assert small < large / 2


def test_jpeg_keeps_the_colour_of_every_pixel(photo: NDArray[np.uint8]) -> None:
    """4:4:4 by default: a network's colour edges are not halved again."""
    with Image.open(io.BytesIO(encode(photo, FORMATS["jpeg"]))) as picture:
        components: Any = picture.layer  # type: ignore[attr-defined]
    assert [component[1:3] for component in components] == [(1, 1)] * 3


@pytest.mark.parametrize("name", ["jpeg", "webp", "bmp", "ppm"])
def test_16_bits_become_the_nearest_of_8(name: str) -> None:
    """Each of the 65536 levels v becomes round(v / 257), which is the level shown the same."""
    levels = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    seen = open_picture(encode(levels, FORMATS[name])).read().reshape(256, 256, -1)[..., 0]
    off = 2 if name == "jpeg" else 0
    np.testing.assert_allclose(seen.astype(int), np.rint(levels / 257), rtol=0, atol=off)


@pytest.mark.parametrize("name", ["bmp", "ppm", "jpeg"])
@pytest.mark.parametrize(("channels", "mode"), [(2, "LA"), (4, "RGBA")])
def test_alpha_is_laid_over_white(
    photo: NDArray[np.uint8], name: str, channels: int, mode: str
) -> None:
    """As Pillow composes the picture with a white sheet."""
    pixels = cut_of(photo, channels)
    picture = Image.fromarray(pixels, mode).convert("RGBA")
    sheet = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    wanted = np.asarray(sheet.convert("RGB" if channels == 4 else "L"))
    seen = open_picture(encode(pixels, FORMATS[name])).read()
    assert seen.shape == wanted.shape
    off = np.abs(seen.astype(int) - wanted)
    if name == "jpeg":
        assert off.mean() < 2
    else:
        assert off.max() <= 1


def test_clear_pixels_keep_their_colour() -> None:
    """A lossless WebP may not tidy up what lies under alpha 0."""
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 4)).astype(np.uint8)
    pixels[..., 3] = 0
    np.testing.assert_array_equal(open_picture(encode(pixels, FORMATS["webp"])).read(), pixels)


@pytest.mark.parametrize(
    ("channels", "dtype", "name", "lost"),
    [
        (3, np.uint8, "jpeg", []),
        (4, np.uint16, "png", []),
        (4, np.uint8, "webp", []),
        (3, np.uint16, "webp", ["16 bits become 8"]),
        (2, np.uint8, "jpeg", ["transparency is replaced by white"]),
        (4, np.uint16, "bmp", ["16 bits become 8", "transparency is replaced by white"]),
    ],
)
def test_losses_are_named(
    photo: NDArray[np.uint8], channels: int, dtype: Any, name: str, lost: list[str]
) -> None:
    header = open_picture(encode(cut_of(photo, channels, dtype), FORMATS["png"])).header
    assert losses(header, FORMATS[name]) == lost


@pytest.mark.parametrize(("name", "width"), [("webp", 16384), ("jpeg", 65536), ("gif", 65536)])
def test_too_large_for_the_format(name: str, width: int) -> None:
    with pytest.raises(
        OutputError, match=f"{width} x 2: cannot be written as {name.upper()}"
    ) as caught:
        encode(np.zeros((2, width), np.uint8), FORMATS[name])
    assert caught.value.exit_code == 5
    assert len(str(caught.value).splitlines()) == 1

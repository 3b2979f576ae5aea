"""PIL images, judged against the files that they come from and against Pillow itself."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from srcnn.errors import InputError, LimitError
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture
from srcnn.images.metadata import PROFILE, Metadata
from srcnn.images.metadata import XMP as XMP_BLOCK
from srcnn.images.pil import is_pil, open_pil, to_pil

from .reference import written_by_pillow
from .specimens import noise, specimen
from .test_io_metadata import EXIF_IFD, HEIGHT, MAKER, ORIENTATION, TAKEN, WIDTH, XMP, a_file

FILES = [
    *("png gray", "png", "png palette", "png 1 bit", "png described"),
    *("jpeg", "jpeg gray", "jpeg cmyk", "jpeg described", "jpeg progressive"),
    *("webp", "webp lossless", "webp alpha", "avif", "avif alpha"),
    *("tiff", "tiff 1 bit", "tiff palette", "tiff cmyk", "tiff rgba", "tiff described"),
    *("bmp", "bmp palette", "bmp runs", "ppm", "pgm 16 bit", "pbm", "pgm ascii deep"),
]
TOLERANCES = {"jpeg": 1.5, "avif": 7}
"""Mean differences of two decoders; those of AVIF enlarge the chroma of noise differently."""


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("name", FILES)
def test_an_image_is_what_its_file_is(name: str) -> None:
    """The same header, and the pixels to the rounding of another decoder."""
    file, picture = open_picture(specimen(name)), open_pil(opened(specimen(name)))
    seen, wanted = picture.header, file.header
    assert (seen.width, seen.height, seen.dtype) == (wanted.width, wanted.height, wanted.dtype)
    assert (seen.format, seen.cmyk) == (wanted.format, wanted.cmyk)
    left, right = picture.read(), file.read()
    if name in ("png 1 bit", "bmp palette", "tiff palette"):  # gray that one of them reads as RGB
        left, right = (np.asarray(Image.fromarray(x).convert("RGB")) for x in (left, right))
    assert left.shape == right.shape
    assert np.abs(left.astype(int) - right).mean() < TOLERANCES.get(name.split()[0], 0.5)
    assert seen.metadata.quality == wanted.metadata.quality
    assert seen.metadata.subsampled == wanted.metadata.subsampled
    assert seen.metadata.texts() == wanted.metadata.texts()
    for name in (PROFILE, XMP_BLOCK):
        assert seen.metadata.block(name) == wanted.metadata.block(name)
    mine, its = (header.metadata.resolution or (0, 0) for header in (seen, wanted))
    assert mine == pytest.approx(its, rel=1e-3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_described_image_is_what_its_file_is(
    photo: NDArray[np.uint8], format: str, orientation: int
) -> None:
    """Orientation, EXIF, profile, XMP and DPI, through both writers."""
    data = a_file(photo[:40, :61], format, orientation)
    image = opened(data)
    picture = open_pil(image)
    displayed = np.asarray(ImageOps.exif_transpose(opened(data)))
    assert (picture.header.height, picture.header.width) == displayed.shape[:2]
    np.testing.assert_array_equal(picture.read(), displayed)
    if format != "TIFF":  # Pillow itself turns a TIFF
        assert image.getexif()[ORIENTATION] == orientation

    pixels, metadata = picture.read(), picture.header.metadata
    written = opened(encode(pixels, FORMATS[format.lower()], metadata))
    kept = to_pil(pixels, metadata)
    for out in (written, kept):
        assert out.size == (picture.header.width, picture.header.height)
        exif = out.getexif()
        assert exif.get(ORIENTATION, 1) == 1
        assert exif[MAKER] == "Maker of cameras"
        assert exif.get_ifd(EXIF_IFD)[TAKEN] == "2016:02:01 12:34:56"
        assert out.info["icc_profile"] == opened(data).info["icc_profile"]
        assert out.info.get("xmp", XMP) == XMP
        assert ("dpi" in out.info) == (metadata.resolution is not None)
    if format != "WEBP":
        assert kept.info["dpi"] == pytest.approx((300, 300), abs=0.02)


def test_what_is_carried_can_be_saved(photo: NDArray[np.uint8]) -> None:
    """As Pillow saves its own images; sizes and resolution are the larger picture's."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER], exif[0x011A] = 6, "Maker", 300.0
    exif.get_ifd(EXIF_IFD).update({WIDTH: 30, HEIGHT: 20})
    data = written_by_pillow(Image.fromarray(photo[:20, :30]), "JPEG", exif=exif, dpi=(300, 300))
    header = open_pil(opened(data)).header
    large = to_pil(photo[:60, :40], header.metadata_for((60, 40)))
    saved = opened(
        written_by_pillow(large, "JPEG", exif=large.getexif(), dpi=large.info["dpi"], xmp=b"")
    )
    assert ImageOps.exif_transpose(saved).size == large.size == (40, 60)
    assert saved.info["dpi"] == (600, 600)
    assert saved.getexif()[0x011A] == 600
    assert saved.getexif()[MAKER] == "Maker"
    sizes = saved.getexif().get_ifd(EXIF_IFD)
    assert (sizes[WIDTH], sizes[HEIGHT]) == (40, 60)


def test_an_image_is_not_changed(photo: NDArray[np.uint8]) -> None:
    image = opened(a_file(photo[:20, :30], "JPEG", 6))
    before = (image.size, dict(image.getexif()), dict(image.info))
    open_pil(image).read()
    assert (image.size, dict(image.getexif()), dict(image.info)) == before


def test_what_the_caller_put_on_an_image() -> None:
    """Not only what a file had: EXIF, DPI and texts that were added to an image in memory."""
    image = Image.fromarray(noise(3))
    image.getexif()[ORIENTATION] = 8
    image.getexif()[MAKER] = "Maker"
    image.info |= {"dpi": (254, 254), "Author": "somebody", "compression": "raw"}
    header = open_pil(image).header
    assert (header.width, header.height) == image.size[::-1]
    assert header.metadata.resolution == pytest.approx((10, 10))
    carried = to_pil(open_pil(image).read(), header.metadata)
    assert carried.getexif()[MAKER] == "Maker"
    assert carried.info["Author"] == "somebody"
    assert "compression" not in carried.info


RGB = ("RGB", 3, np.uint8)
MODES: dict[str, tuple[str, int, Any]] = {
    "1": ("L", 1, np.uint8),
    "L": ("L", 1, np.uint8),
    "LA": ("LA", 2, np.uint8),
    **dict.fromkeys(("RGB", "RGBX", "YCbCr", "HSV", "P"), RGB),
    **dict.fromkeys(("RGBA", "RGBa", "PA"), ("RGBA", 4, np.uint8)),
}


@pytest.mark.parametrize("mode", MODES)
def test_modes(mode: str) -> None:
    """As Pillow converts them, strip for strip."""
    image = Image.fromarray(noise(4)).convert(
        {"PA": "P", "P": "RGB", "HSV": "RGB"}.get(mode, "RGBA")
    )
    image = (
        image.convert("RGB").convert(mode)
        if mode in ("YCbCr", "HSV", "P", "1")
        else image.convert(mode)
    )
    read_as, channels, dtype = MODES[mode]
    picture = open_pil(image)
    assert (picture.header.channels, picture.header.dtype) == (channels, dtype)
    wanted = np.asarray(image.convert(read_as))
    np.testing.assert_array_equal(picture.read(), wanted)
    np.testing.assert_array_equal(np.concatenate(list(open_pil(image).strips(7))), wanted)


@pytest.mark.parametrize("mode", ["I;16", "I;16L", "I;16B", "I;16N", "I"])
def test_16_bits(mode: str) -> None:
    levels = noise(1, np.uint16)
    if mode == "I":
        image = Image.fromarray(levels.astype(np.int32))
    else:
        order = ">u2" if mode == "I;16B" else "<u2"
        image = Image.frombytes(mode, levels.shape[::-1], levels.astype(order).tobytes())
    assert image.mode == mode
    picture = open_pil(image)
    assert (picture.header.channels, picture.header.dtype.name) == (1, "uint16")
    np.testing.assert_array_equal(picture.read(), levels)
    back = to_pil(levels, Metadata())
    assert back.mode == "I;16"
    np.testing.assert_array_equal(np.asarray(back), levels)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P"])
def test_a_transparent_color_becomes_alpha(mode: str) -> None:
    """As the pixels of the PNG file are that Pillow writes, and as Pillow shows them."""
    image = Image.fromarray(noise(3)).convert(mode)
    pixel: Any = image.getpixel((3, 2))
    image.info["transparency"] = pixel
    header, seen = open_pil(image).header, open_pil(image).read()
    assert header.channels == seen.shape[2] == (2 if mode in ("1", "L") else 4)
    np.testing.assert_array_equal(
        seen, np.asarray(image.convert("LA" if seen.shape[2] == 2 else "RGBA"))
    )
    assert 0 in seen[..., -1]
    file = open_picture(written_by_pillow(image, "PNG")).read()
    assert (file[..., -1] == seen[..., -1]).all()


def test_a_transparent_level_of_16_bits() -> None:
    levels = noise(1, np.uint16)
    key = int(levels[5, 6])
    image = Image.fromarray(levels)
    image.info["transparency"] = key
    seen = open_pil(image).read()
    np.testing.assert_array_equal(seen[..., 0], levels)
    np.testing.assert_array_equal(seen[..., 1], np.where(levels == key, 0, 65535))


def test_inks_have_the_colors_of_their_file(photo: NDArray[np.uint8]) -> None:
    """The same inks in a TIFF, and the sRGB profile in place of theirs."""
    image = Image.fromarray(photo[:30, :40]).convert("CMYK")
    file, picture = open_picture(written_by_pillow(image, "TIFF")), open_pil(image)
    assert picture.header.cmyk
    np.testing.assert_array_equal(picture.read(), file.read())
    profile = file.header.metadata.block(PROFILE)
    assert picture.header.metadata.block(PROFILE) == profile
    assert profile


def test_a_profile_of_inks_does_not_stay_on_an_image_that_was_converted() -> None:
    image = Image.fromarray(noise(3))
    image.info["icc_profile"] = bytes(12) + b"prtrCMYKLab " + bytes(100)
    assert not open_pil(image).header.metadata.has(PROFILE)


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (Image.new("F", (3, 3)), "PIL image: has mode F, which is not supported; convert it to"),
        (Image.new("LAB", (3, 3)), "mode LAB, which is not supported"),
        (Image.new("RGB", (0, 3)), "has no pixels"),
        (Image.new("I", (3, 3), 65536), "has values of more than 16 bits"),
        (Image.new("I", (3, 3), -1), "has values of more than 16 bits"),
        (opened(specimen("png")[:600]), "cannot be decoded"),
        (opened(specimen("jpeg")[:800]), "cannot be decoded"),
        (opened(specimen("tiff")[:-100]), "cannot be decoded"),
    ],
)  # fmt: skip
def test_refusals(image: Image.Image, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        open_pil(image).read()
    assert len(str(caught.value)) < 200


def test_the_limit_is_met_before_a_pixel_is_decoded() -> None:
    with pytest.raises(LimitError, match="over the limit of 100"):
        open_pil(opened(specimen("png")[:600]), max_pixels=100)


def test_what_is_a_pil_image() -> None:
    assert is_pil(Image.new("L", (1, 1)))
    assert not any(is_pil(other) for other in (np.zeros((2, 2)), "x", b"", io.BytesIO()))

"""``srcnn upscale`` on one picture: where the result goes, how large it is, what it looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms

from ..engine.conftest import picture_of
from ..engine.reference import assert_is, expected
from .conftest import Srcnn, pixels, save, tree, what_is

Tensors = dict[str, NDArray[np.float32]]


def test_default_destination(srcnn: Srcnn, photo: Path, weights: Path, tensors: Tensors) -> None:
    """Beside the source, the pixels of an independent float64 upscale, and the source untouched."""
    before = photo.read_bytes()
    ran = srcnn("upscale", "photo.png", "-m", weights)
    assert ran.code == 0
    assert ran.out == b""
    assert tree(photo.parent) == {"photo.png", "photo_x3.png"}
    assert_is(pixels(Path("photo_x3.png")), expected(pixels(photo), (123, 90), tensors))
    assert photo.read_bytes() == before
    assert "photo_x3.png: 90 x 123" in ran.err


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["-s", 2.5], "photo_x2.5.png"),
        (["-s", "3.0"], "photo_x3.png"),
        (["--suffix", "-large"], "photo-large.png"),
        (["--format", "jpg"], "photo_x3.jpg"),
        (["--format", ".TIFF"], "photo_x3.tiff"),
        (["-o", "new/deep/large.png"], "new/deep/large.png"),
        (["-o", "new/"], "new/photo_x3.png"),
        (["-o", "there"], "there/photo_x3.png"),
        (["-o", "there", "--format", "webp"], "there/photo_x3.webp"),
        (["-o", "a b.c.png"], "a b.c.png"),
        (["--width", 100], "photo_w100.png"),
        (["--max-edge", 99], "photo_e99.png"),
        (["--width", 90, "--height", 90], "photo_w90h90.png"),
    ],
)
def test_destinations(srcnn: Srcnn, photo: Path, arguments: list[object], name: str) -> None:
    Path("there").mkdir()
    ran = srcnn("upscale", photo.name, "-m", "bicubic", *arguments)
    assert ran.code == 0
    assert tree(photo.parent) == {"photo.png", name}


@pytest.mark.parametrize("source", ["café x.png", "-", "UPPER.PNG", "no_suffix"])
def test_names_of_sources(srcnn: Srcnn, photo: Path, source: str) -> None:
    """Odd names are names; a file without a suffix is what its first bytes say."""
    data = photo.read_bytes()
    if source == "-":
        ran = srcnn("upscale", "-", "-m", "bicubic", stdin=data)
        assert pixels(ran.out).shape == (123, 90, 3)
        return
    photo.rename(source)
    assert srcnn("upscale", source, "-m", "bicubic").code == 0
    stem, dot, suffix = source.partition(".")
    (made,) = tree(photo.parent) - {source}
    assert made == f"{stem}_x3{dot}{suffix}"
    assert what_is(Path(made))[0] == "PNG"


@pytest.mark.parametrize(
    ("name", "arguments", "format"),
    [
        ("photo_x3.png", [], "PNG"),
        ("out.jpg", ["-o", "out.jpg"], "JPEG"),
        ("out.JPEG", ["-o", "out.JPEG"], "JPEG"),
        ("out.tif", ["-o", "out.tif"], "TIFF"),
        ("out.webp", ["-o", "out.webp"], "WEBP"),
        ("out.avif", ["-o", "out.avif"], "AVIF"),
        ("out.bmp", ["-o", "out.bmp"], "BMP"),
        ("out.ppm", ["-o", "out.ppm"], "PPM"),
        ("photo_x3.gif", ["--format", "gif"], "GIF"),
        ("photo_x3.bmp", ["--format", "bmp"], "BMP"),
    ],
)
def test_format_is_what_was_asked_for(
    srcnn: Srcnn, photo: Path, name: str, arguments: list[str], format: str
) -> None:
    assert srcnn("upscale", photo, "-m", "bicubic", *arguments).code == 0
    with Image.open(photo.parent / name) as image:
        assert image.format == format
        assert image.size == (90, 123)
        near = np.abs(np.asarray(image.convert("RGB"), np.float64) / 255 - _expected(photo))
    assert near.mean() < 0.03


def _expected(photo: Path) -> NDArray[np.float64]:
    return expected(pixels(photo), (123, 90), None)


def test_quality(srcnn: Srcnn, folder: Path) -> None:
    plain = ("-m", "bicubic", "--no-mark")
    source = save(folder / "photo.jpg", quality=95)
    sizes = []
    for quality in (20, 60, 95):
        name = f"{quality}.jpg"
        assert srcnn("upscale", source, *plain, "-o", name, "--quality", quality).code == 0
        sizes.append(Path(name).stat().st_size)
    assert sizes[0] < 0.7 * sizes[1] < 0.7 * 0.7 * sizes[2]
    assert srcnn("upscale", source, *plain).code == 0
    assert Path("photo_x3.jpg").stat().st_size == sizes[2]


@pytest.mark.parametrize("extra", [[], ["-o", "-"]])
def test_stdin_to_stdout(
    srcnn: Srcnn, photo: Path, weights: Path, tensors: Tensors, extra: list[str]
) -> None:
    """A picture in, a picture of the same format out, and nothing written."""
    ran = srcnn("upscale", "-", *extra, "-m", weights, stdin=photo.read_bytes())
    assert ran.code == 0
    assert_is(pixels(ran.out), expected(pixels(photo), (123, 90), tensors))
    assert what_is(ran.out)[0] == "PNG"
    assert tree(photo.parent) == {"photo.png"}
    assert "None" not in ran.err


def test_stdout_in_another_format(srcnn: Srcnn, photo: Path) -> None:
    ran = srcnn("upscale", photo, "-o", "-", "--format", "jpg", "-m", "bicubic")
    assert ran.code == 0
    assert what_is(ran.out)[0] == "JPEG"


@pytest.mark.parametrize(("to", "made"), [("x.png", "x.png"), ("there/", "there/stdin_x3.png")])
def test_stdin_to_a_file(srcnn: Srcnn, photo: Path, to: str, made: str) -> None:
    ran = srcnn("upscale", "-", "-o", to, "-m", "bicubic", stdin=photo.read_bytes())
    assert ran.code == 0
    assert tree(photo.parent) == {"photo.png", made}
    assert ran.out == b""


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_channels_stay(
    srcnn: Srcnn, folder: Path, weights: Path, tensors: Tensors, mode: str
) -> None:
    kinds = {"L": "gray", "LA": "gray+alpha", "RGB": "rgb", "RGBA": "rgba"}
    source = save(folder / "in.png", kinds[mode])
    assert srcnn("upscale", source, "-m", weights, "-o", "out.png").code == 0
    assert what_is(Path("out.png"))[1] == mode
    assert_is(pixels(Path("out.png")), expected(pixels(source), (123, 90), tensors))


def test_16_bit_gray_png_stays(srcnn: Srcnn, folder: Path, weights: Path, tensors: Tensors) -> None:
    deep = picture_of("gray", "uint16")
    Image.fromarray(deep).save("deep.png")
    assert srcnn("upscale", "deep.png", "-m", weights).code == 0
    out = pixels(Path("deep_x3.png"))
    assert out.dtype == np.uint16
    assert_is(out, expected(deep, (123, 90), tensors))


def test_16_bit_rgb_tiff_stays(srcnn: Srcnn, folder: Path, weights: Path, tensors: Tensors) -> None:
    deep: NDArray[Any] = picture_of("rgb", "uint16")
    tifffile.imwrite("deep.tif", deep, photometric="rgb")
    assert srcnn("upscale", "deep.tif", "-m", weights).code == 0
    assert_is(tifffile.imread("deep_x3.tif"), expected(deep, (123, 90), tensors))


def test_16_bit_rgb_png_says_so(srcnn: Srcnn, folder: Path) -> None:
    tifffile.imwrite("deep.tif", picture_of("rgb", "uint16"), photometric="rgb")
    assert srcnn("upscale", "deep.tif", "-m", "bicubic", "-o", "deep.png").code == 0
    header = Path("deep.png").read_bytes()[:26]
    assert (header[24], header[25]) == (16, 2)  # IHDR: bit depth, colour type RGB


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["-s", 2.5], (75, 103)),  # 30 x 41: 75, 102.5
        (["-s", 1.5], (45, 62)),  # 45, 61.5
        (["-s", 3.3], (99, 135)),  # 99.0, 135.3
        (["-s", "6"], (180, 246)),
        (["--width", 100], (100, 137)),  # 136.67
        (["--height", 100], (73, 100)),  # 73.17
        (["--max-edge", 100], (73, 100)),
        (["--width", 100, "--height", 100], (73, 100)),
        (["--width", 60, "--height", 1000], (60, 82)),
        (["--width", 31], (31, 42)),  # 42.37
    ],
)
def test_sizes(srcnn: Srcnn, photo: Path, arguments: list[object], wanted: tuple[int, int]) -> None:
    """Width x height by the contract; the picture is never distorted."""
    assert srcnn("upscale", photo, "-m", "bicubic", "-o", "out.png", *arguments).code == 0
    assert what_is(Path("out.png"))[2] == wanted
    width, height = wanted
    assert_is(pixels(Path("out.png")), expected(pixels(photo), (height, width), None))


def test_size_is_of_the_picture_as_it_is_displayed(srcnn: Srcnn, folder: Path) -> None:
    """Orientation 6 turns it: 30 x 41 in the file is 41 x 30 on the screen."""
    exif = Image.Exif()
    exif[0x0112] = 6
    source = save(folder / "turned.jpg", exif=exif)
    assert srcnn("upscale", source, "-m", "bicubic", "--width", 82).code == 0
    with Image.open("turned_w82.jpg") as out:
        assert out.size == (82, 60)
        assert out.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize("name", ["in.png", "in.jpg", "in.tif"])
def test_metadata_stays(srcnn: Srcnn, folder: Path, name: str) -> None:
    """Profile, resolution and EXIF of the source are those of the result."""
    exif = Image.Exif()
    exif[0x010F] = "A maker"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = save(folder / name, icc_profile=profile, dpi=(300, 300), exif=exif)
    assert srcnn("upscale", source, "-m", "bicubic", "-o", f"out{source.suffix}").code == 0
    with Image.open(f"out{source.suffix}") as out:
        assert out.info["icc_profile"] == profile
        assert [round(float(dpi)) for dpi in out.info["dpi"]] == [900, 900]
        assert out.getexif()[0x010F] == "A maker"


def test_quiet(srcnn: Srcnn, photo: Path, weights: Path) -> None:
    ran = srcnn("upscale", photo, "-m", weights, "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, b"", "")
    assert Path("photo_x3.png").is_file()


def test_what_is_lost_is_said(srcnn: Srcnn, folder: Path) -> None:
    """Transparency cannot live in a JPEG: said in a line, once, and not when quiet."""
    source = save(folder / "clear.png", "rgba")
    ran = srcnn("upscale", source, "-m", "bicubic", "-o", "a.jpg")
    assert ran.code == 0
    assert "in JPEG, transparency" in ran.err
    assert srcnn("upscale", source, "-m", "bicubic", "-o", "b.jpg", "--quiet").err == ""

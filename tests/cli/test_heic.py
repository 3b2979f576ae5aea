"""HEIC, which is read and not written: what a camera's file becomes, by every way to name it.

Sources are files of Debian's heif-enc; results are read by Pillow.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

import srcnn as package
from srcnn import _optional
from srcnn.data import folder as folders
from srcnn.errors import MissingExtra
from srcnn.images.io import open_picture

from ..images.heic_samples import (
    DISPLAY_P3,
    HDR,
    ROTATED,
    difference,
    drawn,
    sample,
    save,
    with_property,
)
from .conftest import Srcnn, tree
from .test_fidelity import packet_of

WORDS = ("-s", 2, "-m", "bicubic")
FORMAT_OF = {"photo": "jpg", "gray": "jpg", "two": "jpg", "alpha": "png", "deep": "png"}


@pytest.mark.parametrize("name", FORMAT_OF)
@pytest.mark.parametrize("suffix", [".heic", ".HEIF", ".hif"])
def test_the_result_is_a_jpeg_or_what_holds_more(
    srcnn: Srcnn, folder: Path, name: str, suffix: str
) -> None:
    save(name + suffix, sample(name))
    ran = srcnn("upscale", name + suffix, *WORDS)
    assert ran.code == 0, ran.err
    with Image.open(f"{name}_x2.{FORMAT_OF[name]}") as seen:
        assert seen.size == (128, 96)
        assert difference(seen.convert("RGB"), drawn()) < 8 or name == "gray"
        assert seen.mode == {"alpha": "RGBA", "gray": "L"}.get(name, "RGB")
    assert ("of 2 pages" in ran.err) == (name == "two")


def test_ten_bits_become_sixteen(srcnn: Srcnn, folder: Path) -> None:
    save("deep.heic", sample("deep"))
    assert srcnn("upscale", "deep.heic", *WORDS).code == 0
    assert Path("deep_x2.png").read_bytes()[24] == 16  # IHDR's depth of samples
    pixels = package.upscale("deep.heic", 2, "bicubic")
    assert pixels.dtype == np.uint16
    assert (pixels % 257 != 0).any(), "more than 8 bits"


def test_what_the_file_carries_is_kept(srcnn: Srcnn, folder: Path) -> None:
    save("photo.heic", sample("photo"))
    for name in ("out.jpg", "out.png", "out.tif", "out.webp", "out.avif"):
        assert srcnn("upscale", "photo.heic", *WORDS, "-o", name).code == 0
        with Image.open(name) as seen:
            exif = seen.getexif()
            assert exif[0x010F] == "A maker"
            profile = ImageCms.ImageCmsProfile(io.BytesIO(seen.info["icc_profile"]))
            assert "sRGB" in ImageCms.getProfileDescription(profile)
            packet = packet_of(seen, name[4:].replace("tif", "tiff"))
            assert b'dc:creator="somebody"' in packet
            assert b'tiff:ImageWidth="128"' in packet


def test_orientation_is_applied_once(srcnn: Srcnn, folder: Path) -> None:
    """EXIF's 6 stands in both files, and only the box turns a picture."""
    save("lying.heic", sample("photo"))
    save("turned.heic", with_property(sample("photo"), *ROTATED))
    assert srcnn("upscale", "lying.heic", "turned.heic", *WORDS).code == 0
    for name, wanted in (("lying", drawn()), ("turned", np.rot90(drawn(), -1))):
        with Image.open(f"{name}_x2.jpg") as seen:
            assert seen.size == (2 * wanted.shape[1], 2 * wanted.shape[0])
            assert seen.getexif().get(0x0112, 1) == 1
            assert difference(seen, wanted) < 8


def test_colors_without_a_profile_get_one(srcnn: Srcnn, folder: Path) -> None:
    save("p3.heic", with_property(sample("alpha"), *DISPLAY_P3))
    save("hdr.heic", with_property(sample("alpha"), *HDR))
    assert "color space" not in srcnn("upscale", "p3.heic", *WORDS).err
    with Image.open("p3_x2.png") as seen:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(seen.info["icc_profile"]))
        assert ImageCms.getProfileDescription(profile).strip() == "Display P3"
    assert srcnn("upscale", "hdr.heic", *WORDS).code == 0
    assert b"cICP" + bytes([9, 16, 0, 1]) in Path("hdr_x2.png").read_bytes()
    ran = srcnn("upscale", "hdr.heic", *WORDS, "-o", "hdr.jpg")
    assert "its color space is lost (BT.2020 PQ)" in ran.err


def test_every_way_to_name_it(srcnn: Srcnn, folder: Path) -> None:
    data = sample("photo")
    save("a.heic", data)
    assert srcnn("upscale", "a.heic", *WORDS, "-o", "-").out[:3] == b"\xff\xd8\xff"
    assert srcnn("upscale", "-", *WORDS, "-o", "-", stdin=data).out[:3] == b"\xff\xd8\xff"
    assert srcnn("upscale", "-", *WORDS, "-o", "-", stdin=sample("alpha")).out[1:4] == b"PNG"
    assert srcnn("upscale", "a.heic", *WORDS, "--format", "webp").code == 0
    assert srcnn("upscale", ".", *WORDS, "-o", "large").code == 0
    assert tree(folder) == {"a.heic", "a_x2.webp", "large/a_x2.jpg"}
    file = io.BytesIO()
    package.upscale_file(data, file, 2, "bicubic")
    assert file.getvalue()[:3] == b"\xff\xd8\xff"


def test_two_sources_of_one_result(srcnn: Srcnn, folder: Path) -> None:
    save("a.heic", sample("photo"))
    Image.fromarray(drawn()).save("a.jpg")
    ran = srcnn("upscale", "a.heic", "a.jpg", *WORDS)
    assert ran.code == 2
    assert "a_x2.jpg: both a.heic and a.jpg would be written to it" in ran.error
    assert tree(folder) == {"a.heic", "a.jpg"}


@pytest.mark.parametrize("words", [["-o", "b.heic"], ["--format", "heic"], ["--format", ".heif"]])
def test_none_is_written(srcnn: Srcnn, folder: Path, words: list[str]) -> None:
    Image.fromarray(drawn()).save("a.png")
    assert srcnn("upscale", "a.png", *WORDS, *words).code == 2
    with pytest.raises(package.SrcnnError, match="is not a format that srcnn can write"):
        package.upscale_file("a.png", "b.heic", 2, "bicubic")
    assert tree(folder) == {"a.png"}


@pytest.mark.parametrize(
    "words", [[], ["-o", "b.jpg"], ["--format", "jpg"]], ids=["alone", "output", "format"]
)
def test_none_is_replaced(srcnn: Srcnn, folder: Path, words: list[str]) -> None:
    save("a.heic", sample("photo"))
    ran = srcnn("upscale", "a.heic", "-s", 2, "-m", "bicubic", "--in-place", *words)
    assert ran.code == 2
    assert "--in-place" in ran.error
    assert Path("a.heic").read_bytes() == sample("photo")


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine of somebody who has not installed the extra."""
    monkeypatch.setitem(_optional._MODULES, "heic", ("no_pi_heif",))
    folders._has.cache_clear()


@pytest.mark.usefixtures("without")
def test_without_the_extra(srcnn: Srcnn, folder: Path) -> None:
    save("a.heic", sample("photo"))
    ran = srcnn("upscale", "a.heic", *WORDS)
    assert ran.code == 2
    assert "a.heic: needs no-pi-heif; run: pip install 'srcnn[heic]'" in ran.error
    with pytest.raises(MissingExtra):
        package.upscale(sample("photo"), 2, "bicubic")
    alone = srcnn("upscale", ".", *WORDS)
    assert (
        "contains no images; left out, HEIC, which needs: pip install 'srcnn[heic]'" in alone.error
    )
    Image.fromarray(drawn()).save("b.png")
    ran = srcnn("upscale", ".", *WORDS, "-o", "large", "--json", "-")
    folders._has.cache_clear()
    assert ran.code == 0
    reason = "HEIC, which needs: pip install 'srcnn[heic]'"
    assert ran.json()["summary"]["left_out"] == {reason: 1}
    assert tree(folder) == {"a.heic", "b.png", "large/b_x2.png"}


def test_the_extra_is_named() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_optional, "find_spec", lambda name: None)
        with pytest.raises(MissingExtra, match=r"needs pi-heif; run: pip install 'srcnn\[heic\]'"):
            _optional.need("heic", "a.heic")


WHOLE = sample("photo")


@pytest.mark.parametrize(
    "data",
    [
        *(WHOLE[: len(WHOLE) * k // 8] for k in range(1, 8)),
        WHOLE[:-40],
        WHOLE[:12] + bytes(2000),
        WHOLE.replace(b"ispe\0\0\0\0\0\0\0\x40", b"ispe\0\0\0\0\0\1\0\0"),
        WHOLE.replace(b"ispe\0\0\0\0\0\0\0\x40", b"ispe\0\0\0\0\x7f\xff\xff\xff"),
        WHOLE.replace(b"hvcC", b"hvcX"),
        WHOLE.replace(b"pitm", b"free"),
        b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif",
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_broken_files(srcnn: Srcnn, folder: Path, data: bytes) -> None:
    save("a.heic", data)
    ran = srcnn("upscale", "a.heic", *WORDS)
    assert ran.code == 3
    assert "HEIC" in ran.error or "decoded" in ran.error
    assert tree(folder) == {"a.heic"}


def test_names_that_are_no_text_end_no_process(srcnn: Srcnn, folder: Path) -> None:
    """pi-heif takes the process down where the kind of XMP is not UTF-8; srcnn keeps it from looking."""
    save("a.heic", WHOLE.replace(b"application/rdf+xml", b"application/rdf+xm\xb5"))
    assert srcnn("upscale", "a.heic", *WORDS).code == 0
    random = np.random.default_rng(5)
    for name in FORMAT_OF:
        for _ in range(40):
            data = bytearray(sample(name))
            for place in random.integers(len(data), size=random.choice([1, 2, 5, 20])):
                data[place] = random.integers(256)
            with contextlib.suppress(package.SrcnnError):
                open_picture(bytes(data), max_pixels=2**20).read()


def test_limits_are_met_before_a_pixel_is_decoded(srcnn: Srcnn, folder: Path) -> None:
    bomb = WHOLE.replace(
        b"ispe\0\0\0\0\0\0\0\x40\0\0\0\x30", b"ispe\0\0\0\0\0\0\x7f\xff\0\0\x7f\xff"
    )
    save("a.heic", bomb)
    ran = srcnn("upscale", "a.heic", *WORDS)
    assert ran.code in (3, 4)
    assert ran.error
    save("a.heic", WHOLE)
    ran = srcnn("upscale", "a.heic", *WORDS, "--max-pixels", 1000)
    assert ran.code == 4
    assert "--max-pixels" in ran.error


def test_files_of_another_encoding(srcnn: Srcnn, folder: Path) -> None:
    """The samples are what this machine's heif-enc writes, too."""
    program = shutil.which("heif-enc")
    if program is None:
        pytest.skip("needs heif-enc, of Debian's libheif-examples")
    Image.fromarray(drawn()).save("a.png")
    subprocess.run([program, "-q", "90", "-t", "32", "a.png", "-o", "a.heic"], check=True)
    Path("a.png").unlink()
    assert srcnn("upscale", "a.heic", *WORDS).code == 0
    with Image.open("a_x2.jpg") as seen:
        assert difference(seen, drawn()) < 8

"""Colors outside a profile: read from chunks and boxes, and said by profiles that littleCMS understands."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from srcnn.images.color_coding import ColorCoding, coding_of_chunks, coding_of_codes

from .conftest import Srcnn

P3 = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
SRGB = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


def gamma(value: float) -> bytes:
    return struct.pack(">I", round(value * 100_000))


def as_srgb(coding: ColorCoding, color: tuple[int, int, int]) -> tuple[int, ...]:
    """A color of the space in sRGB, by littleCMS."""
    profile = coding.profile(gray=False)
    assert profile is not None
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    picture = Image.new("RGB", (1, 1), color)
    shown = ImageCms.profileToProfile(
        picture, source, ImageCms.createProfile("sRGB"), ImageCms.Intent.RELATIVE_COLORIMETRIC
    )
    assert shown is not None
    return tuple(int(value) for value in np.asarray(shown)[0, 0])


@pytest.mark.parametrize(
    ("chunks", "name"),
    [
        ({}, None),
        ({b"sRGB": b"\0", b"gAMA": gamma(1)}, None),
        ({b"gAMA": gamma(0.45455)}, None),
        ({b"gAMA": gamma(0.45455), b"cHRM": SRGB}, None),
        ({b"gAMA": gamma(0)}, None),
        ({b"gAMA": gamma(1)}, "gamma 1"),
        ({b"cHRM": P3}, "gamma 2.2, custom primaries"),
        ({b"cICP": bytes([1, 13, 0, 1])}, None),
        ({b"cICP": bytes([12, 13, 0, 1]), b"gAMA": gamma(1)}, "Display P3"),
        ({b"cICP": bytes([9, 16, 0, 1])}, "BT.2020 PQ"),
        ({b"cICP": bytes([9, 18, 0, 1])}, "BT.2020 HLG"),
        ({b"cICP": b"1"}, None),
        ({b"cHRM": bytes(32)}, "gamma 2.2, custom primaries"),
    ],
)
def test_chunks(chunks: dict[bytes, bytes], name: str | None) -> None:
    coding = coding_of_chunks(chunks)
    assert (coding.name if coding else None) == name


def test_profiles_say_what_the_chunks_say() -> None:
    """Linear 0.2158 is sRGB's 128, and the red of P3 lies outside sRGB; a gray is gray everywhere."""
    linear, wide = coding_of_chunks({b"gAMA": gamma(1)}), coding_of_codes(12, 13)
    assert linear is not None
    assert wide is not None
    assert as_srgb(linear, (55, 55, 55)) == pytest.approx((128,) * 3, abs=2)
    assert as_srgb(wide, (128, 128, 128)) == pytest.approx((128,) * 3, abs=1)
    assert as_srgb(wide, (200, 100, 100)) == pytest.approx((214, 95, 98), abs=3)
    gray = linear.profile(gray=True)
    assert gray is not None
    assert ImageCms.ImageCmsProfile(io.BytesIO(gray)).profile.xcolor_space.strip() == "GRAY"


def test_no_profile_of_what_none_can_say() -> None:
    hdr, broken = coding_of_codes(9, 16), coding_of_chunks({b"cHRM": bytes(32)})
    assert hdr is not None
    assert broken is not None
    assert hdr.profile(gray=False) is None
    assert broken.profile(gray=False) is None
    assert broken.profile(gray=True) is None


@pytest.mark.parametrize("fmt", ["jpeg", "tiff", "webp", "avif", "png"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_another_format_gets_a_profile(srcnn: Srcnn, folder: Path, fmt: str, mode: str) -> None:
    info = PngInfo()
    info.add(b"gAMA", gamma(1))
    Image.effect_noise((40, 30), 50).convert(mode).save("in.png", pnginfo=info)
    ran = srcnn("upscale", "in.png", "-s", 2, "-m", "bicubic", "-o", f"out.{fmt}")
    assert ran.code == 0
    assert "color space" not in ran.err
    with Image.open(f"out.{fmt}") as seen:
        if fmt == "png":
            assert seen.info["gamma"] == 1.0
            assert "icc_profile" not in seen.info
        else:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(seen.info["icc_profile"]))
            space = profile.profile.xcolor_space.strip()
            assert space == ("GRAY" if seen.mode == "L" else "RGB")
            assert "gamma 1" in ImageCms.getProfileDescription(profile)


@pytest.mark.parametrize("fmt", ["bmp", "ppm", "gif"])
def test_what_has_no_room_says_so(srcnn: Srcnn, folder: Path, fmt: str) -> None:
    info = PngInfo()
    info.add(b"cHRM", P3)
    Image.new("RGB", (40, 30)).save("in.png", pnginfo=info)
    ran = srcnn("upscale", "in.png", "-s", 2, "-m", "bicubic", "-o", f"out.{fmt}")
    assert "its color space is lost (gamma 2.2, custom primaries)" in ran.err


@pytest.mark.parametrize("codes", [(12, 13), (9, 16), (1, 13)], ids=["P3", "PQ", "sRGB"])
def test_avif(srcnn: Srcnn, folder: Path, codes: tuple[int, int]) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 100, 50)).save(file, "AVIF")
    data = bytearray(file.getvalue())
    struct.pack_into(">HH", data, data.index(b"nclx") + 4, *codes)
    Path("in.avif").write_bytes(data)
    ran = srcnn("upscale", "in.avif", "-s", 2, "-m", "bicubic", "-o", "out.avif")
    assert ("its color space is lost (BT.2020 PQ)" in ran.err) == (codes == (9, 16))
    written = Path("out.avif").read_bytes()
    assert (b"colrprof" in written) == (codes == (12, 13))
    assert srcnn("upscale", "in.avif", "-s", 2, "-m", "bicubic", "-o", "out.png").code == 0
    png = Path("out.png").read_bytes()
    assert (b"cICP" + bytes([9, 16, 0, 1]) in png) == (codes == (9, 16))
    assert (b"iCCP" in png) == (codes == (12, 13))

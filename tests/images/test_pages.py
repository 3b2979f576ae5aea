"""Frames of animations and pages of TIFF, judged by Pillow and tifffile; inks."""

from __future__ import annotations

import io
import struct
from typing import Any, Literal

import numpy as np
import pytest
import pyvips
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms

from srcnn.images.encode import Page, losses, write_picture
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture
from srcnn.images.metadata import PROFILE

from .reference import written_by_pillow

DELAYS = [50, 200, 20, 70]
"""In ms. Up to 10 libvips writes 100 into WebP, which is how browsers play them."""


def frames_of(photo: NDArray[np.uint8]) -> list[Image.Image]:
    """Four crops of few colours, so that a palette holds them."""
    few = photo // 64 * 85
    return [Image.fromarray(few[20 * k : 20 * k + 20, 20 * k : 20 * k + 30]) for k in range(4)]


def timing(data: bytes) -> tuple[list[int], int | None]:
    """(milliseconds of every frame, loops) as Pillow reads them."""
    with Image.open(io.BytesIO(data)) as picture:
        delays = []
        for frame in range(getattr(picture, "n_frames", 1)):
            picture.seek(frame)
            picture.load()
            delays.append(picture.info["duration"])
        return delays, picture.info.get("loop")


def played(format: str, loop: int | None) -> int | None:
    """How often: GIF says how often again, or nothing; WebP how often in all. 0 is for ever."""
    if format == "gif":
        return 1 if loop is None else loop and loop + 1
    return loop


def shown(data: bytes) -> list[NDArray[np.uint8]]:
    """Every frame as it is displayed."""
    with Image.open(io.BytesIO(data)) as picture:
        found = []
        for frame in range(getattr(picture, "n_frames", 1)):
            picture.seek(frame)
            found.append(np.asarray(picture.convert("RGBA")))
        return found


@pytest.mark.parametrize("disposal", [0, 1, 2])
@pytest.mark.parametrize("transparent", [False, True], ids=["opaque", "transparent"])
def test_frames_of_a_gif_are_those_that_are_displayed(
    photo: NDArray[np.uint8], transparent: bool, disposal: int
) -> None:
    frames = frames_of(photo)
    if transparent:
        for k, frame in enumerate(frames):
            visible = (np.indices((20, 30)).sum(axis=0) // 3 + k) % 4 > 0
            frame.putalpha(Image.fromarray(visible.astype(np.uint8) * 255))
    data = written_by_pillow(
        *(frames[0], "GIF"), save_all=True, append_images=frames[1:], disposal=disposal
    )
    picture = open_picture(data)
    assert picture.header.pages == len(picture.headers()) == 4
    for page, truth in zip(picture.pages(), shown(data), strict=True):
        seen = page.read()
        assert seen.shape[:2] == (20, 30)
        opaque = truth[..., 3] > 0
        np.testing.assert_array_equal(seen[opaque][:, :3], truth[opaque][:, :3])
        if seen.shape[2] == 4:
            np.testing.assert_array_equal(seen[..., 3], truth[..., 3])


@pytest.mark.parametrize("loop", [None, 0, 3])
@pytest.mark.parametrize("target", ["gif", "webp"])
@pytest.mark.parametrize("source", ["gif", "webp"])
def test_timing_survives(
    photo: NDArray[np.uint8], source: str, target: str, loop: int | None
) -> None:
    frames = frames_of(photo)
    options: dict[str, Any] = {} if loop is None else {"loop": loop}
    options |= {"lossless": True} if source == "webp" else {"disposal": 2}
    data = written_by_pillow(
        *(frames[0], source.upper()),
        save_all=True,
        append_images=frames[1:],
        duration=DELAYS,
        **options,
    )
    picture = open_picture(data)
    pages = [
        Page((20, 30), [page.read()], header.metadata)
        for page, header in zip(picture.pages(), picture.headers(), strict=True)
    ]
    out = io.BytesIO()
    write_picture(out, pages, FORMATS[target])
    delays, loops = timing(out.getvalue())
    assert delays == DELAYS
    assert played(target, loops) == played(source, timing(data)[1])
    for seen, truth in zip(shown(out.getvalue()), shown(data), strict=True):
        np.testing.assert_allclose(seen.astype(int), truth, rtol=0, atol=2)


def test_a_still_picture_has_one_frame(photo: NDArray[np.uint8]) -> None:
    for format in ("GIF", "WEBP"):
        picture = open_picture(written_by_pillow(Image.fromarray(photo[:20, :30]), format))
        assert picture.header.pages == 1
        assert [page.header for page in picture.pages()] == [picture.header]


@pytest.mark.parametrize("big", [False, True], ids=["TIFF", "BigTIFF"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_pages_of_every_size_and_depth(
    photo: NDArray[np.uint8], byteorder: Literal["<", ">"], big: bool
) -> None:
    """Written by tifffile, read by us, written by us, read by tifffile: every value."""
    deep = photo.astype(np.uint16) * 257 - 3
    pages: list[NDArray[Any]] = [
        photo[:30, :41],
        deep[:17, :50],
        photo[:9, :9, 0],
        deep[:31, :8, 1],
        photo[:1, :7],
    ]
    file = io.BytesIO()
    with tifffile.TiffWriter(file, bigtiff=big, byteorder=byteorder) as tiff:
        for pixels in pages:
            tiff.write(pixels, photometric="rgb" if pixels.ndim == 3 else None, metadata=None)
    for source in (file.getvalue(), _passed_on(file.getvalue())):
        picture = open_picture(source)
        assert picture.header.pages == len(pages)
        for page, truth in zip(picture.pages(), pages, strict=True):
            seen = page.read()
            assert seen.dtype == truth.dtype
            np.testing.assert_array_equal(seen, truth)
    with tifffile.TiffFile(io.BytesIO(source)) as tiff:
        for read, truth in zip(tiff.pages, pages, strict=True):
            np.testing.assert_array_equal(read.asarray(), truth)


def _passed_on(data: bytes) -> bytes:
    picture = open_picture(data)
    out = io.BytesIO()
    pages = [
        Page((header.height, header.width), page.strips(7), header.metadata)
        for page, header in zip(picture.pages(), picture.headers(), strict=True)
    ]
    write_picture(out, pages, FORMATS["tiff"])
    return out.getvalue()


def test_each_page_keeps_its_own_words(photo: NDArray[np.uint8]) -> None:
    """EXIF and resolution, which tifffile and Pillow read."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as tiff:
        for k, pixels in enumerate((photo[:20, :30], photo[:10, :10])):
            maker = (271, 2, None, f"Maker {k}".encode() + b"\0", False)
            tiff.write(
                pixels, photometric="rgb", metadata=None, extratags=[maker],
                resolution=(300 + k, 300 + k), resolutionunit="inch",
            )  # fmt: skip
    data = file.getvalue()
    with Image.open(io.BytesIO(_passed_on(data))) as seen, Image.open(io.BytesIO(data)) as truth:
        for page in range(2):
            seen.seek(page)
            truth.seek(page)
            assert seen.getexif()[271] == truth.getexif()[271] == f"Maker {page}"
            assert seen.info["dpi"] == pytest.approx(truth.info["dpi"], rel=1e-6)


def test_a_chain_of_pages_that_bites_its_tail(photo: NDArray[np.uint8]) -> None:
    """The last page's link leads back to the first: the pages are read once."""
    pages = [Image.fromarray(photo[:20, :30]), Image.fromarray(photo[:10, :10])]
    data = bytearray(written_by_pillow(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    at = struct.unpack_from("<L", data, 4)[0]
    while True:
        link = at + 2 + 12 * struct.unpack_from("<H", data, at)[0]
        if not (after := struct.unpack_from("<L", data, link)[0]):
            break
        at = after
    data[link : link + 4] = data[4:8]
    picture = open_picture(bytes(data))
    assert [page.read().shape[:2] for page in picture.pages()][:1] == [(20, 30)]
    assert len(picture.headers()) <= 2


@pytest.mark.parametrize(
    ("source", "target", "lost"),
    [
        ("GIF", "png", ["only the first of 4 pages is used"]),
        ("GIF", "webp", []),
        ("TIFF", "jpeg", ["only the first of 4 pages is used"]),
        ("TIFF", "tiff", []),
    ],
)
def test_what_has_no_room_for_pages_says_so(
    photo: NDArray[np.uint8], source: str, target: str, lost: list[str]
) -> None:
    frames = frames_of(photo)
    data = written_by_pillow(frames[0], source, save_all=True, append_images=frames[1:])
    header = open_picture(data).header
    assert [line for line in losses(header, FORMATS[target]) if "transparency" not in line] == lost


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
@pytest.mark.parametrize("embedded", [False, True], ids=["bare", "with a profile"])
def test_inks_become_srgb_by_their_profile(
    photo: NDArray[np.uint8], format: str, embedded: bool
) -> None:
    """As little CMS makes them through Pillow; a file without a profile has that of libvips."""
    inks_profile = bytes(pyvips.Image.profile_load("cmyk"))
    inks = Image.fromarray(photo).convert("CMYK")
    options: dict[str, Any] = {"icc_profile": inks_profile} if embedded else {}
    if format == "JPEG":
        options |= {"quality": 100, "subsampling": 0}
    data = written_by_pillow(inks, format, **options)
    stored = Image.open(io.BytesIO(data))
    expected = ImageCms.profileToProfile(
        stored,
        io.BytesIO(inks_profile),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
    )
    picture = open_picture(data)
    assert picture.header.cmyk
    seen = picture.read()
    assert seen.shape == photo.shape
    assert np.abs(seen.astype(int) - np.asarray(expected)).mean() < 2
    profile = picture.header.metadata.block(PROFILE) or b""
    assert ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space.strip() == "RGB"

"""Animations and pages through the command line: each frame as if it were a picture of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from ..engine.conftest import picture_of
from .conftest import Srcnn, save, tree

BICUBIC = ["-m", "bicubic", "-s", "2"]


def animation(path: Path, frames: int = 3) -> list[Path]:
    """An animation, and each of its frames as a picture beside it."""
    full = picture_of("rgb", "uint8", (40, 60))
    pictures = [Image.fromarray(full[k : k + 30, 5 * k : 5 * k + 41]) for k in range(frames)]
    pictures[0].save(
        path, save_all=True, append_images=pictures[1:], duration=[40, 90, 250][:frames], loop=0, lossless=True
    )  # fmt: skip
    singles = []
    for k, picture in enumerate(pictures):
        singles.append(path.with_name(f"{path.stem}-{k}.png"))
        picture.save(singles[-1])
    return singles


def test_each_frame_is_enlarged_on_its_own(srcnn: Srcnn, folder: Path) -> None:
    """No frame leaks into the next one's border; delays and loop are kept."""
    singles = animation(folder / "move.webp")
    assert srcnn("upscale", "move.webp", *BICUBIC).code == 0
    for single in singles:
        assert srcnn("upscale", single, *BICUBIC).code == 0
    with Image.open("move_x2.webp") as moving:
        assert (getattr(moving, "n_frames", 1), moving.size) == (3, (82, 60))
        assert moving.info["loop"] == 0
        delays = []
        for k in range(3):
            moving.seek(k)
            seen = np.asarray(moving.convert("RGB"))
            delays.append(moving.info["duration"])
            with Image.open(f"move-{k}_x2.png") as still:
                np.testing.assert_array_equal(seen, np.asarray(still))
    assert delays == [40, 90, 250]


def test_a_gif_stays_an_animated_gif(srcnn: Srcnn, folder: Path) -> None:
    animation(folder / "move.gif")
    ran = srcnn("upscale", "move.gif", *BICUBIC, "--json", "-")
    assert ran.code == 0
    assert "256 colors (--format webp keeps all)" in ran.err
    assert ran.json()["results"][0]["destination"] == "move_x2.gif"
    with Image.open("move_x2.gif") as moving, Image.open("move.gif") as before:
        assert (getattr(moving, "n_frames", 1), moving.size) == (3, (82, 60))
        for k, delay in enumerate([40, 90, 250]):
            moving.seek(k)
            before.seek(k)
            assert moving.info["duration"] == before.info["duration"] == delay
            small = moving.convert("RGB").resize((41, 30), Image.Resampling.BOX)
            error = np.abs(np.asarray(small, int) - np.asarray(before.convert("RGB"), int))
            assert error.mean() < 12


def test_pages_of_a_tiff_one_by_one(srcnn: Srcnn, folder: Path) -> None:
    """Pages of different sizes, kinds and depths; each is what it would be alone."""
    pages = [picture_of("rgb", "uint8", (30, 41)), picture_of("gray", "uint16", (17, 20))]
    with tifffile.TiffWriter("pages.tif") as tiff:
        for k, page in enumerate(pages):
            kind = "rgb" if page.ndim == 3 else "minisblack"
            tiff.write(page, photometric=kind, metadata=None)
            tifffile.imwrite(f"page-{k}.tif", page, photometric=kind, metadata=None)
    assert srcnn("upscale", "pages.tif", "page-0.tif", "page-1.tif", *BICUBIC).code == 0
    with tifffile.TiffFile("pages_x2.tif") as tiff:
        assert len(tiff.pages) == 2
        for k, seen in enumerate(tiff.pages):
            alone = tifffile.imread(f"page-{k}_x2.tif")
            assert seen.dtype == pages[k].dtype
            np.testing.assert_array_equal(seen.asarray(), alone)


def test_a_format_without_pages_takes_the_first_and_says_so(srcnn: Srcnn, folder: Path) -> None:
    animation(folder / "move.webp")
    ran = srcnn("upscale", "move.webp", "-o", "still.png", *BICUBIC)
    assert ran.code == 0
    assert "in PNG, only the first of 3 pages is used" in ran.err


def test_limits_count_all_frames(srcnn: Srcnn, folder: Path) -> None:
    animation(folder / "move.webp")
    inside = srcnn("upscale", "move.webp", *BICUBIC, "--max-pixels", 3 * 60 * 82)
    assert inside.code == 0
    ran = srcnn("upscale", "move.webp", *BICUBIC, "--overwrite", "--max-pixels", 3 * 60 * 82 - 1)
    assert ran.code == 4
    assert "3 pages of 82 x 60" in ran.error
    assert srcnn("upscale", "move.webp", *BICUBIC, "-o", "b.webp", "--max-pixels", 3000).code == 4


@pytest.mark.parametrize("name", ["move.gif", "move.webp", "pages.tif"])
def test_a_damaged_later_page_leaves_nothing(srcnn: Srcnn, folder: Path, name: str) -> None:
    if name == "pages.tif":
        save(folder / "one.png")
        pages = [Image.open("one.png"), Image.open("one.png")]
        pages[0].save(name, save_all=True, append_images=pages[1:])
        Path("one.png").unlink()
    else:
        for single in animation(folder / name):
            single.unlink()
    data = Path(name).read_bytes()
    Path(name).write_bytes(data[: len(data) * 3 // 4])
    ran = srcnn("upscale", name, *BICUBIC)
    assert ran.code == 3
    assert name in ran.error
    assert tree(folder) == {name}

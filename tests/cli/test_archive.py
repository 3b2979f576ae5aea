"""A folder as people have them: a hundred good pictures, twenty bad ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .conftest import Srcnn, tree

BAD = [
    b"",
    b"no picture at all",
    b"\x89PNG\r\n\x1a\n",
    b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
    b"\xff\xd8\xff\xe0 and then nothing",
    b"GIF89a",
    b"RIFF\x10\0\0\0WEBPVP8 ",
    b"II*\0\xff\xff\xff\xff",
    b"BM" + b"\xff" * 60,
    b"P6 100 100 255\n short",
]


def test_good_pictures_come_out_and_bad_ones_are_named(
    srcnn: Srcnn, folder: Path, weights: Path, photo: Path
) -> None:
    """Each result equals that of a run of its own; nothing is left of the others; exit 1."""
    random = np.random.default_rng(4)
    whole: NDArray[np.uint8] = np.asarray(Image.open(photo))
    (folder / "in").mkdir()
    formats = ("png", "jpg", "tif", "webp", "bmp")
    for k in range(100):
        top, left = random.integers(0, 15, 2)
        piece = whole[top : top + 14 + k % 7, left : left + 11 + k % 5]
        Image.fromarray(piece).save(folder / "in" / f"good{k:03}.{formats[k % 5]}")
    for k in range(20):
        data = BAD[k % len(BAD)] + (b"" if k < len(BAD) else b"x")
        (folder / "in" / f"bad{k:02}.{formats[k % 5]}").write_bytes(data)
    ran = srcnn("upscale", "in", "-o", "out", "-m", weights, "--json", "report.json")
    assert ran.code == 1
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 20
    for k in range(20):
        assert sum(f"bad{k:02}." in line for line in errors) == 1
    assert all(len(line) < 200 for line in errors)
    made = {name for name in tree(folder) if name.startswith("out/")}
    assert len(made) == 100
    assert not any("bad" in name or ".part" in name for name in made)
    for k in range(0, 100, 9):
        source = f"in/good{k:03}.{formats[k % 5]}"
        alone = f"alone{k}.{formats[k % 5]}"
        assert srcnn("upscale", source, "-o", alone, "-m", weights).code == 0
        together = folder / "out" / f"good{k:03}_x3.{formats[k % 5]}"
        assert Path(alone).read_bytes() == together.read_bytes()

"""A picture that already fills the box that was asked for."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import srcnn as package
from srcnn.images.resize import imresize

from ..cli.conftest import Srcnn, pixels, save, tree, what_is
from ..engine.conftest import picture_of


def test_error_names_the_option(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "a.png")
    ran = srcnn("upscale", "a.png", "--max-edge", 41, "-m", "bicubic")
    assert ran.code == 2
    assert ran.error == "error: a.png: is 30 x 41 already; use --if-larger to skip or reduce it\n"
    with pytest.raises(package.SrcnnError, match="use if_larger= to skip"):
        package.upscale_file("a.png", "b.png", max_edge=41)
    assert tree(folder) == {"a.png"}


def test_skip(srcnn: Srcnn, folder: Path) -> None:
    """The small ones of a folder are done."""
    save(folder / "in/large.png", size=(80, 20))
    save(folder / "in/small.png")
    words = ("upscale", "in", "-o", "out", "--max-edge", 60, "--if-larger", "skip")
    ran = srcnn(*words, "-m", "bicubic", "--json", "-")
    assert ran.code == 0
    assert tree(Path("out")) == {"small_e60.png"}
    large, small = ran.json()["results"]
    assert (large["ok"], large["skipped"], large["reason"]) == (True, True, "is 20 x 80 already")
    assert (small["skipped"], small["reason"], small["height"]) == (False, None, 60)
    dry = srcnn(*words, "-m", "bicubic", "--dry-run", "--overwrite")
    assert dry.out.decode().splitlines()[0].endswith(": is 20 x 80 already")
    done = package.upscale_file("in/large.png", io.BytesIO(), max_edge=60, if_larger="skip")
    assert done.skipped


@pytest.mark.parametrize("edge", [41, 40, 17, 1])
@pytest.mark.parametrize("kind", ["rgb", "gray"])
def test_reduce_is_matlabs(srcnn: Srcnn, folder: Path, edge: int, kind: str) -> None:
    """To the rounding between MATLAB's two passes; the metadata stays."""
    save(folder / "a.png", kind, dpi=(300, 300))
    words = ("--max-edge", edge, "--if-larger", "reduce", "-o", "b.png")
    assert srcnn("upscale", "a.png", *words).code == 0
    size = (edge, max(1, int(30 * edge / 41 + 0.5)))
    assert what_is(Path("b.png"))[2] == size[::-1]
    wanted = imresize(picture_of(kind, "uint8", (41, 30)), size=size)
    assert np.abs(pixels(Path("b.png")).astype(int) - wanted).max() <= 1
    with Image.open("b.png") as image:
        assert image.info["dpi"][1] == pytest.approx(300 * edge / 41, rel=1e-3)


def test_a_scale_does_not_reduce(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "a.png")
    ran = srcnn("upscale", "a.png", "-s", 1, "--if-larger", "reduce")
    assert ran.code == 2
    assert "scale 1" in ran.error
    assert srcnn("upscale", "a.png", "--if-larger", "shrink").code == 2
    with pytest.raises(package.SrcnnError, match="use error, skip, reduce"):
        package.upscale_file("a.png", "b.png", max_edge=9, if_larger="shrink")

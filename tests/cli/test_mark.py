"""Results carry a mark, by which folders and training sets leave them out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from PIL import Image

import srcnn as package
from srcnn.images.mark import NAMESPACE
from srcnn.runs.plan import make_plan
from srcnn.runs.run import run_plan

from ..training.tiny import recipe_for
from .conftest import Srcnn, save, tree

BICUBIC = ("-m", "bicubic")
WITH_XMP = ("png", "jpg", "webp", "tif", "avif")


@pytest.mark.parametrize("suffix", WITH_XMP)
def test_results_are_no_sources_of_the_next_run(srcnn: Srcnn, folder: Path, suffix: str) -> None:
    """At another scale, in another format, under another name."""
    save(folder / "p" / f"a.{suffix}")
    assert srcnn("upscale", "p", "-s", 2, *BICUBIC).code == 0
    (folder / "p" / f"a_x2.{suffix}").rename(folder / "p" / f"renamed.{suffix}")
    before = tree(folder / "p")
    ran = srcnn("upscale", "p", "-s", 3, *BICUBIC, "--json", "-")
    assert ran.code == 0
    assert tree(folder / "p") == before | {f"a_x3.{suffix}"}
    rows = {row["source"]: row for row in ran.json()["results"]}
    assert rows[f"p/renamed.{suffix}"]["reason"] == "made by srcnn"
    assert "1 skipped (1 made by srcnn)" in ran.err
    assert srcnn("upscale", "p/*", "-s", 3, *BICUBIC, "--skip-existing").code == 0
    assert tree(folder / "p") == before | {f"a_x3.{suffix}"}


def test_a_folder_of_results_alone_is_no_error(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "a.png")
    srcnn("upscale", "a.png", "-o", "out/a.png", *BICUBIC)
    ran = srcnn("upscale", "out", *BICUBIC)
    assert (ran.code, ran.err) == (0, "nothing to do: 1 of 1 skipped (made by srcnn)\n")


def test_a_result_that_is_named_is_taken(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "a.png")
    srcnn("upscale", "a.png", "-s", 2, *BICUBIC)
    (folder / "list.txt").write_text("a_x2.png\n")
    assert srcnn("upscale", "a_x2.png", "-s", 2, "-o", "b.png", *BICUBIC).code == 0
    assert srcnn("upscale", "--list", "list.txt", "-o", "out", *BICUBIC).code == 0
    assert tree(Path("out")) == {"a_x2_x3.png"}


def test_in_place_once(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "p" / "a.png")
    assert srcnn("upscale", "p", "--in-place", *BICUBIC).code == 0
    once = (folder / "p" / "a.png").read_bytes()
    assert srcnn("upscale", "p", "--in-place", *BICUBIC).code == 0
    ran = srcnn("upscale", "p/a.png", "--in-place", *BICUBIC)
    assert ran.code == 2
    assert "was made by srcnn" in ran.error
    assert (folder / "p" / "a.png").read_bytes() == once


def test_the_mark_says_what_made_it(srcnn: Srcnn, folder: Path, weights: Path) -> None:
    """With the digest of the weights file, and nothing of where or when."""

    save(folder / "a.png")
    assert srcnn("upscale", "a.png", "-s", 3, "-m", weights).code == 0
    ran = srcnn("models", "--of", "a_x3.png", "--json", "-")
    assert json.loads(ran.out)["mark"] == {
        "model": weights.name,
        "scale": "3",
        "passes": "3",
        "weights": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "version": package.__version__,
    }
    assert b"model    " in srcnn("models", "--of", "a_x3.png").out
    assert srcnn("models", "--of", "a.png").code == 3


def test_equal_input_gives_equal_bytes_by_every_road(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "a.png")
    srcnn("upscale", "a.png", "-o", "b.png", "-s", 2, *BICUBIC)
    srcnn("upscale", "a.png", "-o", "deep/c.png", "-s", 2, *BICUBIC, "--threads", 1)
    package.upscale_file((folder / "a.png").read_bytes(), "d.png", 2, "bicubic")
    made = {Path(name).read_bytes() for name in ("b.png", "deep/c.png", "d.png")}
    assert len(made) == 1


@pytest.mark.parametrize("suffix", WITH_XMP)
def test_no_mark(srcnn: Srcnn, folder: Path, suffix: str) -> None:
    save(folder / f"a.{suffix}")
    assert srcnn("upscale", f"a.{suffix}", "-o", f"b.{suffix}", *BICUBIC, "--no-mark").code == 0
    package.upscale_file(f"a.{suffix}", f"c.{suffix}", model="bicubic", mark=False)
    for name in "bc":
        assert NAMESPACE.encode() not in (folder / f"{name}.{suffix}").read_bytes()


def test_results_are_not_trained_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in "abcd":
        save(folder / "p" / f"{name}.png", size=(60, 60))
    with Image.open(folder / "p" / "d.png") as image:
        assert "xmp" not in image.info
    package.upscale_file("p/d.png", "p/e.png", model="bicubic")
    recipe = recipe_for(folder / "p", held_back=1, steps=1)
    card = run_plan(make_plan(recipe, "tiny"), folder / "run", device="cpu")
    assert card is not None
    assert card.pictures + 1 == 4
    assert "e.png: was made by srcnn; skipped" in capsys.readouterr().err

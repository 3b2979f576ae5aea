"""``srcnn upscale --compare PAGE.html``: the real enlargement, before and after."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..figures.test_page import Page
from .conftest import Srcnn, save, tree


def test_a_page_beside_the_result(srcnn: Srcnn, photo: Path) -> None:
    ran = srcnn("upscale", "photo.png", "-m", "srcnn-915", "--compare", "look.html")
    assert ran.code == 0
    assert tree(photo.parent) == {"photo.png", "photo_x3.png", "look.html"}
    assert f"look.html: {Path('look.html').stat().st_size} bytes" in ran.err
    names = [image["data-name"] for image in Page(Path("look.html").read_bytes()).pictures()]
    assert names == ["source", "bicubic", "srcnn-915"]


@pytest.mark.parametrize("name", ["in.jpg", "in.tif", "in.webp"])
def test_any_format(srcnn: Srcnn, folder: Path, name: str) -> None:
    save(folder / name)
    assert srcnn("upscale", name, "-m", "bicubic", "-s", "2.5", "--compare", "look.html").code == 0
    assert Page(Path("look.html").read_bytes()).text["h1"] == [f"{name}, x2.5"]


def test_of_a_result_that_was_there(srcnn: Srcnn, photo: Path) -> None:
    assert srcnn("upscale", photo, "-m", "bicubic").code == 0
    words = ("upscale", photo, "-m", "bicubic", "--skip-existing", "--compare", "look.html")
    assert srcnn(*words).code == 0
    assert Path("look.html").exists()


def test_no_page_without_a_result(srcnn: Srcnn, photo: Path) -> None:
    photo.write_bytes(b"no picture")
    assert srcnn("upscale", photo, "--compare", "look.html").code == 3
    assert tree(photo.parent) == {"photo.png"}


def test_a_dry_run_writes_none(srcnn: Srcnn, photo: Path) -> None:
    assert srcnn("upscale", photo, "--compare", "look.html", "--dry-run").code == 0
    assert tree(photo.parent) == {"photo.png"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["photo.png", "--compare", "look.png"], "ends in .html"),
        ([".", "--compare", "look.html"], "only one image"),
        (["photo.png", "photo.png", "--compare", "look.html"], "only one image"),
        (["-", "--compare", "look.html"], "cannot read stdin or stdout a second time"),
        (
            ["photo.png", "-o", "-", "--compare", "look.html"],
            "cannot read stdin or stdout a second time",
        ),
        (["photo.png", "--in-place", "--compare", "look.html"], "--in-place"),
        (["photo.png", "--compare", "there.html"], "already exists"),
        (["photo.png", "--compare", "folder.html"], "is a folder"),
        (["photo.png", "--compare", "a.html", "--json", "a.html"], "same destination"),
    ],
)
def test_refused_before_any_work(srcnn: Srcnn, photo: Path, words: list[str], said: str) -> None:
    Path("there.html").write_text("kept")
    Path("folder.html").mkdir()
    before = tree(photo.parent)
    ran = srcnn("upscale", *words)
    assert ran.code == 2
    assert said in ran.error
    assert tree(photo.parent) == before
    assert Path("there.html").read_text() == "kept"


def test_a_page_is_replaced_only_if_asked(srcnn: Srcnn, photo: Path) -> None:
    Path("look.html").write_text("old")
    words = ("upscale", photo, "-m", "bicubic", "--compare", "look.html")
    assert srcnn(*words).code == 2
    assert srcnn(*words, "--overwrite").code == 0
    assert Path("look.html").read_text() != "old"

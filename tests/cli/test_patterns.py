"""A pattern that no shell has expanded."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Srcnn, save, tree

BICUBIC = ("-m", "bicubic")


@pytest.fixture
def album(folder: Path) -> Path:
    for name in ("a.png", "b.png", "c.jpg", "sub/a.png", "photo[1].png"):
        save(folder / "album" / name, size=(9, 12))
    return folder / "album"


def test_a_pattern_is_its_pictures(srcnn: Srcnn, album: Path) -> None:
    before = tree(album)
    ran = srcnn("upscale", "album/?.png", *BICUBIC)
    assert ran.code == 0
    assert tree(album) == before | {"a_x3.png", "b_x3.png"}
    assert "2 of 2 done" in ran.err


def test_what_folders_a_pattern_stands_for_are_made_again(srcnn: Srcnn, album: Path) -> None:
    """Two of the same name do not meet."""
    assert srcnn("upscale", "album/**/a.png", "-o", "out", *BICUBIC).code == 0
    assert tree(Path("out")) == {"a_x3.png", "sub/a_x3.png"}


def test_a_pattern_of_one_picture_is_still_several(srcnn: Srcnn, album: Path) -> None:
    """What the output means does not hang on how many there are today."""
    assert srcnn("upscale", "album/*.jpg", "-o", "out", *BICUBIC).code == 0
    assert tree(Path("out")) == {"c_x3.jpg"}
    (album / "c.jpg").write_bytes(b"no picture")
    ran = srcnn("upscale", "album/*.jpg", "-o", "new", *BICUBIC)
    assert ran.code == 1


def test_a_second_run_takes_no_results_for_sources(srcnn: Srcnn, album: Path) -> None:
    assert srcnn("upscale", "album/*.png", *BICUBIC).code == 0
    after = tree(album)
    ran = srcnn("upscale", "album/*.png", *BICUBIC, "--skip-existing")
    assert (ran.code, tree(album)) == (0, after)
    assert "3 of 3 skipped (destination exists)" in ran.err


def test_a_name_with_brackets_is_a_name(srcnn: Srcnn, album: Path) -> None:
    save(album / "photo1.png", size=(9, 12))
    before = tree(album)
    assert srcnn("upscale", "album/photo[1].png", *BICUBIC).code == 0
    assert tree(album) == before | {"photo[1]_x3.png"}


def test_a_folder_with_brackets_is_a_folder(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "a[1]" / "x.png", size=(9, 12))
    save(folder / "a1" / "y.png", size=(9, 12))
    assert srcnn("upscale", "a[1]", "-o", "out", *BICUBIC).code == 0
    assert srcnn("upscale", "a[1]/*.png", "-o", "again", *BICUBIC).code == 0
    assert tree(Path("out")) == tree(Path("again")) == {"x_x3.png"}


def test_a_pattern_that_matches_nothing_is_a_missing_input(srcnn: Srcnn, album: Path) -> None:
    """Alone exit 3, as any missing input; among others they are done: exit 1."""
    ran = srcnn("upscale", "album/*.tif", *BICUBIC)
    assert ran.code == 3
    assert "album/*.tif: no such file" in ran.error
    ran = srcnn("upscale", "album/*.tif", "album/a.png", *BICUBIC)
    assert ran.code == 1
    assert (album / "a_x3.png").exists()


def test_a_pattern_and_a_name_for_one_destination(srcnn: Srcnn, album: Path) -> None:
    ran = srcnn("upscale", "album/a.png", "album/[ab].png", *BICUBIC)
    assert ran.code == 2
    assert "both" in ran.error

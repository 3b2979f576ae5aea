"""A source is replaced by its result only where that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Srcnn, save, tree, what_is

BICUBIC = ("-m", "bicubic")


def test_a_folder_in_place(srcnn: Srcnn, folder: Path) -> None:
    """A picture is its own result, and is not left out for that."""
    names = {"a.png", "b.jpg"}
    for name in names:
        save(folder / "album" / name, size=(9, 12))
    assert srcnn("upscale", "album", *BICUBIC, "--in-place").code == 0
    assert tree(folder / "album") == names
    assert {what_is(folder / "album" / name)[2] for name in names} == {(36, 27)}


@pytest.mark.parametrize(
    "words",
    [
        ("photo.png", "-o", "photo.png"),
        (".", "-o", ".", "--suffix", ""),
        (".", "--suffix", ""),
        ("photo.png", "-o", "hard.png"),
        ("photo.png", "-o", "soft.png"),
        ("soft.png", "-o", "photo.png"),
        ("hard.png", "-o", "sub/../photo.png"),
    ],
    ids=str,
)
def test_a_source_is_not_replaced(srcnn: Srcnn, photo: Path, words: tuple[str, ...]) -> None:
    """Not by --overwrite, and not under another of its names."""
    photo.with_name("hard.png").hardlink_to(photo)
    photo.with_name("soft.png").symlink_to(photo)
    photo.with_name("sub").mkdir()
    before = photo.read_bytes()
    if "-o" in words and words[0] == ".":
        photo.with_name("hard.png").unlink()
        photo.with_name("soft.png").unlink()
    ran = srcnn("upscale", *words, *BICUBIC, "--overwrite")
    assert ran.code == 2, ran.err
    assert "is a source" in ran.error
    assert photo.read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [("--output", "out"), ("--format", "jpg"), ("--suffix", "_large"), ("--skip-existing",)],
    ids=" ".join,
)
def test_in_place_goes_with_no_other_place(
    srcnn: Srcnn, photo: Path, words: tuple[str, ...]
) -> None:
    before = photo.read_bytes()
    ran = srcnn("upscale", photo, *BICUBIC, "--in-place", *words)
    assert ran.code == 2
    assert f"--in-place: cannot be combined with {words[0]}" in ran.error
    assert photo.read_bytes() == before

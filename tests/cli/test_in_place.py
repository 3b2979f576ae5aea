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


def test_in_place_is_what_the_file_is_not_what_it_is_called(srcnn: Srcnn, folder: Path) -> None:
    """Alpha and frames would be lost in the format of the suffix, with no original left."""
    save(folder / "really.png", "rgba").rename(folder / "a.jpg")
    assert srcnn("upscale", "a.jpg", "--in-place", *BICUBIC).code == 0
    assert what_is(folder / "a.jpg")[:2] == ("PNG", "RGBA")


@pytest.mark.parametrize("suffix", ["bmp", "gif", "ppm"])
def test_no_place_for_what_holds_no_mark(srcnn: Srcnn, folder: Path, suffix: str) -> None:
    """A second run would enlarge it again."""
    before = save(folder / f"a.{suffix}").read_bytes()
    ran = srcnn("upscale", f"a.{suffix}", "--in-place", *BICUBIC)
    assert ran.code == 2
    assert "holds no mark" in ran.error
    assert (folder / f"a.{suffix}").read_bytes() == before


def test_a_list_is_gone_through_again(srcnn: Srcnn, folder: Path) -> None:
    """Results of an earlier run are skipped; stdin is an error."""
    for name in "ab":
        save(folder / f"{name}.png")
    (folder / "list.txt").write_text("a.png\nb.png\n")
    words = ("--list", "list.txt", "--in-place", *BICUBIC)
    assert srcnn("upscale", *words).code == 0
    once = (folder / "a.png").read_bytes()
    assert srcnn("upscale", *words).code == 0
    assert (folder / "a.png").read_bytes() == once
    (folder / "list.txt").write_text("-\n")
    ran = srcnn("upscale", *words, stdin=once)
    assert (ran.code, tree(folder)) == (2, {"a.png", "b.png", "list.txt"})


@pytest.mark.parametrize(
    "words",
    [
        ("upscale", "hard.png", "-o", "out.png", *BICUBIC, "--json", "a.png"),
        ("upscale", "a.png", "-o", "out.png", *BICUBIC, "--json", "hard.png"),
        ("upscale", "--list", "list.txt", "-o", "out", *BICUBIC, "--json", "list.txt"),
        ("upscale", "--list", "list.txt", "-o", "out", *BICUBIC, "--json-lines", "list.txt"),
        ("models", "--of", "a.png", "--json", "a.png"),
        ("models", "--of", "a.png", "--json", "hard.png"),
    ],
    ids=" ".join,
)
def test_no_report_lies_over_what_is_read(
    srcnn: Srcnn, folder: Path, words: tuple[str, ...]
) -> None:
    save(folder / "a.png")
    (folder / "hard.png").hardlink_to(folder / "a.png")
    (folder / "list.txt").write_text("a.png\n")
    before = {name: (folder / name).read_bytes() for name in ("a.png", "hard.png", "list.txt")}
    ran = srcnn(*words)
    assert ran.code == 2, ran.err
    assert {name: (folder / name).read_bytes() for name in before} == before

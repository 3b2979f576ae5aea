"""Many pictures: folders, several sources, existing destinations."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from srcnn.images.encode import Extent, write_picture

from .conftest import Srcnn, pixels, save, tree, what_is

BICUBIC = ("-m", "bicubic")


@pytest.fixture
def album(folder: Path) -> Path:
    """Pictures at two levels, and what is none."""
    for name in ("a.png", "b.jpg", "sub/a.png", "sub/deep/c.webp"):
        save(folder / "album" / name, size=(9, 12))
    (folder / "album" / "notes.txt").write_text("no picture")
    (folder / "album" / ".hidden.png").write_text("no picture")
    return folder / "album"


def test_folder(srcnn: Srcnn, album: Path) -> None:
    """Without -r, the pictures of the folder itself; the source's folder is not touched."""
    before = tree(album)
    assert srcnn("upscale", "album", "-o", "out", *BICUBIC).code == 0
    assert tree(Path("out")) == {"a_x3.png", "b_x3.jpg"}
    assert tree(album) == before


def test_recursive_keeps_the_tree(srcnn: Srcnn, album: Path) -> None:
    assert srcnn("upscale", "album", "-r", "-o", "out", *BICUBIC, "--suffix", "").code == 0
    assert tree(Path("out")) == {"a.png", "b.jpg", "sub/a.png", "sub/deep/c.webp"}
    for path in Path("out").rglob("?.*"):
        assert what_is(path)[2] == (36, 27)


def test_recursive_beside_the_sources(srcnn: Srcnn, album: Path) -> None:
    before = tree(album)
    assert srcnn("upscale", "album", "-r", *BICUBIC).code == 0
    made = {"a_x3.png", "b_x3.jpg", "sub/a_x3.png", "sub/deep/c_x3.webp"}
    assert tree(album) == before | made


@pytest.mark.parametrize("flag", ["--skip-existing", "--overwrite"])
def test_a_second_run_takes_no_results_for_sources(srcnn: Srcnn, album: Path, flag: str) -> None:
    """Results lie beside the sources; running again makes no results of results."""
    assert srcnn("upscale", "album", *BICUBIC).code == 0
    after = tree(album)
    assert srcnn("upscale", "album", *BICUBIC, flag).code == 0
    assert tree(album) == after


def test_two_of_a_folder_for_one_file(srcnn: Srcnn, folder: Path) -> None:
    """None is dropped for the other."""
    for name in ("a.png", "a.webp"):
        save(folder / name)
    words = ("--suffix", "", "--format", "png", "-o", "out")
    ran = srcnn("upscale", folder, *BICUBIC, *words)
    assert ran.code == 2
    assert "both" in ran.error


def test_an_explicit_result_is_a_source(srcnn: Srcnn, photo: Path) -> None:
    assert srcnn("upscale", photo, *BICUBIC, "-s", 2).code == 0
    ran = srcnn("upscale", "photo_x2.png", *BICUBIC, "-s", 2)
    assert ran.code == 0
    assert tree(photo.parent) == {"photo.png", "photo_x2.png", "photo_x2_x2.png"}


def test_files_and_folders_together(srcnn: Srcnn, album: Path, photo: Path) -> None:
    assert srcnn("upscale", photo, "album", "-o", "out", *BICUBIC).code == 0
    assert tree(Path("out")) == {"photo_x3.png", "a_x3.png", "b_x3.jpg"}


@pytest.mark.parametrize("empty", ["no pictures", "no folder below"])
def test_folder_without_pictures(srcnn: Srcnn, folder: Path, empty: str) -> None:
    (folder / "empty").mkdir()
    if empty == "no folder below":
        save(folder / "empty" / "below" / "x.png")  # not without -r
    ran = srcnn("upscale", "empty", *BICUBIC)
    assert ran.code == 2
    assert "contains no images" in ran.error


def test_one_bad_source_stops_nobody(srcnn: Srcnn, album: Path) -> None:
    """Exit 1; the others are done, the failure is on stderr and in the JSON."""
    (album / "aa.png").write_text("no picture")
    ran = srcnn("upscale", album / "a.png", album / "aa.png", album / "b.jpg", "missing.png",
                "-o", "out", *BICUBIC, "--json", "-")  # fmt: skip
    assert ran.code == 1
    assert tree(Path("out")) == {"a_x3.png", "b_x3.jpg"}
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 2
    assert "aa.png" in errors[0]
    assert "missing.png" in errors[1]
    assert "2 of 4 failed" in ran.err
    assert "Traceback" not in ran.err
    results = ran.json()["results"]
    assert [result["ok"] for result in results] == [True, False, True, False]
    assert [f"error: {result['error']}" for result in results if not result["ok"]] == errors


def test_a_bug_in_one_picture_stops_nobody(
    srcnn: Srcnn, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(file: Any, pages: Any, *arguments: Any) -> None:
        if arguments[-1] == Extent.of([(27, 27)]):
            raise RuntimeError("a bug")
        write_picture(file, pages, *arguments)

    save(album / "bug.png", size=(9, 9))
    monkeypatch.setattr("srcnn.images.encode.write_picture", broken)
    ran = srcnn("upscale", "album", "-o", "out", *BICUBIC)
    assert ran.code == 1
    assert tree(Path("out")) == {"a_x3.png", "b_x3.jpg"}
    assert "error: album/bug.png: RuntimeError: a bug" in ran.err


def test_all_of_several_fail(srcnn: Srcnn, folder: Path) -> None:
    ran = srcnn("upscale", "x.png", "y.png", *BICUBIC)
    assert ran.code == 1
    assert tree(folder) == set()


@pytest.mark.parametrize("recursive", [[], ["-r"]])
def test_two_sources_for_one_destination(srcnn: Srcnn, album: Path, recursive: list[str]) -> None:
    """Found before work starts, even when the first could have been done."""
    sources = [album / "a.png", album / "sub" / "a.png"] if not recursive else [album, album]
    ran = srcnn("upscale", *sources, *recursive, "-o", "out", *BICUBIC)
    assert ran.code == 2
    assert "both" in ran.error
    assert not Path("out").exists()


def test_same_stem_different_format(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "a.png")
    save(folder / "a.jpg")
    ran = srcnn("upscale", "a.png", "a.jpg", "--format", "webp", *BICUBIC)
    assert ran.code == 2
    assert tree(folder) == {"a.png", "a.jpg"}


def test_file_for_several_sources(srcnn: Srcnn, album: Path, photo: Path) -> None:
    """An existing file is not a folder to write into: nothing is started."""
    ran = srcnn("upscale", "album", "-o", photo, *BICUBIC)
    assert ran.code == 2
    assert "photo.png" in ran.error


def test_stdout_for_several(srcnn: Srcnn, album: Path) -> None:
    ran = srcnn("upscale", "album", "-o", "-", *BICUBIC)
    assert ran.code == 2
    assert "stdout" in ran.error


def test_overwrite(srcnn: Srcnn, photo: Path) -> None:
    there = photo.with_name("photo_x3.png")
    there.write_bytes(b"mine")
    there.chmod(0o640)
    assert srcnn("upscale", photo, "--overwrite", *BICUBIC).code == 0
    assert pixels(there).shape == (123, 90, 3)
    assert there.stat().st_mode & 0o777 == 0o640


def test_one_existing_stops_all_before_work(srcnn: Srcnn, album: Path) -> None:
    (album / "b_x3.jpg").write_bytes(b"mine")
    ran = srcnn("upscale", album / "a.png", album / "b.jpg", *BICUBIC)
    assert ran.code == 2
    assert not (album / "a_x3.png").exists()
    assert (album / "b_x3.jpg").read_bytes() == b"mine"


def test_skip_existing(srcnn: Srcnn, album: Path) -> None:
    (album / "b_x3.jpg").write_bytes(b"mine")
    ran = srcnn("upscale", album / "a.png", album / "b.jpg", "--skip-existing", *BICUBIC)
    assert ran.code == 0
    assert pixels(album / "a_x3.png").shape == (27, 36, 3)
    assert (album / "b_x3.jpg").read_bytes() == b"mine"
    assert "b_x3.jpg" not in ran.err
    assert ran.err.splitlines()[-1].startswith("1 of 2 done, 1 skipped: ")


@pytest.mark.parametrize("source", ["album", "album/a.png"])
def test_all_there_already(srcnn: Srcnn, album: Path, source: str) -> None:
    """Nothing is left to do: that is not a failure, and a line says so."""
    assert srcnn("upscale", source, *BICUBIC).code == 0
    times = {path: path.stat().st_mtime_ns for path in album.iterdir()}
    ran = srcnn("upscale", source, *BICUBIC, "--skip-existing")
    number = 2 if source == "album" else 1
    left_out = "left out, not images: 1 (notes.txt)\n" if source == "album" else ""
    said = f"{left_out}nothing to do: {number} of {number} skipped (destination exists)\n"
    assert (ran.code, ran.err) == (0, said)
    assert {path: path.stat().st_mtime_ns for path in album.iterdir()} == times
    assert srcnn("upscale", source, *BICUBIC, "--skip-existing", "--quiet").err == ""


def test_a_summary_of_several(srcnn: Srcnn, album: Path) -> None:
    """Nothing of the kind for one picture, or when quiet."""
    (album / "c.png").write_bytes(b"no picture")
    ran = srcnn("upscale", "album", *BICUBIC, "-s", 2)
    *_, last = ran.err.splitlines()
    assert last.startswith("2 of 3 done, 1 of 3 failed: 0.0 megapixels in ")
    assert "done" not in srcnn("upscale", album / "a.png", *BICUBIC).err
    assert (
        srcnn("upscale", album / "a.png", album / "b.jpg", "-s", 4, *BICUBIC, "--quiet").err == ""
    )


def test_one_left_of_several_is_still_several(srcnn: Srcnn, album: Path) -> None:
    (album / "b_x3.jpg").write_bytes(b"mine")
    ran = srcnn("upscale", album / "b.jpg", "missing.png", "--skip-existing", *BICUBIC)
    assert ran.code == 1


def test_dry_run_writes_nothing(srcnn: Srcnn, album: Path, weights: Path) -> None:
    before = tree(album.parent)
    ran = srcnn("upscale", "album", "-r", "-o", "out/new", "-m", weights, "--dry-run")
    assert ran.code == 0
    assert tree(album.parent) == before
    assert not Path("out").exists()
    lines = ran.out.decode().splitlines()
    assert len(lines) == 5
    assert all(": 36 x 27, x3, " in line and line.endswith(" s") for line in lines[:4])
    assert "album/a.png -> out/new/a_x3.png" in lines[0]
    assert lines[4].startswith("4 of 4 images: 0.0 megapixels, ")


@pytest.mark.parametrize(
    ("scale", "networks"), [("2.5", "x3"), ("6", "x3 then x2"), ("1.01", "no network")]
)
def test_dry_run_names_the_networks(srcnn: Srcnn, album: Path, scale: str, networks: str) -> None:
    ran = srcnn("upscale", album / "a.png", "-s", scale, "-m", "srcnn-915", "--dry-run")
    assert f", {networks}, " in ran.out.decode()


def test_dry_run_names_what_would_be_skipped(srcnn: Srcnn, album: Path) -> None:
    (album / "a_x3.png").write_bytes(b"mine")
    ran = srcnn("upscale", "album", *BICUBIC, "--dry-run", "--skip-existing")
    lines = ran.out.decode().splitlines()
    assert lines[0] == "album/a.png -> album/a_x3.png: destination exists"
    assert lines[2].startswith("1 of 2 images: ")
    assert ran.err == ""


def test_dry_run_of_a_name_that_is_no_text(
    srcnn: Srcnn, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names of files are bytes; a strict stdout must not stop the others."""
    odd = Path(os.fsdecode(b"\xff.png"))
    photo.rename(odd)
    strict = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="strict")
    monkeypatch.setattr(sys, "stdout", strict)
    assert srcnn("upscale", odd, *BICUBIC, "--dry-run").code == 0
    strict.flush()
    assert isinstance(strict.buffer, io.BytesIO)
    assert b"_x3.png: 90 x 123" in strict.buffer.getvalue()
    assert srcnn("upscale", odd, *BICUBIC, "--quiet").code == 0
    assert tree(photo.parent) == {str(odd), os.fsdecode(b"\xff_x3.png")}


def test_dry_run_finds_what_is_wrong(srcnn: Srcnn, photo: Path, weights: Path) -> None:
    assert srcnn("upscale", "gone.png", "-m", weights, "--dry-run").code == 3
    assert srcnn("upscale", photo, "-m", "gone.onnx", "--dry-run").code == 6
    assert srcnn("upscale", photo, "-m", weights, "--dry-run", "--max-pixels", 9).code == 4

"""``--json``, ``--json-lines`` and ``--list``: names in, results out, one after the other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Srcnn, save, tree

BICUBIC = ("-m", "bicubic")


@pytest.mark.parametrize("target", ["-", "made/lines.jsonl"])
def test_json_lines(srcnn: Srcnn, folder: Path, target: str) -> None:
    """The rows of ``--json``, one a line, in the order of the names."""
    for name in "abc":
        save(folder / f"in/{name}.png")
    (folder / "in/bad.png").write_bytes(b"no picture")
    words = ("upscale", "in", "-o", "out", *BICUBIC)
    ran = srcnn(*words, "--json-lines", target, "--json", "all.json")
    assert ran.code == 1
    text = ran.out.decode() if target == "-" else Path(target).read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    assert rows == json.loads(Path("all.json").read_text())["results"]
    assert [Path(row["source"]).stem for row in rows] == ["a", "b", "bad", "c"]


def test_lines_are_there_before_the_last_picture(folder: Path) -> None:
    for k in range(3):
        save(folder / f"in/{k}.png")
    command = [sys.executable, "-m", "srcnn", "upscale", "in/0.png", "in/1.png", "-o", "out/"]
    command += [*BICUBIC, "--json-lines", "-", "--json", "all.json", "--list", "more"]
    Path("more").write_text("-\n")  # stdin, which comes last and waits
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        for k in range(2):
            assert json.loads(process.stdout.readline())["source"] == f"in/{k}.png"
        assert process.poll() is None
        process.stdin.write(Path("in/2.png").read_bytes())
        process.stdin.close()
        assert json.loads(process.stdout.readline())["source"] == "-"
        assert process.wait(60) == 0


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "-", "--json-lines", "-"),
        ("--json", "-", "--json-lines", "-"),
        ("--json", "r.json", "--json-lines", "./r.json"),
        ("--json-lines", "a.png"),
        ("--json-lines", "a_x3.png"),
    ],
)
def test_two_for_one_place(srcnn: Srcnn, folder: Path, words: tuple[str, ...]) -> None:
    before = save(folder / "a.png").read_bytes()
    ran = srcnn("upscale", "a.png", *BICUBIC, *words)
    assert (ran.code, ran.out) == (2, b"")
    assert ran.error
    assert tree(folder) == {"a.png"}
    assert (folder / "a.png").read_bytes() == before


def test_lines_that_cannot_be_written(srcnn: Srcnn, folder: Path) -> None:
    save(folder / "a.png")
    ran = srcnn("upscale", "a.png", *BICUBIC, "--json-lines", "a.png/lines")
    assert ran.code == 5
    assert tree(folder) == {"a.png"}


@pytest.mark.parametrize("listed", ["names", "-"])
def test_list(srcnn: Srcnn, folder: Path, listed: str) -> None:
    """Files, folders and patterns, as on the command line; empty lines mean nothing."""
    for name in ("a.png", "b c.png", "in/d.png", "in/e.png", "f1.png"):
        save(folder / name)
    text = b"\xef\xbb\xbfb c.png\r\n\nin\nf*.png\ngone.png"
    Path("names").write_bytes(text)
    words = ("upscale", "a.png", "--list", listed, "-o", "out", *BICUBIC, "--json", "-")
    ran = srcnn(*words, stdin=text if listed == "-" else b"")
    assert ran.code == 1  # of the last one there is no file
    assert tree(Path("out")) == {f"{name}_x3.png" for name in ("a", "b c", "d", "e", "f1")}
    assert [row["ok"] for row in ran.json()["results"]] == [True] * 5 + [False]
    assert srcnn(*words[:1], "--list", "gone").code == 2
    assert srcnn(*words[:1], "--list", "a.png").code == 1  # names that are none
    Path("names").write_bytes(b"-\na\0b.png\n")
    ran = srcnn("upscale", "--list", "names", "-o", "new", *BICUBIC, stdin=b"")
    assert ran.code == 1
    assert "2 of 2 failed" in ran.err
    assert srcnn("upscale", "-", "--list", "names").code == 2
    assert srcnn("upscale", "-", "--list", "-").code == 2


def test_a_list_alone_names_several(srcnn: Srcnn, folder: Path) -> None:
    """A script need not know how many there are: the output is a folder."""
    save(folder / "a.png")
    Path("names").write_text("a.png\n")
    assert srcnn("upscale", "--list", "names", "-o", "out", *BICUBIC).code == 0
    assert tree(Path("out")) == {"a_x3.png"}
    Path("names").write_text("")
    assert srcnn("upscale", "--list", "names", *BICUBIC).code == 0


@pytest.mark.parametrize("option", ["--json", "--json-lines"])
@pytest.mark.parametrize("target", ["in", "in/a.png/r.json"])
def test_results_that_cannot_be_written_stop_the_work_before_it_starts(
    srcnn: Srcnn, folder: Path, option: str, target: str
) -> None:
    save(folder / "in/a.png")
    before = tree(folder)
    ran = srcnn("upscale", "in/a.png", "-o", "out/", *BICUBIC, option, target)
    assert ran.code == 5
    assert "cannot be written" in ran.err
    assert tree(folder) == before


def test_empty_list(srcnn: Srcnn, folder: Path) -> None:
    (folder / "none.txt").write_text("\n")
    ran = srcnn("upscale", "--list", "none.txt", "-o", "out", "--json", "-")
    assert (ran.code, ran.err.strip()) == (0, "nothing to do: no sources were given")
    assert json.loads(ran.out)["results"] == []

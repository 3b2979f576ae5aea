"""Whoever asks for JSON gets one document, whatever becomes of the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from srcnn.cli.main import app
from srcnn.cli.outcome import asked_for

from ..conftest import EXAMPLE
from .conftest import Srcnn, save, tree

BICUBIC = ("-m", "bicubic")
FAILURES: dict[str, tuple[tuple[str, ...], str, int]] = {
    "mistyped option": (("upscale", "a.png", "--scal", "3"), "UsageError", 2),
    "mistyped verb": (("upscal", "a.png"), "UsageError", 2),
    "no source": (("upscale",), "UsageError", 2),
    "wrong scale": (("upscale", "a.png", "-s", "1"), "UsageError", 2),
    "result is there": (("upscale", "a.png", "-o", "b.png"), "DestinationExists", 2),
    "unknown model": (("upscale", "a.png", "-m", "nobody"), "ModelError", 6),
    "no data set": (("evaluate", "nowhere"), "MissingData", 2),
    "no weights": (("evaluate", "set", "-m", "gone.onnx", "-s", "3"), "ModelError", 6),
    "unknown metric": (("evaluate", "set", "--metrics", "beauty"), "UsageError", 2),
    "nothing to score": (("evaluate", "bad"), "InputError", 3),
    "nothing to compare": (("compare", "gone.png", "-o", "c.html"), "InputError", 3),
    "a small limit": (("compare", "a.png", "-o", "c.html", "--max-pixels", "9"), "LimitError", 4),
    "no mark": (("models", "--of", "a.png"), "InputError", 3),
    "no set": (("data", "verify", "nowhere"), "MissingData", 2),
    "bench": (("bench", "--plot", "a.txt"), "UsageError", 2),
}


@pytest.fixture
def place(folder: Path) -> Path:
    """The current folder, with ``a.png``, ``b.png`` and two data sets."""
    save(folder / "a.png")
    save(folder / "b.png")
    save(folder / "set" / "a.png", size=(60, 60))
    (folder / "bad").mkdir()
    (folder / "bad" / "a.png").write_bytes(b"no picture")
    return folder


def check(document: dict[str, Any], kind: str, code: int, line: str) -> None:
    assert (document["schema"], document["results"]) == (1, [])
    assert (document["kind"], document["code"]) == (kind, code)
    assert line == f"error: {document['error']}\n"


@pytest.mark.parametrize("target", ["-", "new/report.json"])
@pytest.mark.parametrize("case", FAILURES)
def test_a_command_that_fails_as_a_whole(srcnn: Srcnn, place: Path, case: str, target: str) -> None:
    words, kind, code = FAILURES[case]
    before = tree(place)
    ran = srcnn(*words, "--json", target)
    assert ran.code == code
    if target == "-":
        check(ran.json(), kind, code, ran.error)
        assert tree(place) == before
    else:
        assert ran.out == b""
        check(json.loads(Path(target).read_text()), kind, code, ran.error)
        assert tree(place) == before | {target}


def test_every_verb_with_json_is_tried() -> None:
    verbs = {
        name
        for name, verb in app.commands.items()
        if any("--json" in option.opts for one in _all(verb) for option in one.params)
    }
    assert verbs <= {words[0] for words, _, _ in FAILURES.values()}


def _all(verb: Any) -> list[Any]:
    return [verb, *getattr(verb, "commands", {}).values()]


@pytest.mark.parametrize("source", ["gone.png", "bad/a.png"])
def test_a_single_picture_that_fails_has_a_row(srcnn: Srcnn, place: Path, source: str) -> None:
    ran = srcnn("upscale", source, *BICUBIC, "--json", "-")
    (row,) = ran.json()["results"]
    assert (row["kind"], row["code"], row["warnings"], ran.code) == ("InputError", 3, [], 3)


def test_pictures_that_cannot_be_scored_have_kind_and_code(srcnn: Srcnn, place: Path) -> None:
    (place / "set" / "bad.png").write_bytes(b"no picture")
    ran = srcnn("evaluate", "set", *BICUBIC, "--json", "-")
    assert ran.code == 1
    document = ran.json()
    (error,) = document["errors"]
    assert (error["source"], error["kind"], error["code"]) == ("set/bad.png", "InputError", 3)
    assert document["failures"] == [error["error"]]
    assert document["warnings"] == []
    assert len(document["results"]) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("upscale", "a.png", "--nope", "--json", "a.png"),
        ("upscale", "a.png", "-m", "nobody", "--json", "a_x3.png"),
        ("upscale", "a.png", *BICUBIC, "--json", "a_x3.png"),
        ("upscale", "a.png", *BICUBIC, "--json", "bad/a.png"),
        ("evaluate", "set", "--nope", "--json", "notes.txt"),
        ("evaluate", "set", "--nope", "--json", "set"),
        ("evaluate", "nowhere", "--json", "w.onnx"),
    ],
)
def test_no_document_takes_the_place_of_anything_else(
    srcnn: Srcnn, place: Path, words: tuple[str, ...]
) -> None:
    """A command line that is wrong has not been checked either."""
    (place / "notes.txt").write_text("{ mine }")
    (place / "w.onnx").write_bytes(b"weights")
    before = {name: (place / name).read_bytes() for name in tree(place)}
    if words[-1] == "bad/a.png":
        before[words[-1]] = b""
        (place / words[-1]).write_bytes(EXAMPLE.read_bytes())
        before[words[-1]] = EXAMPLE.read_bytes()
        words = (*words[:-2], "-s", "0", *words[-2:])
    assert srcnn(*words).code == 2
    assert {name: (place / name).read_bytes() for name in tree(place)} == before


def test_an_earlier_document_is_replaced(srcnn: Srcnn, place: Path) -> None:
    for words in (("upscale", "a.png", *BICUBIC), ("upscale", "a.png", "--nope")) * 2:
        ran = srcnn(*words, "--overwrite", "--json", "r.json")
        document = json.loads(Path("r.json").read_text())
        assert document.get("code") == (2 if ran.code else None)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("upscale a.png --json r.json", "r.json"),
        ("upscale --json=r.json a.png", "r.json"),
        ("upscale --json x --json -", "-"),
        ("upscale a.png --json", None),
        ("upscale a.png --json --quiet", None),
        ("upscale -- --json r.json", None),
        ("upscale --json=", None),
        ("", None),
    ],
)
def test_where_a_document_is_asked_for(words: str, target: str | None) -> None:
    assert asked_for(words.split()) == target


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("upscale", "a.png", *BICUBIC), 5),
        (("upscale", "a.png", "-m", "nobody"), 6),
        (("models",), 5),
        (("evaluate", "set", *BICUBIC), 5),
        (("evaluate", "set", "--nope"), 2),
    ],
    ids=lambda value: str(value),
)
@pytest.mark.parametrize("how", ["file", "stdout"])
def test_a_full_disk_is_one_line(place: Path, words: tuple[str, ...], code: int, how: str) -> None:
    target = "/dev/full" if how == "file" else "-"
    command = [sys.executable, "-m", "srcnn", *words, "--quiet", "--json", target]
    with Path("/dev/full").open("w") as full:
        out = full if how == "stdout" else subprocess.DEVNULL
        ran = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == code
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stderr.startswith("error: ")


def test_an_interrupted_command_has_a_document(
    srcnn: Srcnn, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("srcnn.evaluation.report.make_report", interrupted)
    ran = srcnn("evaluate", "set", *BICUBIC, "--json", "-")
    assert (ran.code, ran.json()["code"], ran.json()["kind"]) == (130, 130, "Stopped")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
@pytest.mark.parametrize("line", [["models"], ["--version"], ["upscale", "-h"], ["data", "list"]])
def test_text_that_stdout_does_not_take_is_an_error_of_stdout(line: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "srcnn", *line]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 5
    assert ran.stderr == "error: stdout: cannot be written (No space left on device)\n"

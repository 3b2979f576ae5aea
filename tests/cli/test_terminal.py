"""Every verb on a terminal: progress is drawn in place, and shares its line with nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from srcnn.terminal import fitting, width

from ..support.terminal import COLUMNS, DRAWN, check, on_a_terminal
from .conftest import save

BICUBIC = ("-m", "bicubic")
TINY = ("steps=60", "n=[4,3]", "batch=2", "patch=24", "precision=fp32", "held_back=1")
SETTINGS = [part for setting in TINY for part in ("--set", setting)]


@pytest.fixture
def place(folder: Path) -> Path:
    """The current folder, with pictures of long names, one of which cannot be read."""
    for k in range(4):
        save(folder / "set" / f"{k}{'-long' * 12}.png", size=(90, 90))
        save(folder / "large" / f"{k}.png", size=(240, 240))
    (folder / "set" / "bad.png").write_bytes(b"no picture")
    return folder


TRAIN = ("train", "set", "--run", "run", *SETTINGS)
COMMANDS: dict[str, tuple[tuple[str, ...], int, str, str]] = {
    "upscale": (
        ("upscale", "large", "set", "-s", "4", *BICUBIC, "-o", "out"),
        1,
        "%",
        "8 of 9 done",
    ),
    "upscale, lines": (
        ("upscale", "large", "-s", "4", *BICUBIC, "-o", "out", "--json-lines", "-"),
        *(0, "%", '"source": "large/3.png"'),
    ),
    "upscale, verbose": (
        ("upscale", "large", "-s", "3", "-m", "srcnn-915", "-o", "out", "--verbose"),
        *(0, "%", "4 of 4 done"),
    ),
    "evaluate": (("evaluate", "set", *BICUBIC), 1, "scoring set/", "error: set/bad.png"),
    "compare": (
        ("compare", "large/0.png", *BICUBIC, "-o", "c.html"),
        *(0, "comparing large/0.png", "c.html: "),
    ),
    "train": ((*TRAIN, "--set", "scores=[large]"), 0, "step ", "large: "),
}


@pytest.mark.parametrize("verb", COMMANDS)
def test_progress_shares_its_line_with_nothing(place: Path, verb: str) -> None:
    words, code, drawn, said = COMMANDS[verb]
    ended, shown = on_a_terminal(COLUMNS, *words)
    assert ended == code, shown
    check(shown)
    assert any(drawn in line for line in DRAWN.findall(shown)), shown
    assert said in re.sub(r"\r[^\r\n]*\x1b\[K", "", shown).replace("\r", ""), shown
    if verb == "train":
        assert any(line.startswith("scoring large") for line in DRAWN.findall(shown))


def test_an_interrupted_training(place: Path) -> None:
    code, shown = on_a_terminal(COLUMNS, *TRAIN, "--set", "steps=20000", stop_at="step ")
    assert code == 130
    check(shown)
    lines = [re.sub(r".*\x1b\[K", "", line) for line in shown.replace("\r\n", "\n").split("\n")]
    assert any(line.startswith("stopped after step") for line in lines)
    assert lines[-2:] == ["interrupted; finished results are kept", ""]


@pytest.mark.parametrize("wrong", ["\rstep 1\x1b[Kerror\n", "\rstep 1\x1b[K\n", "\rstep 1\x1b[K"])
def test_the_check_finds_what_it_looks_for(wrong: str) -> None:
    with pytest.raises(AssertionError):
        check(wrong)
    check("\rstep 1\x1b[K\rstep 2\x1b[K\r\x1b[Kerror\n\r\x1b[Kdone\r\n")


@pytest.mark.parametrize("text", ["short", "x" * 300, "写真" * 40, "a\nb\033[31m" * 20])
@pytest.mark.parametrize("cells", [0, 2, 10, 59])
def test_a_line_is_no_wider_than_the_terminal(text: str, cells: int) -> None:
    line = fitting(text, cells)
    assert width(line) <= cells
    assert line.isprintable()
    assert cells < 59 or line[-1] == (text[-1] if text[-1] != "\033" else "?")

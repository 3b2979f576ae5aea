"""Every block of README and docs runs as it stands there.

What takes hours or a network runs as its dry run, or is read by its verb only: `INSTEAD` says which and
why. All else runs, in a folder that holds what the pages speak of.
"""

from __future__ import annotations

import io
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from srcnn.cli.main import app
from srcnn.errors import SrcnnError
from srcnn.training.recipe_file import make_recipe

from .cli.conftest import Ran, Srcnn, srcnn  # noqa: F401 - a fixture
from .conftest import ROOT
from .support.pages import blocks, enter_copy, make_checkout

DRY = "--dry-run"
READ = "read only"
OUTSIDE = "not a command of srcnn"
INSTEAD = {
    "srcnn data fetch": (READ, "needs the network"),
    "srcnn data verify": (READ, "compares with the published files"),
    "srcnn train": (DRY, "takes minutes to hours"),
    "srcnn experiment": (READ, "takes hours"),
    "srcnn bench": (READ, "takes minutes on an idle machine"),
    "srcnn evaluate set5 -m sparse-coding": (READ, "learns from t91 for minutes"),
    "srcnn compare examples/dog.png -m a+": (READ, "learns from t91 for minutes"),
    "srcnn serve": (READ, "runs until it is stopped; tests/serve calls it"),
    "srcnn upscale s3://": (READ, "needs a store; tests/bulk has one"),
    "npm": (OUTSIDE, "tests/serve fetches the package"),
    "tar": (OUTSIDE, "tests/serve unpacks the package"),
    "pip": (OUTSIDE, "the gate runs the README's lines in fresh environments"),
    "pytest": (OUTSIDE, "the gate runs it"),
    "scripts/check": (OUTSIDE, "the gate runs it"),
    "scripts/site": (OUTSIDE, "the gate builds it"),
    "torchrun": (OUTSIDE, "tests/training starts processes of its own"),
    "python scripts/": (OUTSIDE, "makes what is committed, from a finished run or an idle machine"),
}


ONE_SCRIPT = "docs/learn.md"
"""A page whose Python blocks belong together and train for minutes: tests/test_learn.py runs them."""
HOW_TO = "docs/how-to/"
"""Pages whose Python blocks are whole programs: tests/test_how_to.py runs them."""


def commands(text: str) -> Iterator[str]:
    """Every command of a block, as a shell would see it."""
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        start = 0
        for end in (*(k for k, word in enumerate(words) if word == "&&"), len(words)):
            if words[start:end]:
                yield shlex.join(words[start:end])
            start = end + 1


PAGE_OF = {line: page for page, text in blocks("sh") for line in commands(text)}
"""A page for each line; what several pages show is tried once."""
COMMANDS = sorted((page, line) for line, page in PAGE_OF.items())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with a user's files in it, and data sets of a few small pictures."""
    return make_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture
def checkout(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, as the current folder."""
    return enter_copy(place, tmp_path / "checkout", monkeypatch)


def way(line: str) -> str:
    """How a command is tried, by the longest entry of `INSTEAD` that it begins with."""
    found = [start for start in INSTEAD if line.startswith(start)]
    return INSTEAD[max(found, key=len)][0] if found else "run"


def test_the_files_that_contributing_names_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`((?:src|tests|scripts|recipes|experiments|docs)/[\w./-]*)`", text))
    assert len(names) > 30
    assert [name for name in sorted(names) if not (ROOT / name).exists()] == []


QUOTED = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def test_the_messages_of_troubleshooting_are_those_of_the_code() -> None:
    """What stands in the first column of a table occurs in a string of the code."""
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    page = page[page.index("## Pictures") :]
    files = sorted((ROOT / "src" / "srcnn").rglob("*.py"))
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert len(QUOTED.findall(page)) > 15
    assert [text for text in QUOTED.findall(page) if text not in code] == []


def test_nothing_is_replaced_that_no_page_shows() -> None:
    lines = [line for _, line in COMMANDS]
    assert [start for start in INSTEAD if not any(line.startswith(start) for line in lines)] == []
    assert sum(way(line) == "run" for line in lines) > len(lines) / 3


@pytest.mark.slow
@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[line for _, line in COMMANDS])
def test_commands(srcnn: Srcnn, checkout: Path, page: str, line: str) -> None:  # noqa: F811
    how = way(line)
    words = shlex.split(line)
    if how == OUTSIDE:
        assert words[0] != "srcnn"
        if words[0] == "python":
            assert (ROOT / words[1]).exists()
        return
    assert words.pop(0) == "srcnn"
    if how == READ:
        command: click.Command = app
        while isinstance(command, click.Group):
            command = command.commands[words.pop(0)]
        command.make_context("srcnn", words)
        return
    if "theirs.onnx" in words and words[0] == "upscale":
        assert srcnn(*shlex.split("export -m theirs.pth -s 3 -o theirs.onnx")).code == 0
    if "out/set5_x3/srcnn-915" in words:
        assert srcnn(*shlex.split("evaluate set5 -m srcnn-915 -s 3 --save out")).code == 0
    if "--resume" in words:
        prepare_run(srcnn)
    if any(word.startswith("start=runs/") for word in words):
        prepare_run(srcnn, "runs/first")
    for folder in {Path(word).parent for word in words if word.endswith("/weights.onnx")}:
        if folder.parts[0] == "runs":
            prepare_run(srcnn, str(folder))
    if how == DRY and DRY not in words:
        words.append(DRY)
    ran: Ran = srcnn(*words)
    assert ran.code == 0, ran.err


def prepare_run(srcnn: Srcnn, folder: str = "runs/x3") -> None:  # noqa: F811
    """A finished run of a few steps, to resume and to start from."""
    short = ("steps=2", "validate_every=2", "scores=[]", "batch=2", "held_back=1", "precision=fp32")
    options = [word for change in short for word in ("--set", change)]
    ran = srcnn("train", "my.yaml", "--run", folder, "--quiet", *options)
    assert ran.code == 0, ran.err


PYTHON = [
    (page, text)
    for page, text in blocks("python")
    if page != ONE_SCRIPT and not page.startswith(HOW_TO)
]


@pytest.mark.parametrize(("page", "text"), PYTHON, ids=[page for page, _ in PYTHON])
def test_python(checkout: Path, capsys: pytest.CaptureFixture[str], page: str, text: str) -> None:
    names: dict[str, object] = {"io": io, "os": os}
    exec(compile(text, page, "exec"), names)
    assert names["srcnn"]


RECIPES = [(page, text) for page, text in blocks("yaml") if "\narms:" not in text]


@pytest.mark.parametrize(("page", "text"), RECIPES, ids=[page for page, _ in RECIPES])
def test_recipes(checkout: Path, page: str, text: str) -> None:
    import yaml

    try:
        make_recipe(yaml.safe_load(text), (), page)
    except SrcnnError as error:
        pytest.fail(str(error))

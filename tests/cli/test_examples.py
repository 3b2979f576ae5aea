"""The example at the end of every help: it can be copied and pasted."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from srcnn.cli.data import data
from srcnn.cli.main import app
from srcnn.data.catalog import CATALOG
from srcnn.weights.store import shipped

from ..conftest import ROOT
from .conftest import Srcnn, save, what_is

COMMANDS = [app, *app.commands.values(), *data.commands.values()]


@pytest.mark.parametrize("verb", sorted(app.commands))
def test_help_ends_with_an_example(srcnn: Srcnn, verb: str) -> None:
    ran = srcnn(verb, "--help")
    assert (ran.code, ran.err) == (0, "")
    last = ran.out.decode().rstrip().splitlines()[-1].strip()
    assert last.startswith(f"Example:  srcnn {verb} ")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_example_can_be_pasted(command: click.Command) -> None:
    """In a checkout: the command takes each word, and what is read is there, shipped or fetched by name."""
    assert command.epilog is not None
    name, *words = shlex.split(command.epilog.partition("Example:")[2])
    assert name == "srcnn"
    chosen: click.Command = app
    while isinstance(chosen, click.Group):
        chosen = chosen.commands[words.pop(0)]
    assert command in (app, data, chosen)
    given = chosen.make_context("srcnn", words).params
    files = [*given.get("sources", ()), given.get("image"), given.get("recipe")]
    if "name" in given:
        files.append(f"experiments/{given['name']}.yaml")
    assert all((ROOT / file).is_file() for file in files if file is not None)
    models = {*given.get("models", ()), given.get("model")} - {None}
    assert models <= {model for model, _ in shipped()}
    assert {*given.get("datasets", ()), *given.get("names", ())} <= set(CATALOG)
    assert given.get("data_root") is None


@pytest.mark.usefixtures("shipped")
def test_the_example_of_upscale_works(srcnn: Srcnn, folder: Path) -> None:
    """Copied from the help and pasted."""
    (folder / "examples").mkdir()
    save(folder / "examples" / "dog.png")
    example = srcnn("upscale", "--help").out.decode().rsplit("Example:", 1)[1]
    words = shlex.split(example)
    assert words[0] == "srcnn"
    assert srcnn(*words[1:]).code == 0
    assert what_is(Path(words[words.index("-o") + 1]))[2] == (90, 123)

"""The site: its generated pages are complete, its links hold, its drawings are current."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from html import unescape
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_type_hints

import click
import numpy as np
import pytest
from PIL import Image

import srcnn
from srcnn.cli.main import app
from srcnn.training.config import Recipe

from .conftest import ROOT

sys.path += [str(ROOT / "scripts"), str(ROOT / "scripts" / "pages")]

import drawings
from build_site import build
from cli_page import cli_page
from json_page import documents, json_page
from links import broken_links
from recipe_page import recipe_page
from staging import stage


def commands(command: click.Command, path: str = "srcnn") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from commands(child, f"{path} {name}")


COMMANDS = list(commands(app))


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[path for path, _ in COMMANDS])
def test_every_option_is_in_the_section_of_its_command(path: str, command: click.Command) -> None:
    section = re.split(r"^## ", cli_page(), flags=re.MULTILINE)
    (text,) = [part for part in section if part.startswith(f"{path}\n")]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            row = next(line for line in text.splitlines() if f"`{parameter.opts[0]}`" in line)
            for name in (*parameter.opts, *parameter.secondary_opts):
                assert f"`{name}`" in row
            if isinstance(parameter.type, click.Choice):
                for choice in parameter.type.choices:
                    assert str(choice) in text
            assert len(row.split(" | ")[2]) > 5, f"{parameter.opts}: no help"


def keys_of(model: Any) -> set[str]:
    """The keys of a recipe, those of its parts too."""
    found = set()
    for name, info in model.model_fields.items():
        found.add(info.alias or name)
        for part in re.findall(r"srcnn[\w.]+", str(info.annotation)):
            module, _, inner = part.rpartition(".")
            found |= keys_of(getattr(import_module(module), inner))
    return found


def test_every_recipe_key_is_there() -> None:
    page = recipe_page()
    keys = keys_of(Recipe)
    assert {"name", "steps", "jpeg", "hr"} <= keys
    assert [key for key in sorted(keys) if f"\n| `{key}` | " not in page] == []


def test_every_key_of_a_document_is_there() -> None:
    sections = re.split(r"^### ", json_page(), flags=re.MULTILINE)[1:]
    pages = {section.partition("\n")[0]: section for section in sections}
    assert {"ReportDocument", "OutcomeRow", "BenchDocument"} <= documents().keys() == pages.keys()
    for name, document in documents().items():
        type_ = getattr(import_module(document.module), name)
        keys = type_.__required_keys__ | type_.__optional_keys__
        assert [key for key in sorted(keys) if f"\n| `{key}` | " not in pages[name]] == []
        assert keys == get_type_hints(type_).keys()


def test_links_are_rewritten(tmp_path: Path) -> None:
    stage(ROOT, tmp_path / "docs")
    readme = (tmp_path / "docs" / "project" / "readme.md").read_text(encoding="utf-8")
    assert "(../binary.md)" in readme
    assert "(../files/notebooks/srcnn.ipynb)" in readme
    assert (tmp_path / "docs" / "files" / "notebooks" / "srcnn.ipynb").is_file()
    page = (tmp_path / "docs" / "use.md").read_text(encoding="utf-8")
    assert "(project/readme.md#set-up)" in page


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "b.html").write_text('<h1 id="there">b</h1>')
    (tmp_path / "a.html").write_text(
        '<a href="b.html#there"></a><a href="https://example.com/x"></a>'
        '<a href="b.html#gone"></a><img src="gone.png"><script src="https://example.com/x.js"></script>'
    )
    assert list(broken_links(tmp_path)) == [
        "a.html: b.html#gone",
        "a.html: gone.png",
        "a.html: https://example.com/x.js is loaded from elsewhere",
    ]


def test_drawings_are_current(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["drawings.py", str(tmp_path)])
    drawings.main()
    made = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert len(made) == 4
    for path in made:
        committed = ROOT / "docs" / path.relative_to(tmp_path)
        if path.suffix == ".svg":
            assert path.read_text() == committed.read_text()
        else:
            new, old = (
                np.asarray(Image.open(each).convert("RGB"), int) for each in (path, committed)
            )
            assert np.abs(new - old).mean() < 1  # fonts and palettes may differ a little


@pytest.mark.slow
@pytest.mark.skipif(find_spec("zensical") is None, reason="needs the extra docs")
def test_the_site_builds_with_every_public_name_and_argument(tmp_path: Path) -> None:
    build(tmp_path / "site")
    html = (tmp_path / "site" / "reference" / "python.html").read_text(encoding="utf-8")
    text = unescape(re.sub(r"<[^>]+>", "", html))
    for name in srcnn.__all__:
        assert re.search(rf"<h2 id=\"[\w.]*\b{name}\b", html), name
        if name != "__version__":
            for argument in inspect.signature(getattr(srcnn, name)).parameters:
                assert re.search(rf"\b{argument}\b", text), f"{name}: {argument}"

"""The options of all verbs: help texts, choices, and what is valid everywhere."""

from __future__ import annotations

import click
import pytest

from srcnn.cli import options as cli_options
from srcnn.cli.main import app
from srcnn.conversion.size import IfLarger
from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.options import DEVICES


def options(command: click.Command, words: str) -> list[tuple[str, click.Option]]:
    """(verb, option) of a verb and those below it."""
    found = [(words, option) for option in command.params if isinstance(option, click.Option)]
    for name, verb in getattr(command, "commands", {}).items():
        found += options(verb, f"{words} {name}")
    return found


OPTIONS = options(app, "srcnn")


@pytest.mark.parametrize(
    ("words", "option"), OPTIONS, ids=[f"{words} {option.opts[-1]}" for words, option in OPTIONS]
)
def test_every_option_says_its_default(words: str, option: click.Option) -> None:
    """A flag is off, and what is required has none."""
    context = click.Context(click.Command(words), show_default=True)
    record = option.get_help_record(context)
    assert record is not None
    assert record[1]
    assert "<" not in record[0]
    if not (option.is_flag or option.required):
        assert "default: " in record[1]


def test_choices_are_those_of_the_engines() -> None:
    assert ("auto", *BACKENDS) == cli_options.ENGINES
    assert cli_options.DEVICES == DEVICES
    known = {precision for row in BACKENDS.values() for precision in row.precisions}
    assert set(cli_options.PRECISIONS) == {"auto", *known}
    (choice,) = (option.type for _, option in OPTIONS if "--if-larger" in option.opts)
    assert isinstance(choice, click.Choice)
    assert list(choice.choices) == list(IfLarger)

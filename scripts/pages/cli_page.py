"""Write the command-line reference from the click commands themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click
from markdown_text import NOTE, cell, code, escaped, table

from srcnn.cli.main import app

INTRODUCTION = """# Command line

Every command and every option, as `srcnn COMMAND --help` prints them. Exit codes are on the page
[Errors and exit codes](../errors.md).

"""


def cli_page() -> str:
    """Return the page."""
    return NOTE + INTRODUCTION + "\n".join(_sections(app, "srcnn", None))


def _sections(command: click.Command, path: str, parent: click.Context | None) -> Iterator[str]:
    context = command.context_class(
        command, info_name=path.rpartition(" ")[2], parent=parent, **command.context_settings
    )
    yield _section(command, path, context)
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from _sections(child, f"{path} {name}", context)


def _section(command: click.Command, path: str, context: click.Context) -> str:
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    parts = [f"## {path}\n", f"```text\n{usage}\n```\n", *_prose(command.help or "")]
    options = [row for p in command.get_params(context) if (row := _option(p, context))]
    parts.append(table(["Option", "Value", "Meaning", "Default"], options))
    example = re.sub(r"[\b\s]*Example:\s+", "", command.epilog or "")
    return "\n".join([*parts, *([f"Example:\n\n```sh\n{example}\n```\n"] if example else [])])


def _option(parameter: click.Parameter, context: click.Context) -> list[str] | None:
    """Return the row of an option; None for an argument, which the command's text explains."""
    if not isinstance(parameter, click.Option) or parameter.hidden:
        return None
    names = ", ".join(code(name) for name in (*parameter.opts, *parameter.secondary_opts))
    value = "" if parameter.is_flag or parameter.count else parameter.make_metavar(context)
    if isinstance(parameter.type, click.Choice) and value.startswith("["):
        value = ", ".join(code(choice) for choice in parameter.type.choices)
    else:
        value = code(value)
    shown = parameter.get_help_extra(context)
    default = shown.get("default", "").removeprefix("(").removesuffix(")")
    more = "".join(f" ({cell(shown[key])})" for key in ("range", "required") if key in shown)
    return [names, value, cell(parameter.help or "") + more, cell(default)]


def _prose(text: str) -> Iterator[str]:
    """Yield the paragraphs of a help text; those that click does not wrap become blocks."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        fixed = paragraph.strip("\n")
        if fixed.startswith("\b"):
            fixed = fixed.removeprefix("\b").strip("\n")
            yield f"```text\n{fixed}\n```\n"
        elif fixed:
            yield escaped(" ".join(fixed.split())) + "\n"

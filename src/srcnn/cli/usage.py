"""Errors of a command line as one line: what was typed, what is wrong with it, and advice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import click

from srcnn.errors import UsageError, choices

_OTHER_TOOLS = {
    "--cpu": "--device cpu",
    "--cuda": "--device cuda",
    "--dest": "--output",
    "--factor": "--scale",
    "--force": "--overwrite",
    "--fp16": "--precision bf16",
    "--gpu": "--device cuda",
    "--half": "--precision bf16",
    "--jobs": "--threads",
    "--out": "--output",
    "--resize": "--width",
    "--size": "--width",
    "--tile-size": "--tile",
    "--workers": "--threads",
    "-f": "--overwrite",
    "-j": "--threads",
    "-q": "--quiet",
    "-t": "--tile",
    "-v": "--verbose",
    "-y": "--overwrite",
}
"""Options of other tools, with the corresponding option here."""
_NUMBERS = {"integer": "is not a whole number", "float": "is not a number"}


class Verbs(click.Group):
    """Group that lists its commands in the order in which they were added.

    It also recognizes an image given in place of a command.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order in which they were added."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of a word.

        Raises:
            UsageError: If it is unknown.
        """
        word = args[0]
        if self.get_command(ctx, word) is None and not word.startswith("-"):
            raise UsageError(word, "is not a command", _meant(word, self.commands, ctx))
        return super().resolve_command(ctx, args)


def _meant(word: str, verbs: Iterable[str], context: click.Context) -> str:
    """Return a hint about a word that is not a command."""
    from srcnn.cli.jobs import is_folder, split_suffix
    from srcnn.data.folder import is_pattern
    from srcnn.images.formats import SUFFIXES

    is_picture = split_suffix(word)[1].lower() in SUFFIXES
    if context.parent is None and (is_picture or is_folder(word) or is_pattern(word)):
        return f"to enlarge it: srcnn upscale {word}"
    return choices(word, verbs)


def usage_error(error: click.ClickException) -> UsageError:
    """Return an error of click in the form of srcnn's errors."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "srcnn"
    see = f"see {path} --help"
    if isinstance(error, click.NoSuchOption):
        return UsageError(error.option_name, f"is not an option of {path}", _option(error, see))
    if isinstance(error, click.MissingParameter):
        missing = error.param.make_metavar(context) if error.param and context else "an argument"
        if isinstance(error.param, click.Option):
            missing = max(error.param.opts, key=len)
        return UsageError(path, f"{missing} is missing", see)
    if isinstance(error, click.BadOptionUsage):
        return UsageError(error.option_name, "needs a value", f"give it after {error.option_name}")
    if isinstance(error, click.BadParameter) and isinstance(error.param, click.Option):
        return _bad_value(max(error.param.opts, key=len), error, see)
    message = error.format_message().rstrip(".")
    if extra := re.match(r"Got unexpected extra arguments? \((.*)\)", message):
        return UsageError(extra[1], f"is one argument too many for {path}", see)
    return UsageError(path, message[:1].lower() + message[1:], see)


def _words(range_of_click: str) -> str:
    """Return ``1<=x<=100`` as ``1 to 100``."""
    low, _, high = range_of_click.partition("x")
    numbers = low.removesuffix("<=") or high.removeprefix(">="), high.removeprefix("<=")
    return f"{numbers[0]} to {numbers[1]}" if low else f"{numbers[0]} or more"


def _option(error: click.NoSuchOption, see: str) -> str:
    """Return a hint about an unknown option."""
    known = [name for param in error.ctx.command.params for name in param.opts] if error.ctx else []
    other = _OTHER_TOOLS.get(error.option_name, "")
    if other.split(" ")[0] in known:
        return f"use {other}"
    return choices(error.option_name, known, see)


def _bad_value(option: str, error: click.BadParameter, see: str) -> UsageError:
    """Return the error of a value that an option does not accept."""
    message = error.message.rstrip(".")
    if found := re.fullmatch(r"'(.*)' is not a valid (integer|float)(?: range)?", message):
        value, kind = found[1], found[2]
        number = re.search(r"\d+" if kind == "integer" else r"\d+(\.\d+)?", value)
        fix = f"write {option} {number[0]}" if number else see
        return UsageError(f"{option} {value}", _NUMBERS[kind], fix)
    if outside := re.fullmatch(r"(\S+) is not in the range (.*)", message):
        return UsageError(f"{option} {outside[1]}", "is out of range", f"use {_words(outside[2])}")
    kind_of = error.param.type if error.param else None
    if isinstance(kind_of, click.Choice) and (found := re.match(r"'(.*?)' is not", message)):
        known: Sequence[str] = [str(choice) for choice in kind_of.choices]
        return UsageError(f"{option} {found[1]}", "is not a valid value", choices(found[1], known))
    return UsageError(option, message, see)

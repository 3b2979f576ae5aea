"""Options that several commands share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from itertools import chain
from pathlib import Path
from typing import Any

import click

from srcnn.errors import UsageError
from srcnn.terminal import say

ENGINES = ("auto", "onnxruntime", "openvino", "ncnn", "torch")
PRECISIONS = ("auto", "fp32", "bf16")
DEVICES = ("auto", "cpu", "cuda")
"""Choices of `srcnn.engine.options`, repeated here because importing that module is slow."""

_EVERYWHERE = {
    "quiet": "Print only errors and results.",
    "verbose": "Also print which network runs, on which engine and device.",
    "debug": "Print a traceback with each error.",
}

data_root_option = click.option(
    "--data-root",
    type=Path,
    show_default="$SRCNN_DATA, else the cache",
    help="Folder that contains the named data sets.",
)

lr_option = click.option(
    "--lr",
    type=Path,
    metavar="DIR",
    show_default="made from --hr",
    help="Folder of the matching low-resolution images, or of X2, X3 and X4.",
)

Function = Callable[..., Any]


def check_lr(hr: Path | None, lr: Path | None) -> None:
    """Raise `UsageError` for low-resolution files without the images that they belong to."""
    if lr is not None and hr is None:
        raise UsageError("--lr", "needs the high-resolution images", "give them with --hr DIR")


@dataclass
class Voice:
    """How much a command prints. It is the object of the click context.

    Attributes:
        quiet: Whether to print only errors and results.
        verbose: Whether to print more.
        debug: Whether to print a traceback when something fails.
        documented: Whether the requested JSON document has been started or written.
    """

    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    documented: bool = False

    @classmethod
    def current(cls) -> Voice:
        """Return the voice of the command that runs in this thread, or the default one."""
        context = click.get_current_context(silent=True)
        return (context.find_object(cls) if context else None) or cls()


class _LogHandler(logging.Handler):
    """Prints log records like all other messages, which first clears the progress line."""

    def emit(self, record: logging.LogRecord) -> None:
        say(self.format(record))


def _set_voice(context: click.Context, option: click.Parameter, value: bool) -> None:
    if value:
        setattr(context.ensure_object(Voice), str(option.name), True)
        if option.name == "verbose":
            logging.basicConfig(format="%(message)s", handlers=[_LogHandler()])
            logging.getLogger("srcnn").setLevel(logging.INFO)


def everywhere(command: click.Command) -> click.Command:
    """Add ``-h``, ``--quiet``, ``--verbose`` and ``--debug`` to a command and its subcommands."""
    command.params += [
        # Eager, so that they also apply to errors in other options.
        click.Option(
            [f"--{name}"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_set_voice,
            help=text,
        )
        for name, text in _EVERYWHERE.items()
    ]
    # Each command has its own, because click would cache those of the first context that it sees,
    # and a command may be called without its group.
    command.context_settings.update(show_default=True, help_option_names=["-h", "--help"])
    if isinstance(command, click.Group):
        for verb in command.commands.values():
            everywhere(verb)
    return command


def pass_quiet(function: Function) -> Function:
    """Pass ``quiet`` to a command: whether to print only errors and results."""

    @wraps(function)
    def verb(*args: Any, **options: Any) -> Any:
        return function(*args, quiet=Voice.current().quiet, **options)

    return verb


class _Tile(click.ParamType):  # type: ignore[type-arg]  # not generic in click 8.1
    name = "auto|N"

    def convert(
        self, value: object, option: click.Parameter | None, context: click.Context | None
    ) -> int | str:
        if value == "auto":
            return "auto"
        if not str(value).isdecimal():
            self.fail(f"{value} is neither auto nor a whole number of pixels", option, context)
        return int(str(value))


class _Scales(click.ParamType):  # type: ignore[type-arg]  # not generic in click 8.1
    """One integer scale, or several separated by commas; for an option that can be repeated."""

    name = "N[,N...]"

    def convert(
        self, value: object, option: click.Parameter | None, context: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in str(value).split(",")]
        if not all(part.isdecimal() for part in parts):
            self.fail(
                f"{value!r} is neither a whole number such as 3 nor a list such as 2,3,4",
                option,
                context,
            )
        return tuple(map(int, parts))


def scales_option(text: str, default: str) -> Callable[[Function], Function]:
    """Pass ``scales`` to a command: integers, each once, from ``-s 2 -s 3`` or ``-s 2,3``.

    Args:
        text: Help text.
        default: Default, as the help shows it.
    """
    return click.option(
        *("-s", "--scale", "scales"),
        multiple=True,
        type=_Scales(),
        callback=lambda _context, _option, given: tuple(dict.fromkeys(chain(*given))),
        show_default=default,
        help=text,
    )


def engine_options(tiles: bool) -> Callable[[Function], Function]:
    """Pass to a command, as ``how``, the `srcnn.Engine` that its options describe.

    Args:
        tiles: Whether to include options for the size of tiles and the number of threads.
    """
    options = [
        click.option(
            "--engine", type=click.Choice(ENGINES), default="auto", help="Runtime for the network."
        ),
        click.option(
            "--precision",
            type=click.Choice(PRECISIONS),
            default="auto",
            help="Number format of the computation; auto is fp32.",
        ),
        click.option(
            "--device",
            type=click.Choice(DEVICES),
            default="auto",
            help="Device that runs the network; auto is the CPU.",
        ),
        click.option(
            "--tta",
            is_flag=True,
            help="Average over 8 flips and rotations: better, but 8 times as slow.",
        ),
    ]
    if tiles:
        options += [
            click.option(
                "--tile",
                type=_Tile(),
                default="auto",
                help="Side of a tile, in pixels of the network's input.",
            ),
            click.option(
                "--threads",
                type=int,
                show_default="all cores",
                help="Number of threads that run the network.",
            ),
        ]

    def decorate(function: Function) -> Function:
        @wraps(function)
        def verb(*args: Any, **given: Any) -> Any:
            from srcnn.engine.options import engine_of

            names = ["engine", "precision", "device", "tta", *(["tile", "threads"] * tiles)]
            how = engine_of(**{name: given.pop(name) for name in names})
            return function(*args, how=how, **given)

        for option in reversed(options):
            verb = option(verb)
        return verb

    return decorate

"""The entry point: verbs, and errors as one line with the contract's exit code."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from io import TextIOWrapper
from typing import Any

import click
from click.exceptions import Exit

from srcnn import __version__
from srcnn.cli.bench import bench
from srcnn.cli.compare import compare
from srcnn.cli.console import flag, report_error
from srcnn.cli.data import data
from srcnn.cli.evaluate import evaluate
from srcnn.cli.experiment import experiment
from srcnn.cli.export import export
from srcnn.cli.models import models
from srcnn.cli.signals import Signals, Terminated
from srcnn.cli.train import train
from srcnn.cli.upscale import upscale
from srcnn.errors import SrcnnError
from srcnn.terminal import say

_EVERYWHERE = ("--debug", "--verbose", "--quiet")


class _InOrder(click.Group):
    """Shows its verbs in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_InOrder,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    epilog="Example:  srcnn upscale examples/dog.png -s 3",
    context_settings={"show_default": True},
)
@click.option("--version", is_flag=True, help="Show the version.")
@click.option("--debug", is_flag=True, help="Show a traceback when something fails; anywhere.")
@click.option("--verbose", is_flag=True, help="Say more; anywhere.")
@click.option("--quiet", is_flag=True, help="Say less; anywhere.")
@click.pass_context
def app(context: click.Context, version: bool, debug: bool, verbose: bool, quiet: bool) -> None:
    """Super-resolution with the network of Dong, Loy, He and Tang (TPAMI 2016)."""
    if flag("--quiet"):
        context.default_map = _quiet(app)
    if version:
        print(f"srcnn {__version__}")
        raise Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


for verb in (upscale, evaluate, compare, train, export, bench, experiment, models, data):
    app.add_command(verb)


def main() -> int:
    """Run the command line; the exit code is returned."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names need not be text
    # What matters of what libraries say is in our own error lines.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    if flag("--verbose"):
        logging.basicConfig(format="%(message)s")
        logging.getLogger("srcnn").setLevel(logging.INFO)
    try:
        # Not app(), which would end the process by its own rules at a signal or a closed pipe.
        with Signals(), app.make_context("srcnn", _arguments()) as context:
            app.invoke(context)
        return 0
    except Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        report_error(f"{error.format_message().rstrip('.')[:160]}; see srcnn --help")
        return error.exit_code
    except KeyboardInterrupt:
        say("interrupted; what was finished is kept")
        return 130
    except Terminated:
        say("terminated; what was finished is kept")
        return 143
    except BrokenPipeError:
        # Whoever read our output has left; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except SrcnnError as error:
        report_error(error)
        return error.exit_code
    except Exception as error:  # the last resort: a bug must still read as one line
        report_error(f"{type(error).__name__}: {error}")
        return 1


def _quiet(group: click.Group) -> dict[str, Any]:
    """click's defaults by which every verb that can be quiet is."""
    return {
        name: _quiet(command) if isinstance(command, click.Group) else {"quiet": True}
        for name, command in group.commands.items()
    }


def _arguments() -> list[str]:
    """The command line without what is valid everywhere; after ``--`` there are only names."""
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    return [word for word in words[:end] if word not in _EVERYWHERE] + words[end:]

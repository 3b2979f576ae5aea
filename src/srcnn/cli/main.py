"""The entry point: commands, and errors as one line with the contract's exit code."""

from __future__ import annotations

import errno
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from io import TextIOWrapper

import click
from click.exceptions import Exit

from srcnn import __version__
from srcnn.cli.bench import bench
from srcnn.cli.compare import compare
from srcnn.cli.data import data
from srcnn.cli.evaluate import evaluate
from srcnn.cli.experiment import experiment
from srcnn.cli.export import export
from srcnn.cli.models import models
from srcnn.cli.options import Voice, everywhere
from srcnn.cli.outcome import Failure
from srcnn.cli.serve import serve
from srcnn.cli.signals import Signals, Terminated
from srcnn.cli.train import train
from srcnn.cli.upscale import upscale
from srcnn.cli.usage import Verbs, usage_error
from srcnn.errors import OutputError, Stopped
from srcnn.terminal import say

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
"""Errors of a write by which a stream is full, broken or closed."""


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    epilog="Example:  srcnn upscale examples/dog.png -s 3",
)
@click.option("--version", is_flag=True, help="Show the version.")
@click.pass_context
def app(context: click.Context, version: bool) -> None:
    """Upscale images with SRCNN, the network of Dong, Loy, He and Tang (TPAMI 2016)."""
    if version:
        print(f"srcnn {__version__}")
        raise Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


for verb in (upscale, evaluate, compare, train, export, serve, bench, experiment, models, data):
    app.add_command(verb)
everywhere(app)


def main() -> int:
    """Run the command line and return the exit code."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names need not be valid Unicode
    # srcnn's error lines contain the relevant parts of what libraries print.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    voice, words = Voice(), sys.argv[1:]
    try:
        # Not app(), which handles signals and closed pipes in its own way.
        with Signals(), app.make_context("srcnn", [*words], obj=voice) as context:
            app.invoke(context)
        return 0
    except Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        return Failure.of(usage_error(error)).report(words, voice)
    except KeyboardInterrupt:
        return _stopped("interrupted", 130, words, voice)
    except Terminated:
        return _stopped("terminated", 143, words, voice)
    except BrokenPipeError:
        # Nobody reads the output any more, so nothing is reported.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # even a bug is reported as one line
        return Failure.of(_of_stdout(error) or error).report(words, voice)


def _of_stdout(error: Exception) -> OutputError | None:
    """Return the error of stdout if an exception is that it took no more of what was printed.

    Files are written by functions with errors of their own, which name them.
    """
    if not isinstance(error, OSError) or error.filename is not None or error.errno not in _FULL:
        return None
    # Otherwise the interpreter would try to flush the rest at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OutputError("stdout", f"cannot be written ({error.strerror})")


def _stopped(how: str, code: int, words: Sequence[str], voice: Voice) -> int:
    """Report that a signal ended the command, and return the exit code."""
    line = f"{how}; finished results are kept"
    say(line)
    Failure(line, Stopped.__name__, code).write(words, voice)
    return code

"""The entry point: verbs, and errors as one line with the contract's exit code."""

from __future__ import annotations

import logging
import os
import signal
import sys
from io import TextIOWrapper
from types import FrameType
from typing import Annotated

import typer
from typer.exceptions import TyperException

from srcnn import __version__
from srcnn.cli import bench as bench_verb
from srcnn.cli import evaluate as evaluate_verb
from srcnn.cli import export as export_verb
from srcnn.cli import models as models_verb
from srcnn.cli import train as train_verb
from srcnn.cli import upscale as upscale_verb
from srcnn.cli.console import flag, report_error, say
from srcnn.errors import SrcnnError

app = typer.Typer(
    name="srcnn",
    help="Super-resolution with the network of Dong, Loy, He and Tang (TPAMI 2016).",
    epilog="Example:  srcnn upscale examples/dog.png -s 3",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for verb in (
    upscale_verb.upscale,
    evaluate_verb.evaluate,
    train_verb.train,
    export_verb.export,
    bench_verb.bench,
    models_verb.models,
):
    # \b: an example that is broken over two lines cannot be pasted.
    app.command(epilog="\b\n" + sys.modules[verb.__module__].EPILOG)(verb)

_EVERYWHERE = ("--debug", "--verbose")
_INTERRUPTED = 130


class _Terminated(BaseException):
    """SIGTERM arrived."""


def main() -> int:
    """Run the command line; the exit code is returned."""
    signal.signal(signal.SIGTERM, _on_sigterm)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names need not be text
    # libvips speaks through the log; what matters of it is in our own error lines.
    logging.getLogger("pyvips").setLevel(logging.CRITICAL)
    if flag("--verbose"):
        logging.basicConfig(format="%(message)s")
        logging.getLogger("srcnn").setLevel(logging.INFO)
    try:
        code = int(app(_arguments(), standalone_mode=False) or 0)
        if code == _INTERRUPTED:  # typer has caught it
            raise KeyboardInterrupt
        return code
    except SrcnnError as error:
        report_error(error)
        return error.exit_code
    except TyperException as error:
        report_error(f"{error.format_message().rstrip('.')[:160]}; see srcnn --help")
        return getattr(error, "exit_code", 2)
    except (KeyboardInterrupt, typer.Abort):
        say("interrupted; what was finished is kept")
        return _INTERRUPTED
    except _Terminated:
        say("terminated; what was finished is kept")
        return 143
    except BrokenPipeError:
        # Whoever read our output has left; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # the last resort: a bug must still read as one line
        report_error(f"{type(error).__name__}: {error}")
        return 1


def _arguments() -> list[str]:
    """The command line without what is valid everywhere; after ``--`` there are only names."""
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    return [word for word in words[:end] if word not in _EVERYWHERE] + words[end:]


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show a traceback when something fails; anywhere.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more; anywhere.")] = False,
) -> None:
    if version:
        print(f"srcnn {__version__}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        print(context.get_help())


def _on_sigterm(number: int, frame: FrameType | None) -> None:
    raise _Terminated

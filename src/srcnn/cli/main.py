"""The entry point: verbs, and errors as one line with the contract's exit code."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from io import TextIOWrapper

import click
from click.exceptions import Exit

from srcnn import __version__
from srcnn.cli.bench import bench
from srcnn.cli.compare import compare
from srcnn.cli.console import report_error
from srcnn.cli.data import data
from srcnn.cli.evaluate import evaluate
from srcnn.cli.experiment import experiment
from srcnn.cli.export import export
from srcnn.cli.models import models
from srcnn.cli.options import Voice, everywhere
from srcnn.cli.signals import Signals, Terminated
from srcnn.cli.train import train
from srcnn.cli.upscale import upscale
from srcnn.cli.usage import Verbs, as_ours
from srcnn.errors import SrcnnError
from srcnn.terminal import say


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    epilog="Example:  srcnn upscale examples/dog.png -s 3",
    context_settings={"show_default": True, "help_option_names": ["-h", "--help"]},
)
@click.option("--version", is_flag=True, help="Show the version.")
@click.pass_context
def app(context: click.Context, version: bool) -> None:
    """Super-resolution with the network of Dong, Loy, He and Tang (TPAMI 2016)."""
    if version:
        print(f"srcnn {__version__}")
        raise Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


for verb in (upscale, evaluate, compare, train, export, bench, experiment, models, data):
    app.add_command(verb)
everywhere(app)


def main() -> int:
    """Run the command line; the exit code is returned."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names need not be text
    # What matters of what libraries say is in our own error lines.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    voice = Voice()
    try:
        # Not app(), which would end the process by its own rules at a signal or a closed pipe.
        with Signals(), app.make_context("srcnn", sys.argv[1:], obj=voice) as context:
            app.invoke(context)
        return 0
    except Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        report_error(as_ours(error), voice)
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
        report_error(error, voice)
        return error.exit_code
    except Exception as error:  # the last resort: a bug must still read as one line
        report_error(f"{type(error).__name__}: {error}", voice)
        return 1

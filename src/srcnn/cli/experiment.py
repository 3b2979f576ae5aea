"""``srcnn experiment``: the paper's studies, one command each."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from srcnn._optional import need
from srcnn.cli.options import data_root_option, pass_quiet


@click.command(epilog="\b\nExample:  srcnn experiment filter-number --budget smoke")
@click.argument("name", metavar="NAME|all")
@click.option(
    "--budget",
    type=click.Choice(["smoke", "full"]),
    default="full",
    help="full trains for hours; smoke shows in minutes that everything runs.",
)
@data_root_option
@pass_quiet
def experiment(
    name: str, budget: Literal["smoke", "full"], data_root: Path | None, quiet: bool
) -> None:
    """Run a study of the paper, a file in experiments/ of a checkout, and write its JSON.

    What is finished is not done again: an interrupted study goes on with the same command.

    \b
    Arguments:
      NAME|all  filter-number, filter-size, ...: each .yaml in experiments/.
    """
    need("train", "srcnn experiment")
    from srcnn.experiments.run import check_study, run_study
    from srcnn.experiments.study import Task, names

    chosen = names() if name == "all" else [name]
    studies = {name: check_study(name, budget, data_root) for name in chosen}
    for name, study in studies.items():
        print(run_study(Task(name, study, budget, data_root, quiet)))

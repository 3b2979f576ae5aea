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
    help="full trains for hours; smoke checks in minutes that everything runs.",
)
@data_root_option
@pass_quiet
def experiment(
    name: str, budget: Literal["smoke", "full"], data_root: Path | None, quiet: bool
) -> None:
    """Run one of the paper's studies. Results are written as JSON; a checkout of srcnn is needed.

    Finished work is not repeated: run the same command again to continue an interrupted study.

    \b
    Arguments:
      NAME|all  Name of a .yaml file in experiments/, such as filter-number.
    """
    need("train", "srcnn experiment")
    from srcnn.experiments.run import check_study, run_study
    from srcnn.experiments.study import Task, names

    chosen = names() if name == "all" else [name]
    studies = {name: check_study(name, budget, data_root) for name in chosen}
    for name, study in studies.items():
        print(run_study(Task(name, study, budget, data_root, quiet)))

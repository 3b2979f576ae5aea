"""``srcnn train``: a recipe, or a plain folder of pictures, to a weights file with its card."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import Any

import click

from srcnn._optional import need
from srcnn.errors import UsageError
from srcnn.images.files import remove_parts
from srcnn.terminal import say

FOLDER_RECIPE: dict[str, Any] = {"name": "srcnn-915", "steps": 3000, "balanced": True}
"""What a plain folder is trained with, beside the recipe's own defaults."""
_HELD_BACK = 4
"""Pictures of a plain folder, of which at most a quarter is held back."""

_LOOKED_AT = 2000
"""Pictures up to which all are compared with the test sets: of more, reading each takes minutes."""


@click.command(epilog="\b\nExample:  srcnn train recipes/srcnn-915-x3.yaml --run runs/915-x3")
@click.argument("recipe", required=False, metavar="[RECIPE.yaml|FOLDER]")
@click.option(
    "-s", "--scale", type=int, metavar="<int>", help="With a FOLDER: the scale.  [default: 3]"
)
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a recipe's key."
)
@click.option("--run", type=Path, metavar="<path>", help="Run directory [runs/NAME-xSCALE].")
@click.option(
    "--resume",
    type=Path,
    metavar="<path>",
    help="Go on with the run in this folder, by its own recipe or by RECIPE.",
)
@click.option("--data-root", type=Path, metavar="<path>", help="Where named data sets lie.")
@click.option("--device", default="auto", metavar="<str>", help="auto, cpu or cuda.")
@click.option("--precision", metavar="<str>", help="auto, fp32 or bf16.")
@click.option("--dry-run", is_flag=True, help="Show the resolved recipe and sizes; train nothing.")
@click.option("--quiet", is_flag=True, help="No progress.")
def train(
    recipe: str | None,
    scale: int | None,
    overrides: tuple[str, ...],
    run: Path | None,
    resume: Path | None,
    data_root: Path | None,
    device: str,
    precision: str | None,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Train a network and write it, with its card, to RUN/weights.onnx.

    \b
    Arguments:
      RECIPE.yaml|FOLDER  What to train.
    """
    need("train", "srcnn train")
    from srcnn.data.folder import RESOLVED, picture_names
    from srcnn.data.verify import from_test_sets
    from srcnn.training.recipe_file import make_recipe, read_recipe

    changes = list(overrides)
    if precision is not None:
        changes.append(f"precision={precision}")
    if recipe is None and resume is None:
        raise UsageError("srcnn train", "give a recipe or a folder, or --resume RUN")
    if run is not None and resume is not None:
        raise UsageError("--run", "has no place beside --resume", "a run goes on in its own folder")
    if resume is not None and not resume.is_dir():
        raise UsageError(resume, "no such run", "use --run for a new one")
    source = Path(recipe) if recipe is not None else (resume or Path()) / RESOLVED
    if source.is_dir():
        found = islice(picture_names(str(source), recursive=True), 4 * _HELD_BACK)
        held_back = len(list(found)) // 4
        values = FOLDER_RECIPE | {
            "scale": 3 if scale is None else scale,
            "data": [str(source)],
            "held_back": held_back,
        }
        chosen = make_recipe(values, changes, str(source))
    elif scale is not None:
        raise UsageError("--scale", "is for a FOLDER; a recipe has its own", "use --set scale=...")
    else:
        chosen = read_recipe(source, changes)
    # Torch takes seconds to load: a mistake in the recipe is told before.
    from srcnn.runs.pictures import open_sampler
    from srcnn.runs.plan import estimated_seconds, make_plan
    from srcnn.runs.run import WEIGHTS, run_plan
    from srcnn.terminal import duration
    from srcnn.training.device import is_first_process
    from srcnn.training.resume import LOCK
    from srcnn.weights.architectures.table import grid_of, parameters_of

    plan = make_plan(chosen, str(source), data_root, changed=bool(changes))
    files = [*plan.training, *plan.held_back]
    looked_at = len(files) <= _LOOKED_AT and is_first_process()
    leaks = from_test_sets(files) if looked_at else {}
    for file, test in list(leaks.items())[:1]:
        say(
            f"WARNING: {file} is {test}, one of {len(leaks)} test pictures: scores would mean little"
        )
    if dry_run:
        sys.stdout.write(chosen.to_yaml())
        print(f"# {len(plan.training)} pictures to train on, {len(plan.held_back)} held back")
        if chosen.sub_images:
            with open_sampler(chosen, plan.training, grid_of(plan.card), _comment, say):
                pass  # only the pictures themselves tell how many there are
        seen = chosen.steps * chosen.batch
        print(f"# {chosen.steps} steps of {chosen.batch} patches: {seen} in all")
        print(f"# {parameters_of(plan.card)} weights")
        print(f"# about {duration(estimated_seconds(plan, device))} on this machine")
        return
    folder = resume or run or Path("runs") / f"{chosen.name}-x{chosen.scale}"
    if is_first_process():
        remove_parts(folder)
        taken = folder.is_dir() and any(file.name != LOCK for file in folder.iterdir())
        if resume is None and taken:
            raise UsageError(folder, "is not empty", "use --resume RUN to go on, or another --run")
    card = run_plan(plan, folder, data_root, device, resume is not None, quiet)
    if card is not None:
        for name, scores in card.scores.items():
            print(f"{name}: {scores['psnr']:.2f} dB, SSIM {scores['ssim']:.4f}")
        print(folder / WEIGHTS)


def _comment(text: str) -> None:
    print(f"# {text}")

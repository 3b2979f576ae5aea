"""``srcnn train``: a recipe, or a plain folder of pictures, to a weights file with its card."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from srcnn._optional import need
from srcnn.errors import UsageError

EPILOG = "Example:  srcnn train recipes/srcnn-915-x3.yaml --run runs/915-x3"

FOLDER_RECIPE: dict[str, Any] = {"name": "srcnn-915", "steps": 4000}
"""What a plain folder is trained with, beside the recipe's own defaults."""
_HELD_BACK = 4


def train(
    recipe: Annotated[
        str | None, typer.Argument(metavar="RECIPE.yaml|FOLDER", help="What to train.")
    ] = None,
    scale: Annotated[int, typer.Option("-s", "--scale", help="With a FOLDER: the scale.")] = 3,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a recipe's key.")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="Run directory [runs/NAME-xSCALE].")] = None,
    resume: Annotated[
        Path | None,
        typer.Option(help="Go on with the run in this folder, by its own recipe or by RECIPE."),
    ] = None,
    data_root: Annotated[Path | None, typer.Option(help="Where named data sets lie.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    precision: Annotated[str | None, typer.Option(help="auto, fp32 or bf16.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the resolved recipe and sizes; train nothing.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Train a network and write it, with its card, to RUN/weights.onnx."""
    need("train", "srcnn train")
    from srcnn.data.folder import pictures_in
    from srcnn.training.config import RESOLVED, make_recipe, read_recipe

    changes = list(overrides or [])
    if precision is not None:
        changes.append(f"precision={precision}")
    if recipe is None and resume is None:
        raise UsageError("srcnn train", "give a recipe or a folder, or --resume RUN")
    source = Path(recipe) if recipe is not None else (resume or Path()) / RESOLVED
    if source.is_dir():
        held_back = min(_HELD_BACK, len(pictures_in(source, recursive=True)) // 4)
        values = FOLDER_RECIPE | {"scale": scale, "data": [str(source)], "held_back": held_back}
        chosen = make_recipe(values, changes, str(source))
    else:
        chosen = read_recipe(source, changes)
    # Torch takes seconds to load: a mistake in the recipe is told before.
    from srcnn.training.log import duration
    from srcnn.training_run import WEIGHTS, estimated_seconds, make_plan, run_plan

    plan = make_plan(chosen, str(source), data_root, changed=bool(changes))
    if dry_run:
        sys.stdout.write(chosen.to_yaml())
        print(f"# {len(plan.training)} pictures to train on, {len(plan.held_back)} held back")
        print(f"# {chosen.steps} steps of {chosen.batch} patches, {plan.card.parameters} weights")
        print(f"# about {duration(estimated_seconds(plan, device))} on this machine")
        return
    folder = resume or run or Path("runs") / f"{chosen.name}-x{chosen.scale}"
    if resume is None and folder.exists() and any(folder.iterdir()):
        raise UsageError(folder, "is not empty", "use --resume RUN to go on, or another --run")
    card = run_plan(plan, folder, data_root, device, resume is not None, quiet)
    for name, scores in card.scores.items():
        print(f"{name}: {scores['psnr']:.2f} dB, SSIM {scores['ssim']:.4f}")
    print(folder / WEIGHTS)

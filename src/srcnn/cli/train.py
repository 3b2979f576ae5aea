"""``srcnn train``: from a recipe, or a folder of images, to a weights file with its card."""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from srcnn._optional import need
from srcnn.cli.options import check_lr, data_root_option, lr_option, pass_quiet
from srcnn.errors import UsageError, choices
from srcnn.images.files import remove_parts
from srcnn.terminal import say

if TYPE_CHECKING:
    from srcnn.runs.begin import Place
    from srcnn.runs.plan import Plan
    from srcnn.training.config import Recipe

_FOLDER_RECIPE: dict[str, object] = {"name": "srcnn-915", "steps": 3000, "balanced": True}
"""Recipe keys for a plain folder, in addition to the defaults of a recipe."""
_HELD_BACK = 4
"""Largest number of images of a plain folder that are held back. A small folder holds back a
quarter."""

_SCALE = 3
"""Default scale for a plain folder."""
_COMPARED = 2000
"""Largest number of training images that are compared with the test sets; more takes minutes."""


@click.command(epilog="\b\nExample:  srcnn train recipes/srcnn-915-x3.yaml --run runs/915-x3")
@click.argument("recipe", required=False, metavar="[RECIPE.yaml|FOLDER|DATASET]")
@click.option(
    *("-s", "--scale"),
    type=int,
    show_default="3",
    help="Scale, with a FOLDER, a DATASET or --hr; a recipe contains its own.",
)
@click.option(
    "--hr",
    type=Path,
    metavar="DIR",
    show_default="none",
    help="Folder of high-resolution images, instead of a FOLDER or a recipe's data.",
)
@lr_option
@click.option(
    *("--set", "overrides"),
    multiple=True,
    metavar="KEY=VALUE",
    show_default="nothing",
    help="Override a key of the recipe; repeatable.",
)
@click.option(
    "--run",
    type=Path,
    show_default="runs/NAME-xSCALE",
    help="Folder to create for the run.",
)
@click.option(
    "--resume",
    type=Path,
    show_default="start a new run",
    help="Continue the run in this folder, with its own recipe or with RECIPE.",
)
@data_root_option
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    help="Device to train on; auto is CUDA if torch finds it.",
)
@click.option(
    "--precision",
    type=click.Choice(["auto", "fp32", "bf16"]),
    show_default="the recipe's",
    help="Number format of the training; auto takes the faster one.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print the resolved recipe, the sizes and the expected time, without training.",
)
@pass_quiet
def train(
    recipe: str | None,
    scale: int | None,
    hr: Path | None,
    lr: Path | None,
    overrides: tuple[str, ...],
    run: Path | None,
    resume: Path | None,
    data_root: Path | None,
    device: str,
    precision: str | None,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Train a network. It is written, with its card, to weights.onnx in the run's folder.

    \b
    Arguments:
      RECIPE.yaml|FOLDER|DATASET  A recipe, or a folder of images or the name of a data set
                                  (t91) to train on with default settings.
    """
    need("train", "srcnn train")
    changes = [*overrides, *([] if precision is None else [f"precision={precision}"])]
    pair = _pair(hr, lr, recipe)
    _check_options(recipe or pair, run, resume)
    if pair is None or (recipe is None and resume is None):
        chosen, source = _read(recipe, scale, resume, changes, pair, data_root)
    else:
        changes = [f"pairs={json.dumps([pair])}", "data=[]", *changes]
        chosen, source = _read(recipe, scale, resume, changes, None, data_root)
    # Torch takes seconds to load, so the recipe is checked first.
    from srcnn.runs.plan import make_plan
    from srcnn.runs.run import WEIGHTS, Place, run_plan

    plan = make_plan(chosen, str(source), data_root, changed=bool(changes))
    _warn_of_test_pictures(plan)
    folder = resume or run or Path("runs") / f"{chosen.name}-x{chosen.scale}"
    _check_folder(folder, resume is not None, dry_run)
    if dry_run:
        _describe(plan, Place(folder, data_root, device, resume is not None))
        return
    card = run_plan(plan, folder, data_root, device, resume is not None, quiet)
    if card is not None:
        for name, scores in card.scores.items():
            print(f"{name}: {scores['psnr']:.2f} dB, SSIM {scores['ssim']:.4f}")
        print(folder / WEIGHTS)


def _pair(hr: Path | None, lr: Path | None, recipe: str | None) -> dict[str, str] | None:
    """Return the pair of folders of ``--hr`` and ``--lr``, or None."""
    check_lr(hr, lr)
    if hr is None:
        return None
    if recipe is not None and (Path(recipe).is_dir() or _data_set(recipe) is not None):
        raise UsageError("--hr", f"cannot be combined with the folder {recipe}", "give one of them")
    return {"hr": str(hr)} | ({} if lr is None else {"lr": str(lr)})


def _data_set(name: str) -> str | None:
    """Return the data set of the catalog that is meant by a name; a file or folder takes precedence."""
    from srcnn.data.catalog import CATALOG

    return name.lower() if name.lower() in CATALOG and not Path(name).exists() else None


def _check_options(recipe: object, run: Path | None, resume: Path | None) -> None:
    """Check that options can be combined.

    Raises:
        UsageError: If they cannot.
    """
    if recipe is None and resume is None:
        raise UsageError(
            "srcnn train", "nothing to train", "give a recipe, a folder, or --resume RUN"
        )
    if run is not None and resume is not None:
        raise UsageError("--run", "cannot be combined with --resume", "leave out --run")
    if resume is not None and not resume.is_dir():
        raise UsageError(resume, "no such run", "use --run to start a new one")


def _read(
    recipe: str | None,
    scale: int | None,
    resume: Path | None,
    changes: list[str],
    pair: dict[str, str] | None,
    data_root: Path | None,
) -> tuple[Recipe, Path]:
    """Return the recipe, and the file, the folder or the data set that it was made from.

    ``pair`` holds high-resolution and low-resolution folders that replace a folder.
    """
    from srcnn.data.catalog import CATALOG, locate
    from srcnn.data.files import files_below
    from srcnn.data.folder import RESOLVED
    from srcnn.data.names import own_name
    from srcnn.training.recipe_file import make_recipe, read_recipe

    source = Path(recipe) if recipe is not None else (resume or Path()) / RESOLVED
    if pair is not None:
        source = Path(pair["hr"])
    known = None if pair is not None or recipe is None else _data_set(recipe)
    if source.is_dir() or pair is not None or known is not None:
        place = source if known is None else locate(known, data_root)
        several = files_below(place, _SCALE, given=False)
        # Layouts may hold a picture once for each scale.
        names = {own_name(file) for files in several for file in files.high}
        folder = known or (f"./{source}" if str(source) in CATALOG else str(source))
        values = _FOLDER_RECIPE | {
            "scale": _SCALE if scale is None else scale,
            **({"data": [folder]} if pair is None else {"pairs": [pair]}),
            "held_back": min(_HELD_BACK, len(names) // 4),
        }
        return make_recipe(values, changes, str(source)), source
    if recipe is not None and not source.exists():
        near = choices(recipe, CATALOG, "run srcnn data list for the data sets")
        raise UsageError(source, "no such recipe, folder or data set", near)
    if scale is not None:
        raise UsageError("--scale", "cannot be combined with a recipe", "use --set scale=...")
    return read_recipe(source, changes), source


def _warn_of_test_pictures(plan: Plan) -> None:
    """Warn if images of the test sets are among the training images."""
    from srcnn.data.verify import from_test_sets
    from srcnn.training.device import is_first_process

    files = [*plan.training, *plan.held_back]
    if len(files) > _COMPARED or not is_first_process():
        return
    leaks = from_test_sets(files)
    for file, test in islice(leaks.items(), 1):
        which = f"{file} is the test image {test}"
        say(f"WARNING: {which}, one of {len(leaks)} in the training set; scores would mislead")


def _describe(plan: Plan, place: Place) -> None:
    """Print the resolved recipe, followed by the sizes and the estimated time as comments.

    The run is started first as far as possible without changing anything, so that its errors show.
    """
    from srcnn.runs.begin import begun, finished
    from srcnn.runs.pictures import open_sampler
    from srcnn.runs.plan import estimated_seconds
    from srcnn.terminal import duration
    from srcnn.weights.architectures.table import grid_of, parameters_of

    recipe, done, changes = plan.recipe, plan.recipe.steps, list[str]()
    if finished(plan, place) is None:
        with begun(plan, place, quiet=True, dry=True) as run:
            done, changes = run.state.step, run.changes
    sys.stdout.write(recipe.to_yaml())
    for line in plan.taken:
        _comment(line)
    print(f"# {len(plan.training)} training images, {len(plan.held_back)} held back for validation")
    if plan.held_out:
        print(f"# {len(plan.held_out)} more are excluded from all training (docs/training.md)")
    if recipe.sub_images:
        with open_sampler(recipe, plan.training, grid_of(plan.card), _comment, say, plan.low):
            pass  # the number of sub-images depends on the images' sizes
    if changes:
        print(f"# changed: {', '.join(changes)}")
    if done:
        print(f"# {done} of {recipe.steps} steps are finished")
    left = recipe.steps - done
    print(f"# {left} steps of {recipe.batch} patches: {left * recipe.batch} patches")
    print(f"# {parameters_of(plan.card)} weights")
    print(f"# about {duration(estimated_seconds(plan, left, place.device))} on this machine")


def _check_folder(folder: Path, resume: bool, dry_run: bool) -> None:
    """Check that a run folder is empty unless a run is resumed there; clean it before a new run."""
    from srcnn.training.device import is_first_process
    from srcnn.training.resume import check_folder

    if is_first_process():
        if not dry_run and not resume:
            remove_parts(folder)
        check_folder(folder, resume)


def _comment(text: str) -> None:
    print(f"# {text}")

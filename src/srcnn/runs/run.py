"""A training run from plan to weights file: where data, loop and validation meet.

It stands below `srcnn.evaluation`, so that there is one way to score: the loop is given a function that
scores held-back pictures as ``srcnn evaluate`` does.
"""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import torch

from srcnn.baselines.bicubic import Bicubic
from srcnn.data.folder import LOG, RESOLVED
from srcnn.engine.network import Enhancer
from srcnn.errors import UsageError
from srcnn.evaluation.models import network
from srcnn.images.files import remove_parts, write_atomically
from srcnn.runs.card import card_of, final_scores
from srcnn.runs.pictures import open_sampler
from srcnn.runs.plan import Plan
from srcnn.runs.start import describe_start, first_model
from srcnn.runs.validation import make_validation
from srcnn.training.device import make_fabric
from srcnn.training.log import RunLog
from srcnn.training.loop import train
from srcnn.training.resume import alone, check_resumed, compare_pictures
from srcnn.training.session import Hooks, Session, Tensors, first_state
from srcnn.training.state import TrainState
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.card import Card
from srcnn.weights.graph import to_onnx
from srcnn.weights.onnx_file import read_card

WEIGHTS, SNAPSHOTS, CURVES = "weights.onnx", "snapshots", "curves.png"
"""Names in a run directory: the best weights, the folder for those of each validation, the figure."""


def run_plan(
    plan: Plan,
    folder: Path,
    data_root: Path | None = None,
    device: str = "auto",
    resume: bool = False,
    quiet: bool = False,
    resume_hint: str | None = None,
) -> Card | None:
    """Train, write ``folder/weights.onnx`` and draw ``folder/curves.png``.

    Under torchrun every process takes its part of each batch.

    Args:
        plan: What to do.
        folder: The run directory.
        data_root: Where named data sets lie.
        device: ``auto``, ``cpu`` or ``cuda``.
        resume: Whether to go on from the last checkpoint in ``folder``.
        quiet: Whether to show warnings only.
        resume_hint: The command that goes on with a stopped run; by default ``srcnn train --resume``.

    Returns:
        The card of the weights; ``None`` on other ranks than 0.

    Raises:
        SrcnnError: If the plan cannot be carried out, or training diverges.
    """
    fabric, precision = make_fabric(device, plan.recipe.precision)
    recipe = plan.recipe.model_copy(update={"precision": precision})
    if recipe.batch % fabric.world_size:
        raise UsageError("batch", f"{recipe.batch} is no multiple of {fabric.world_size} processes")
    first = fabric.is_global_zero
    only = alone(folder) if first else nullcontext()
    with only, RunLog(folder / LOG, quiet, first) as log:
        session = Session(recipe, fabric, folder, log, resume_hint or _hint(folder, data_root))
        state = _begin(session, resume)
        torch.manual_seed(recipe.seed)
        model = first_model(recipe, state.step)
        hooks = _hooks(session, plan)
        _check_pictures(session, plan, state)
        reading = (grid_of(plan.card), log.say, log.warn)
        with open_sampler(recipe, plan.training, *reading, plan.low) as sampler:
            # From here on nothing about the recipe or the pictures can be wrong any more.
            if first:
                _write_recipe(session, plan, data_root)
            tensors = train(session, hooks, model, sampler, state)
        if not first:
            return None
        card = replace(
            card_of(recipe, plan.card, plan.origin),
            pictures=sampler.pictures,
            seconds=round(state.seconds, 1),
            started_from=state.started_from or "",
            scores=_scores(session, plan, tensors, data_root),
        )
        _finish(session, tensors, card)
        return card


def _begin(session: Session, resume: bool) -> TrainState:
    """Return the state that the run begins with, which fits the recipe."""
    recipe, folder = session.recipe, session.folder
    state = first_state(session.fabric, folder, session.log, resume)
    if state.step:
        check_resumed(recipe, folder, state)
    elif resume and session.is_first:
        _check_unfinished(folder)
    if recipe.start is not None and not state.step:
        # The name may stand for other weights by the time that somebody reads the card.
        state.started_from = describe_start(recipe.start, recipe.scale)
    return state


def _check_pictures(session: Session, plan: Plan, state: TrainState) -> None:
    """Warn if a resumed run began with other pictures; say what is taken, and what is held out."""
    compare_pictures(state, plan.training, plan.held_back, session.log.warn)
    for line in plan.taken:
        session.log.say(line)
    if plan.held_out:
        count = len(plan.held_out)
        session.log.say(f"{count} pictures are left out: they are kept out of all training")


def _check_unfinished(folder: Path) -> None:
    """Raise `UsageError` for finished weights without a checkpoint: training anew would replace them."""
    weights = folder / WEIGHTS
    if weights.is_file() and read_card(weights.read_bytes(), str(weights)).steps:
        why = "holds finished weights, and no checkpoint to go on from"
        raise UsageError(folder, why, "give --run a new folder")


def _hint(folder: Path, data_root: Path | None) -> str:
    """Return the command that goes on with a run."""
    root = [] if data_root is None else ["--data-root", str(data_root)]
    return shlex.join(["srcnn", "train", "--resume", str(folder), *root])


def _hooks(session: Session, plan: Plan) -> Hooks:
    """Return validation on the held-back pictures, and what writes weights to the run directory."""
    recipe, folder = session.recipe, session.folder
    held_back = plan.held_back if session.is_first else []
    validation = make_validation(recipe, held_back, session.log.warn, plan.low)

    def validate(tensors: Tensors) -> float:
        return validation.psnr(network("held back", tensors, plan.card))

    def keep(tensors: Tensors, step: int, best: bool) -> None:
        if best:
            write_atomically(folder / WEIGHTS, to_onnx(tensors, plan.card))
        if recipe.snapshots:
            (folder / SNAPSHOTS).mkdir(exist_ok=True)
            card = replace(plan.card, steps=step, samples=step * recipe.batch)
            write_atomically(folder / SNAPSHOTS / f"{step:07}.onnx", to_onnx(tensors, card))

    return Hooks(validate, keep, validation.bicubic)


def _write_recipe(session: Session, plan: Plan, data_root: Path | None) -> None:
    """Write the resolved recipe into the run directory."""
    remove_parts(session.folder)
    origin = f"# resolved from {plan.origin.file} sha256 {plan.origin.sha256}\n"
    resolved = session.recipe.absolute(data_root).to_yaml()
    write_atomically(session.folder / RESOLVED, (origin + resolved).encode())


def _scores(
    session: Session, plan: Plan, tensors: Tensors, data_root: Path | None
) -> dict[str, dict[str, float]]:
    """Score the finished weights and bicubic on the data sets that the recipe names."""
    recipe = session.recipe
    models: list[Enhancer] = [Bicubic(), network(recipe.name, tensors, plan.card)]
    return final_scores(recipe, models, data_root, session.log.warn)


def _finish(session: Session, tensors: Tensors, card: Card) -> None:
    """Write the weights with their card, end the log, and draw the curves."""
    folder, recipe = session.folder, session.recipe
    write_atomically(folder / WEIGHTS, to_onnx(tensors, card))
    session.log.end(card=card.to_json())
    # Not before: to load matplotlib takes as long as everything else at the start of a run.
    from srcnn.figures.curves import curves_figure, draw, read_run

    curves = curves_figure([read_run(folder / LOG, f"{recipe.name} x{recipe.scale}")])
    write_atomically(folder / CURVES, draw(curves))

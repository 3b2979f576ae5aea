"""A training run from plan to weights file: combines data, loop and validation.

This layer is above `srcnn.evaluation`, so that there is only one way to score: the loop receives a
function that scores held-back images as ``srcnn evaluate`` does.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from srcnn.baselines.bicubic import Bicubic
from srcnn.data.folder import LOG, RESOLVED
from srcnn.engine.network import Enhancer
from srcnn.evaluation.models import network
from srcnn.images.files import remove_parts, write_atomically
from srcnn.runs.begin import CURVES, WEIGHTS, Begun, Place, begun, finished
from srcnn.runs.card import card_of, final_scores
from srcnn.runs.panel import PANEL, panel_of
from srcnn.runs.pictures import open_sampler
from srcnn.runs.plan import Plan
from srcnn.runs.validation import make_validation
from srcnn.terminal import say
from srcnn.training.device import is_first_process
from srcnn.training.loop import train
from srcnn.training.resume import compare_pictures
from srcnn.training.session import Hooks, Session, Tensors
from srcnn.training.state import TrainState
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.card import Card
from srcnn.weights.graph import to_onnx

__all__ = ["CURVES", "PANEL", "SNAPSHOTS", "WEIGHTS", "Place", "run_plan"]

SNAPSHOTS = "snapshots"
"""Folder in a run directory for the weights of each validation."""


def run_plan(
    plan: Plan,
    folder: Path,
    data_root: Path | None = None,
    device: str = "auto",
    resume: bool = False,
    quiet: bool = False,
    resume_hint: str | None = None,
) -> Card | None:
    """Train, write ``folder/weights.onnx``, and draw ``curves.png`` and ``panel.png`` beside it.

    Under torchrun every process takes its part of each batch. A finished run that is resumed is not
    changed at all.

    Args:
        plan: What to do.
        folder: The run directory.
        data_root: Folder that holds the named data sets.
        device: ``auto``, ``cpu`` or ``cuda``.
        resume: Whether to continue from the last checkpoint in ``folder``.
        quiet: Whether to show only warnings.
        resume_hint: The command that resumes a stopped run. The default is ``srcnn train
            --resume``.

    Returns:
        The card of the weights; None on ranks other than 0.

    Raises:
        SrcnnError: If the plan cannot be carried out, or training diverges.
    """
    place = Place(folder, data_root, device, resume)
    done = finished(plan, place)
    if done is not None:
        return _nothing_to_do(done, quiet)
    with begun(plan, place, quiet, resume_hint) as run:
        session, state = run.session, run.state
        recipe, log, first = session.recipe, session.log, session.is_first
        _say_what_is_other(run, plan)
        hooks = _hooks(session, plan, state)
        reading = (grid_of(plan.card), log.say, log.warn)
        with open_sampler(recipe, plan.training, *reading, plan.low) as sampler:
            # All checks of the recipe and the images have passed here.
            if first:
                _write_recipe(session, plan, data_root)
            tensors = train(session, hooks, run.model, sampler, state)
        if not first:
            return None
        card = replace(
            card_of(recipe, plan.card, plan.origin, state.learned),
            pictures=sampler.pictures,
            seconds=round(state.seconds, 1),
            started_from=state.started_from or "",
            scores=_scores(session, plan, tensors, data_root),
        )
        _finish(session, tensors, card)
        return card


def _nothing_to_do(card: Card, quiet: bool) -> Card | None:
    if not is_first_process():
        return None
    fix = "use --set steps=N to train longer"
    say(f"nothing to do: all {card.steps} steps are finished; {fix}", quiet)
    return card


def _say_what_is_other(run: Begun, plan: Plan) -> None:
    """Report changed keys and images of a resumed run, and the number of excluded images."""
    log = run.session.log
    if run.changes:
        log.say(f"changed: {', '.join(run.changes)}")
    compare_pictures(run.state, plan.training, plan.held_back, log.warn)
    for line in plan.taken:
        log.say(line)
    if plan.held_out:
        log.say(f"skipped {len(plan.held_out)} images that are excluded from all training")


def _hooks(session: Session, plan: Plan, state: TrainState) -> Hooks:
    """Return the validation on held-back images, and the function that writes weights."""
    recipe, folder = session.recipe, session.folder
    held_back = plan.held_back if session.is_first else []
    validation = make_validation(recipe, held_back, session.log.warn, plan.low)

    def validate(tensors: Tensors) -> float:
        return validation.psnr(network("held back", tensors, plan.card))

    def keep(tensors: Tensors, step: int, best: bool) -> None:
        if best:
            write_atomically(folder / WEIGHTS, to_onnx(tensors, plan.card))
            panel = panel_of(recipe, validation, network(plan.card.label, tensors, plan.card))
            if panel is not None:
                write_atomically(folder / PANEL, panel)
        if recipe.snapshots:
            (folder / SNAPSHOTS).mkdir(exist_ok=True)
            card = replace(plan.card, steps=step, samples=state.samples)
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
    try:
        return final_scores(recipe, models, data_root, session.log)
    except BaseException as error:
        if not isinstance(error, Exception):  # a signal; `train` no longer handles it
            session.log.say(f"stopped while scoring; continue with: {session.resume_hint}")
        raise


def _finish(session: Session, tensors: Tensors, card: Card) -> None:
    """Write the weights with their card, end the log, and draw the curves."""
    folder, recipe = session.folder, session.recipe
    write_atomically(folder / WEIGHTS, to_onnx(tensors, card))
    session.log.end(card=card.to_json())
    # Imported late: loading matplotlib takes as long as the rest of the start of a run.
    from srcnn.figures.curves import curves_figure, draw, read_run

    curves = curves_figure([read_run(folder / LOG, f"{recipe.name} x{recipe.scale}")])
    write_atomically(folder / CURVES, draw(curves))

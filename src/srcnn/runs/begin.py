"""The start of a run, with all checks that can fail before training; a dry run makes them too."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch

from srcnn.data.folder import LOG
from srcnn.errors import ModelError, UsageError
from srcnn.models.base import TorchNetwork
from srcnn.runs.pictures import check_usable
from srcnn.runs.plan import Plan
from srcnn.runs.start import describe_start, first_model
from srcnn.training.device import make_fabric
from srcnn.training.log import RunLog
from srcnn.training.resume import alone, changed_keys, check_resumed, recipe_before
from srcnn.training.session import Session, first_state
from srcnn.training.state import TrainState, load_state
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.card import Card
from srcnn.weights.onnx_file import read_card

WEIGHTS, CURVES = "weights.onnx", "curves.png"
"""Files in a run directory: the best weights, and the figure drawn at the end of the run."""
_CARD_ONLY = ("name", "licence", "scores")
"""Keys that only affect the card of weights that are already finished."""


@dataclass(frozen=True)
class Place:
    """Where and how a run is carried out.

    Attributes:
        folder: The run directory.
        data_root: Folder that holds the named data sets.
        device: ``auto``, ``cpu`` or ``cuda``.
        resume: Whether to continue from the last checkpoint in ``folder``.
    """

    folder: Path
    data_root: Path | None = None
    device: str = "auto"
    resume: bool = False

    @property
    def hint(self) -> str:
        """The command that resumes the run."""
        root = [] if self.data_root is None else ["--data-root", str(self.data_root)]
        return shlex.join(["srcnn", "train", "--resume", str(self.folder), *root])


@dataclass(frozen=True)
class Begun:
    """A run that has passed all checks.

    Attributes:
        session: Its recipe, device, folder and log.
        state: State in which it begins.
        model: The network in the form that is trained. It does not have the weights of ``state``
            yet.
        changes: Keys of the recipe that changed, in the form ``batch 32 -> 8``.
    """

    session: Session
    state: TrainState
    model: TorchNetwork
    changes: list[str]


@contextmanager
def begun(
    plan: Plan, place: Place, quiet: bool = False, hint: str | None = None, dry: bool = False
) -> Iterator[Begun]:
    """Check a run, and hold the lock of its directory. Nothing in it is changed yet.

    Args:
        plan: What to do.
        place: Where and how.
        quiet: Whether to show only warnings.
        hint: The command that resumes a stopped run. The default is that of ``place``.
        dry: Whether to leave a damaged checkpoint in place.

    Yields:
        The run.

    Raises:
        SrcnnError: If the plan cannot be carried out.
    """
    fabric, precision = make_fabric(place.device, plan.recipe.precision)
    recipe = plan.recipe.model_copy(update={"precision": precision})
    if recipe.batch % fabric.world_size:
        raise UsageError(
            "batch", f"{recipe.batch} is not a multiple of the {fabric.world_size} processes"
        )
    first = fabric.is_global_zero
    only = alone(place.folder) if first else nullcontext()
    with only, RunLog(place.folder / LOG, quiet, first) as log:
        session = Session(recipe, fabric, place.folder, log, hint or place.hint)
        state = _begin(session, place.resume, dry)
        torch.manual_seed(recipe.seed)
        model = first_model(recipe, state.step)
        check_usable(recipe, plan.training, grid_of(plan.card), log.warn, plan.low)
        before = recipe_before(place.folder) if place.resume else None
        now = recipe.absolute(place.data_root)
        changes = [] if before is None else changed_keys(before, now)
        yield Begun(session, state, model, changes)


def _begin(session: Session, resume: bool, dry: bool) -> TrainState:
    """Return the state in which the run begins, after checking that it fits the recipe."""
    recipe, folder = session.recipe, session.folder
    state = first_state(session.fabric, folder, session.log, resume, not dry)
    if state.step:
        check_resumed(recipe, folder, state)
        if not state.learned:  # from an earlier release, which saved only the recipe
            before = recipe_before(folder) or recipe
            state.count(before.lr, state.step, before.batch)
    elif resume and session.is_first:
        _check_unfinished(folder)
    if recipe.start is not None and not state.step:
        # Record the digest: the name may refer to other weights later.
        state.started_from = describe_start(recipe.start, recipe.scale)
    return state


def _check_unfinished(folder: Path) -> None:
    """Check that there are no finished weights, which a new training would replace.

    Raises:
        UsageError: If there are.
    """
    if _finished_card(folder) is not None:
        why = "contains finished weights but no checkpoint to resume from"
        raise UsageError(folder, why, "give --run a new folder")


def finished(plan: Plan, place: Place) -> Card | None:
    """Return the card of a resumed run that has nothing left to do, or None.

    Nothing is written, not even a lock.

    Raises:
        UsageError: If the run is finished, and its recipe does not fit the given one.
    """
    card = _finished_card(place.folder) if place.resume else None
    before = recipe_before(place.folder)
    if card is None or before is None or not (place.folder / CURVES).is_file():
        return None
    state, _ = load_state(place.folder, repair=False)
    if state is None or state.step != before.steps:
        return None
    check_resumed(plan.recipe, place.folder, state)
    now = plan.recipe.absolute(place.data_root)
    same = all(getattr(before, key) == getattr(now, key) for key in _CARD_ONLY)
    return card if same and card.steps == now.steps == state.step else None


def _finished_card(folder: Path) -> Card | None:
    """Return the card of finished weights in a run directory, or None.

    The weights of an unfinished run have no steps on their card. Damaged weights are none: the run makes
    them again from its last state.
    """
    weights = folder / WEIGHTS
    if not weights.is_file():
        return None
    try:
        card = read_card(weights.read_bytes(), str(weights))
    except ModelError:
        return None
    return card if card.steps else None

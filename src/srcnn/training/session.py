"""What a training run is given: where and with what it trains, and what the caller does for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightning_fabric import Fabric
from numpy.typing import NDArray

from srcnn.training.config import Recipe
from srcnn.training.log import RunLog
from srcnn.training.state import TrainState, load_state

Tensors = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Session:
    """A run on this machine.

    Attributes:
        recipe: What to do, with the precision settled.
        fabric: Device, precision and processes.
        folder: The run directory.
        log: The log in it.
        resume_hint: The command that goes on with the run when it was stopped.
    """

    recipe: Recipe
    fabric: Fabric
    folder: Path
    log: RunLog
    resume_hint: str

    @property
    def is_first(self) -> bool:
        """Whether this is rank 0, the process that validates, writes files and logs."""
        return bool(self.fabric.is_global_zero)


@dataclass(frozen=True)
class Hooks:
    """What the loop leaves to its caller.

    Attributes:
        validate: Returns the PSNR of weights on the held-back pictures, in dB; NaN if there are none.
        keep: Is given the weights of each validation, their step, and whether they are the best so far.
        bicubic: PSNR of bicubic interpolation on the held-back pictures, in dB.
    """

    validate: Callable[[Tensors], float]
    keep: Callable[[Tensors, int, bool], None]
    bicubic: float


def first_state(
    fabric: Fabric, folder: Path, log: RunLog, resume: bool, repair: bool = True
) -> TrainState:
    """Return where a run begins: at step 0, or with ``resume`` at the last state that it saved.

    ``repair`` is that of `load_state`.
    """
    if not resume:
        return TrainState()
    with fabric.rank_zero_first():  # it puts a damaged state aside
        saved, warning = load_state(folder, repair)
    if warning:
        log.warn(warning)
    if saved is None:
        log.warn("no checkpoint was saved yet: training begins anew")
    return saved or TrainState()

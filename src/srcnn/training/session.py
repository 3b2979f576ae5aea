"""What the training loop is given: its settings and resources, and the callbacks of its caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from lightning_fabric import Fabric
from numpy.typing import NDArray

from srcnn.training.config import Recipe
from srcnn.training.log import RunLog
from srcnn.training.state import TrainState, load_state

Tensors = dict[str, NDArray[np.number]]


@dataclass(frozen=True)
class Session:
    """A run on this machine.

    Attributes:
        recipe: Settings of the run, with the precision resolved.
        fabric: Device, precision and processes.
        folder: The run directory.
        log: The log in it.
        resume_hint: The command that resumes the run after it was stopped.
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
    """Callbacks and values that the caller of the loop provides.

    Attributes:
        validate: Returns the PSNR of weights on the held-back images, in dB; NaN if there are none.
        keep: Receives the weights of each validation, their step, and whether they are the best so
            far.
        bicubic: PSNR of bicubic interpolation on the held-back images, in dB.
    """

    validate: Callable[[Tensors], float]
    keep: Callable[[Tensors, int, bool], None]
    bicubic: float


def first_state(
    fabric: Fabric, folder: Path, log: RunLog, resume: bool, repair: bool = True
) -> TrainState:
    """Return the state in which a run begins: step 0, or with ``resume`` its last checkpoint.

    Args:
        fabric: The processes of the run.
        folder: The run directory.
        log: Receives warnings.
        resume: Whether to continue from a checkpoint.
        repair: As in `load_state`.
    """
    if not resume:
        return TrainState()
    with fabric.rank_zero_first():  # load_state may rename a damaged file
        saved, warning = load_state(folder, repair)
    if warning:
        log.warn(warning)
    if saved is None:
        log.warn("no checkpoint was saved yet; training from the start")
    return saved or TrainState()

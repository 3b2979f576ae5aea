"""Checkpoints: the last state and the one before it, each written completely or not at all."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile, ZipFile

import torch
from torch import Tensor

from srcnn.errors import ModelError
from srcnn.images.files import atomic_file

LAST, PREVIOUS, DAMAGED = "state.pt", "state.previous.pt", "state.damaged.pt"

StateDict = dict[str, Any]
"""State dict of a torch module or optimizer."""

_REQUIRED = {"step", "model", "average", "optimizer"}
_PICTURES = " pictures"
"""Suffix of the keys on disk that hold the fingerprints of `TrainState.pictures`."""


@dataclass(frozen=True)
class Learned:
    """Consecutive steps that used the same learning rate.

    Attributes:
        lr: The ``lr`` of the recipe.
        steps: Number of steps.
        samples: Number of patches used, over all processes.
    """

    lr: float
    steps: int
    samples: int


@dataclass
class TrainState:
    """Everything that a run needs to resume. The training loop changes it in place.

    Attributes:
        step: Number of completed steps.
        seconds: Time that they took, including validations.
        best_psnr: PSNR of the best weights on the held-back images, in dB.
        best: The best weights.
        losses: Sum of the losses since the last validation.
        counted: Number of those losses.
        model: State of the network.
        average: State of the moving average of the network.
        optimizer: State of the optimizer.
        started_from: The weights that training started from, as the card names them.
        pictures: Fingerprints of the ``training`` and the ``held-back`` images.
        learned: Training so far, with a new entry wherever a resumed run changed ``lr``.
    """

    step: int = 0
    seconds: float = 0.0
    best_psnr: float = -math.inf
    best: dict[str, Tensor] = field(default_factory=dict)
    losses: float = 0.0
    counted: int = 0
    model: StateDict = field(default_factory=dict)
    average: StateDict = field(default_factory=dict)
    optimizer: StateDict = field(default_factory=dict)
    started_from: str | None = None
    pictures: dict[str, str] = field(default_factory=dict)
    learned: list[Learned] = field(default_factory=list)

    @property
    def samples(self) -> int:
        """Number of patches used so far."""
        return sum(part.samples for part in self.learned)

    def count(self, lr: float, steps: int, batch: int) -> None:
        """Add ``steps`` steps of ``batch`` patches each at the rate ``lr``."""
        lr = float(lr)
        last = self.learned.pop() if self.learned else Learned(lr, 0, 0)
        if last.lr != lr:
            self.learned.append(last)
            last = Learned(lr, 0, 0)
        self.learned.append(Learned(lr, last.steps + steps, last.samples + steps * batch))


def save_state(run: Path, state: TrainState) -> None:
    """Save ``state`` as the last checkpoint; the previous one is kept as a backup.

    A complete checkpoint exists at every moment: the new file is fully on disk before the last one
    is renamed.
    """
    whole = BytesIO()
    torch.save(_to_disk(state), whole)  # in memory, since torch has its own error for a full disk
    with atomic_file(run / LAST) as file:
        file.write(whole.getbuffer())
        file.flush()
        os.fsync(file.fileno())
        if (run / LAST).exists():
            (run / LAST).replace(run / PREVIOUS)


def load_state(run: Path, repair: bool = True) -> tuple[TrainState | None, str | None]:
    """Load the newest checkpoint that can be read.

    Args:
        run: The run directory.
        repair: Whether to rename a damaged last checkpoint, so that it cannot replace the backup.

    Returns:
        The state, or None if none was saved yet, and a warning if it is not the last one.

    Raises:
        ModelError: If there are checkpoints and none can be read.
    """
    warning = None
    found = [run / name for name in (LAST, PREVIOUS) if (run / name).exists()]
    for path in found:
        try:
            with ZipFile(path) as members:
                # torch does not check the checksums of the zip file.
                if members.testzip() is not None:
                    raise BadZipFile("wrong checksum")
            state = _from_disk(torch.load(path, map_location="cpu", weights_only=True))
        except Exception as error:  # broken bytes can make torch raise anything
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            warning = f"{path} is damaged ({reason}); resuming from {PREVIOUS}"
            continue
        if warning and repair:
            found[0].replace(run / DAMAGED)
        return state, warning
    if found:
        raise ModelError(run, "contains no readable checkpoint")
    return None, None


def _to_disk(state: TrainState) -> dict[str, object]:
    """Return the dict that is saved: attributes by name, and one key for each fingerprint."""
    saved = {key: value for key, value in vars(state).items() if value is not None}
    del saved["pictures"]
    saved["learned"] = [astuple(part) for part in state.learned]
    return saved | {f"{name}{_PICTURES}": digest for name, digest in state.pictures.items()}


def _from_disk(saved: object) -> TrainState:
    """Return the state of a saved dict.

    Raises:
        ValueError: If it is not the dict of a state.
    """
    if not isinstance(saved, dict) or not saved.keys() >= _REQUIRED:
        raise ValueError("it is not the state of a run")
    values = cast("Mapping[str, Any]", saved)
    pictures = {
        key.removesuffix(_PICTURES): digest
        for key, digest in values.items()
        if key.endswith(_PICTURES)
    }
    known = {key: value for key, value in values.items() if key in vars(TrainState())}
    learned = [Learned(*part) for part in values.get("learned", ())]
    return TrainState(**{**known, "pictures": pictures, "learned": learned})

"""Checkpoints: the last good state and the one before it, each written whole or not at all."""

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
"""What torch's modules and optimizers save of themselves."""

_REQUIRED = {"step", "model", "average", "optimizer"}
_PICTURES = " pictures"
"""Ends the keys on disk that hold the fingerprints of `TrainState.pictures`."""


@dataclass(frozen=True)
class Learned:
    """Steps that were taken one after the other with one learning rate.

    Attributes:
        lr: The ``lr`` of the recipe.
        steps: How many steps they are.
        samples: Patches that were learned from, of all processes together.
    """

    lr: float
    steps: int
    samples: int


@dataclass
class TrainState:
    """Everything that a run needs to go on. The training loop changes it in place.

    Attributes:
        step: Steps that are done.
        seconds: Time that they took, validations included.
        best_psnr: PSNR of the best weights on the held-back pictures, in dB.
        best: Those weights.
        losses: Sum of the losses since the last validation.
        counted: Number of those losses.
        model: State of the network.
        average: State of the moving average of the network.
        optimizer: State of the optimizer.
        started_from: The weights that training started from, as the card names them.
        pictures: Fingerprints of the ``training`` and the ``held-back`` pictures.
        learned: What was learned from so far; a new entry begins where a resumed run has another ``lr``.
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
        """Patches that were learned from."""
        return sum(part.samples for part in self.learned)

    def count(self, lr: float, steps: int, batch: int) -> None:
        """Add ``steps`` steps of ``batch`` patches each to what was learned."""
        lr = float(lr)
        last = self.learned.pop() if self.learned else Learned(lr, 0, 0)
        if last.lr != lr:
            self.learned.append(last)
            last = Learned(lr, 0, 0)
        self.learned.append(Learned(lr, last.steps + steps, last.samples + steps * batch))


def save_state(run: Path, state: TrainState) -> None:
    """Keep ``state`` as the last one; the one that was last becomes the one before.

    At every moment a whole state is there: the new one lies complete on the disk beside the others
    before the last one is renamed.
    """
    whole = BytesIO()
    torch.save(_to_disk(state), whole)  # into a file it would tell of a full disk in its own way
    with atomic_file(run / LAST) as file:
        file.write(whole.getbuffer())
        file.flush()
        os.fsync(file.fileno())
        if (run / LAST).exists():
            (run / LAST).replace(run / PREVIOUS)


def load_state(run: Path, repair: bool = True) -> tuple[TrainState | None, str | None]:
    """Read the newest state that can be read.

    Args:
        run: The run directory.
        repair: Whether to put a damaged last state aside, so that it will not push out the one before.

    Returns:
        The state, ``None`` where none was saved yet, and a warning when it is not the last one.

    Raises:
        ModelError: If states are there and none can be read.
    """
    warning = None
    found = [run / name for name in (LAST, PREVIOUS) if (run / name).exists()]
    for path in found:
        try:
            with ZipFile(path) as members:
                # torch reads past wrong bytes; the zip file's checksums do not.
                if members.testzip() is not None:
                    raise BadZipFile("wrong checksum")
            state = _from_disk(torch.load(path, map_location="cpu", weights_only=True))
        except Exception as error:  # torch raises what the broken bytes led to
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            warning = f"{path} is damaged ({reason}); going on from {PREVIOUS}"
            continue
        if warning and repair:
            found[0].replace(run / DAMAGED)
        return state, warning
    if found:
        raise ModelError(run, "holds no checkpoint that can be read")
    return None, None


def _to_disk(state: TrainState) -> dict[str, object]:
    """Return the state as it is saved: its attributes by name, each fingerprint under a key of its own."""
    saved = {key: value for key, value in vars(state).items() if value is not None}
    del saved["pictures"]
    saved["learned"] = [astuple(part) for part in state.learned]
    return saved | {f"{name}{_PICTURES}": digest for name, digest in state.pictures.items()}


def _from_disk(saved: object) -> TrainState:
    """Return a state that was saved; raise `ValueError` for anything else."""
    if not isinstance(saved, dict) or not saved.keys() >= _REQUIRED:
        raise ValueError("it is no state of a run")
    values = cast("Mapping[str, Any]", saved)
    pictures = {
        key.removesuffix(_PICTURES): digest
        for key, digest in values.items()
        if key.endswith(_PICTURES)
    }
    known = {key: value for key, value in values.items() if key in vars(TrainState())}
    learned = [Learned(*part) for part in values.get("learned", ())]
    return TrainState(**{**known, "pictures": pictures, "learned": learned})

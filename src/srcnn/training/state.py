"""Checkpoints: the last good state and the one before it, each written whole or not at all."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import torch

from srcnn.errors import ModelError
from srcnn.images.files import atomic_file

LAST, PREVIOUS, DAMAGED = "state.pt", "state.previous.pt", "state.damaged.pt"


def save_state(run: Path, state: dict[str, Any]) -> None:
    """Keep ``state`` as the last one; the one that was last becomes the one before.

    At every moment a whole state is there: the new one lies complete on the disk beside the others
    before the last one is renamed.
    """
    whole = BytesIO()
    torch.save(state, whole)  # into a file it would tell of a full disk in its own way
    with atomic_file(run / LAST) as file:
        file.write(whole.getbuffer())
        file.flush()
        os.fsync(file.fileno())
        if (run / LAST).exists():
            (run / LAST).replace(run / PREVIOUS)


def load_state(run: Path) -> tuple[dict[str, Any] | None, str | None]:
    """(the newest state that can be read, a warning when it is not the last).

    The state is None where none was saved yet. A damaged last one is put aside, so that it will not
    push out the one before. Raises `ModelError` when states are there and none can be read.
    """
    warning = None
    found = [run / name for name in (LAST, PREVIOUS) if (run / name).exists()]
    for path in found:
        try:
            with ZipFile(path) as members:
                # torch reads past wrong bytes; the zip file's checksums do not.
                if members.testzip() is not None:
                    raise BadZipFile("wrong checksum")
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
            if not isinstance(state, dict) or not {"step", "model", "optimizer"} <= set(state):
                raise ValueError("it is no state of a run")
        except Exception as error:  # torch raises what the broken bytes led to
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            warning = f"{path} is damaged ({reason}); going on from {PREVIOUS}"
            continue
        if warning:
            found[0].replace(run / DAMAGED)
        return state, warning
    if found:
        raise ModelError(run, "holds no checkpoint that can be read")
    return None, None

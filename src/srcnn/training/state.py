"""Checkpoints: the last good state and the one before it, each written whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch

from srcnn.errors import ModelError
from srcnn.images.files import write_atomically

LAST, PREVIOUS = "state.pt", "state.previous.pt"


def save_state(run: Path, state: dict[str, Any]) -> None:
    """Keep ``state`` as the last one; the one that was last becomes the one before."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    if (run / LAST).exists():
        (run / LAST).replace(run / PREVIOUS)
    write_atomically(run / LAST, buffer.getvalue())


def load_state(run: Path) -> tuple[dict[str, Any], str | None]:
    """(the newest state that can be read, a warning when it is not the last); `ModelError` if none."""
    warning = None
    for name in (LAST, PREVIOUS):
        path = run / name
        if not path.exists():
            continue
        try:
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
            return state, warning
        except Exception as error:  # torch raises what the broken bytes led to
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            warning = f"{path} is damaged ({reason}); going on from {PREVIOUS}"
    raise ModelError(run, "holds no checkpoint that can be read")

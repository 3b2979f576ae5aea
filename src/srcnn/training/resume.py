"""Checks before a run starts or resumes: its folder, its recipe, its images, and a lock."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from srcnn.data.folder import RESOLVED, fingerprint
from srcnn.errors import UsageError
from srcnn.images.files import writing
from srcnn.training.config import Recipe
from srcnn.training.recipe_file import read_recipe
from srcnn.training.state import TrainState

LOCK = ".srcnn.lock"
"""Lock file in the folder of a run, held by the process that trains there."""
_SHOWN = 60
"""Largest number of characters of a recipe value that is shown."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a run folder, and create the folder if needed.

    Raises:
        UsageError: If another process trains in the folder, or it is not a folder.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    if not made and not folder.is_dir():
        raise UsageError(folder, "is not a folder", "give --run another name")
    try:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            try:
                lock = FileLock(folder / LOCK, blocking=False).acquire()
            except Timeout:
                raise UsageError(folder, "is in use by another process") from None
        with lock:
            try:
                yield
            finally:
                (folder / LOCK).unlink(missing_ok=True)
    finally:
        with suppress(OSError):  # keeps the first folder that is not empty and its parents
            for path in made:
                path.rmdir()


def check_folder(folder: Path, resume: bool) -> None:
    """Check that a run folder is empty, unless a run is resumed there.

    Raises:
        UsageError: If it is not empty.
    """
    taken = folder.is_dir() and any(file.name != LOCK for file in folder.iterdir())
    if taken and not resume:
        raise UsageError(folder, "is not empty", "use --resume to continue it, or another --run")


def check_resumed(recipe: Recipe, folder: Path, state: TrainState) -> None:
    """Check that the run in ``folder`` can continue with ``recipe``. Nothing is changed.

    Raises:
        UsageError: If the recipe does not fit the steps or the network of the run.
    """
    if recipe.steps < state.step:
        raise UsageError(
            "steps",
            f"must be at least {state.step}, the number already trained, not {recipe.steps}",
        )
    before = recipe_before(folder)
    if before is not None:
        for key in ("scale", "color", "architecture", "f", "n", "sizes", "form", "optimizer"):
            old, new = getattr(before, key), getattr(recipe, key)
            if old != new:
                why = f"was started with {key} = {old} and cannot continue with {new}"
                raise UsageError(folder, why, "give --run a new folder")
        if (state.step > before.folded_at) != (state.step > recipe.folded_at):
            why = f"free_steps cannot be changed to begin before or after step {state.step}"
            raise UsageError(folder, why, "give --run a new folder")


def recipe_before(folder: Path) -> Recipe | None:
    """Return the recipe that a run has used so far, or None if there is none."""
    return read_recipe(folder / RESOLVED) if (folder / RESOLVED).is_file() else None


def changed_keys(before: Recipe, now: Recipe) -> list[str]:
    """Return the keys in which two recipes differ, in the form ``batch 32 -> 8``."""
    old, new = _flat(before.model_dump(mode="json")), _flat(now.model_dump(mode="json"))
    return [
        f"{key} {_shown(old.get(key))} -> {_shown(new.get(key))}"
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key)
    ]


def _flat(values: Mapping[str, object], above: str = "") -> dict[str, object]:
    """Flatten nested keys to the form ``degradation.jpeg``."""
    flat: dict[str, object] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{above}{key}.")
        else:
            flat[above + key] = value
    return flat


def _shown(value: object) -> str:
    text = "none" if value in (None, "", []) else json.dumps(value).strip('"')
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def compare_pictures(
    state: TrainState, training: list[Path], held_back: list[Path], warn: Callable[[str], None]
) -> None:
    """Warn if a resumed run has other images than before.

    If the held-back images changed, the best weights are selected from scratch.
    """
    for name, files in (("training", training), ("held-back", held_back)):
        digest = fingerprint(files)
        if state.pictures.setdefault(name, digest) != digest:
            state.pictures[name] = digest
            warn(f"the {name} images have changed since the run was started")
            if name == "held-back":
                state.best_psnr = -math.inf

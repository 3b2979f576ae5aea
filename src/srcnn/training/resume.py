"""Whether a run can go on: by the recipe that it is given, with the pictures that are there now, alone."""

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
"""In the folder of a run: held by the process that trains there."""
_SHOWN = 60
"""Characters of a recipe's value that are shown."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a run directory; raise `UsageError` if another process trains in it."""
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    if not made and not folder.is_dir():
        raise UsageError(folder, "is no folder", "give --run another name")
    try:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            try:
                lock = FileLock(folder / LOCK, blocking=False).acquire()
            except Timeout:
                raise UsageError(folder, "another process trains in it") from None
        with lock:
            try:
                yield
            finally:
                (folder / LOCK).unlink(missing_ok=True)
    finally:
        with suppress(OSError):  # the first that is not empty stays, and all above it
            for path in made:
                path.rmdir()


def check_folder(folder: Path, resume: bool) -> None:
    """Raise `UsageError` for a run directory that is not empty, unless a run is resumed there."""
    taken = folder.is_dir() and any(file.name != LOCK for file in folder.iterdir())
    if taken and not resume:
        raise UsageError(folder, "is not empty", "use --resume RUN to go on, or another --run")


def check_resumed(recipe: Recipe, folder: Path, state: TrainState) -> None:
    """Raise `UsageError` unless the run in ``folder`` can go on by ``recipe``. Nothing is changed."""
    if recipe.steps < state.step:
        raise UsageError("steps", f"{recipe.steps} are fewer than the {state.step} that are done")
    before = recipe_before(folder)
    if before is not None:
        for key in ("scale", "color", "architecture", "f", "n", "sizes", "form", "optimizer"):
            old, new = getattr(before, key), getattr(recipe, key)
            if old != new:
                why = f"was begun with {key} = {old}, and cannot go on with {new}"
                raise UsageError(folder, why, "give --run a new folder")
        if (state.step > before.folded_at) != (state.step > recipe.folded_at):
            why = f"by step {state.step} free_steps have begun in one recipe and not in the other"
            raise UsageError(folder, why, "give --run a new folder")


def recipe_before(folder: Path) -> Recipe | None:
    """Return the recipe by which a run went on so far; ``None`` where there is none."""
    return read_recipe(folder / RESOLVED) if (folder / RESOLVED).is_file() else None


def changed_keys(before: Recipe, now: Recipe) -> list[str]:
    """Return the keys in which two recipes differ, as ``batch 32 -> 8``."""
    old, new = _flat(before.model_dump(mode="json")), _flat(now.model_dump(mode="json"))
    return [
        f"{key} {_shown(old.get(key))} -> {_shown(new.get(key))}"
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key)
    ]


def _flat(values: Mapping[str, object], above: str = "") -> dict[str, object]:
    """Return nested keys as ``degradation.jpeg``."""
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
    """Warn if a resumed run has other pictures; with others held back the best weights are chosen anew."""
    for name, files in (("training", training), ("held-back", held_back)):
        digest = fingerprint(files)
        if state.pictures.setdefault(name, digest) != digest:
            state.pictures[name] = digest
            warn(f"the {name} pictures are not those with which the run was begun")
            if name == "held-back":
                state.best_psnr = -math.inf

"""Whether a run can go on: by the recipe that it is given, with the pictures that are there now, alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a run directory; raise `UsageError` if another process trains in it."""
    made = not folder.exists()
    if not made and not folder.is_dir():
        raise UsageError(folder, "is no folder", "give --run another name")
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
            if made and not any(folder.iterdir()):
                folder.rmdir()


def check_resumed(recipe: Recipe, folder: Path, state: TrainState) -> None:
    """Raise `UsageError` unless the run in ``folder`` can go on by ``recipe``. Nothing is changed."""
    if recipe.steps < state.step:
        raise UsageError("steps", f"{recipe.steps} are fewer than the {state.step} that are done")
    if (folder / RESOLVED).is_file():
        before = read_recipe(folder / RESOLVED)
        for key in ("scale", "color", "architecture", "f", "n", "sizes", "form", "optimizer"):
            old, new = getattr(before, key), getattr(recipe, key)
            if old != new:
                why = f"was begun with {key} = {old}, and cannot go on with {new}"
                raise UsageError(folder, why, "give --run a new folder")
        if (state.step > before.folded_at) != (state.step > recipe.folded_at):
            why = f"by step {state.step} free_steps have begun in one recipe and not in the other"
            raise UsageError(folder, why, "give --run a new folder")


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

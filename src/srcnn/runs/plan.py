"""What a run will do: a recipe with its pictures found and split, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from srcnn.data.catalog import locate
from srcnn.data.files import files_in
from srcnn.data.pairs import check_pairs
from srcnn.errors import UsageError
from srcnn.images.color import channels_in
from srcnn.runs.card import Origin, recipe_origin
from srcnn.runs.found import find_pictures
from srcnn.runs.start import first_model
from srcnn.training.config import Recipe
from srcnn.training.device import make_fabric
from srcnn.training.learner import Learner
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.card import Card

_TIMED_STEPS = 6
"""Steps that `estimated_seconds` takes."""


@dataclass(frozen=True)
class Plan:
    """A recipe with its pictures found and split; nothing is decoded yet.

    Attributes:
        recipe: What to do.
        origin: The file that the recipe was read from.
        training: Pictures to learn from.
        held_back: Pictures that weights are chosen by.
        held_out: Pictures that are used for neither, because nothing is trained on them.
        low: The low-resolution files of those pictures that have one.
        taken: A line for each folder about what was taken of it.
    """

    recipe: Recipe
    origin: Origin
    training: list[Path]
    held_back: list[Path]
    held_out: list[Path]
    low: Mapping[Path, Path] = field(default_factory=dict)
    taken: Sequence[str] = ()

    @property
    def card(self) -> Card:
        """What is known of the weights before training."""
        return self.recipe.card


def make_plan(
    recipe: Recipe, recipe_file: str, data_root: Path | None = None, changed: bool = False
) -> Plan:
    """Find the pictures of a recipe, and hold some back at equal distances in their list.

    Args:
        recipe: What to do.
        recipe_file: The file that it was read from.
        data_root: Where named data sets lie.
        changed: Whether the recipe differs from what its file says.

    Raises:
        UsageError: If more pictures are held back than there are.
        MissingData: If a data set is not there.
    """
    for name in recipe.scores:
        check_pairs(files_in(locate(name, data_root), recipe.scale), recipe.scale)
    found = find_pictures(recipe, data_root)
    files = found.used
    count = recipe.held_back
    if len(files) <= count:
        why = f"{count} of {len(files)} pictures leaves none to train on"
        raise UsageError("held_back", why)
    chosen = {int((i + 0.5) * len(files) / count) for i in range(count)}
    origin = recipe_origin(recipe_file)
    return Plan(
        recipe,
        origin.changed() if changed else origin,
        [path for i, path in enumerate(files) if i not in chosen],
        [path for i, path in enumerate(files) if i in chosen],
        found.kept_out,
        found.low,
        found.lines,
    )


def estimated_seconds(plan: Plan, steps: int, device: str = "auto") -> float:
    """Return how long so many steps of a plan would take here, measured on a few batches of noise.

    Decoding and validating are not included.
    """
    if steps == 0:
        return 0.0
    recipe = plan.recipe
    fabric, _ = make_fabric(device, recipe.precision)
    learner = Learner(recipe, first_model(recipe, recipe.steps - steps), fabric)
    side = grid_of(plan.card).padded(recipe.patch)
    channels = channels_in(recipe.color)
    batch = [
        torch.rand(recipe.batch, channels, side, side, device=fabric.device),
        torch.rand(recipe.batch, channels, recipe.patch, recipe.patch, device=fabric.device),
        torch.ones(recipe.batch, device=fabric.device),
    ]
    times = []
    for _ in range(_TIMED_STEPS):
        started = time.perf_counter()
        learner.step(0, batch)
        times.append(time.perf_counter() - started)
    return sorted(times)[len(times) // 2] * steps

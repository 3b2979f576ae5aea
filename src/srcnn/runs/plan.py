"""The plan of a run: a recipe with its images found and split, and an estimate of the time."""

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
"""Number of steps that `estimated_seconds` measures."""


@dataclass(frozen=True)
class Plan:
    """A recipe with its images found and split. Nothing is decoded yet.

    Attributes:
        recipe: What to do.
        origin: The file from which the recipe was read.
        training: Images to train on.
        held_back: Images that select the weights.
        held_out: Images that are used for neither, because they are excluded from all training.
        low: Low-resolution file by image, for images that have one.
        taken: A line about each folder.
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
        """Card of the weights, as far as it is known before training."""
        return self.recipe.card


def make_plan(
    recipe: Recipe, recipe_file: str, data_root: Path | None = None, changed: bool = False
) -> Plan:
    """Find the images of a recipe, and hold some back at equal distances in their list.

    Args:
        recipe: What to do.
        recipe_file: The file from which it was read.
        data_root: Folder that holds the named data sets.
        changed: Whether the recipe differs from its file.

    Raises:
        UsageError: If there are not more images than are held back.
        MissingData: If a data set is missing.
    """
    for name in recipe.scores:
        check_pairs(files_in(locate(name, data_root), recipe.scale), recipe.scale)
    found = find_pictures(recipe, data_root)
    files = found.used
    count = recipe.held_back
    if len(files) <= count:
        why = f"{count} of {len(files)} images leaves none for training"
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
    """Return how long ``steps`` steps of a plan would take here, measured on batches of noise.

    Decoding and validation are not included.
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

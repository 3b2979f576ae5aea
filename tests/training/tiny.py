"""A training run of a second, and what it ends with."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from srcnn.runs.plan import make_plan
from srcnn.runs.run import WEIGHTS, run_plan
from srcnn.training.config import Recipe
from srcnn.training.recipe_file import make_recipe
from srcnn.weights.foreign import load

TINY: dict[str, Any] = {
    "name": "srcnn-915@tiny",
    "scale": 3,
    "n": [6, 4],
    "steps": 12,
    "batch": 4,
    "patch": 24,
    "held_back": 2,
    "precision": "fp32",
    "validate_every": 4,
    "warmup": 2,
}


def recipe_for(photos: Path, **changes: Any) -> Recipe:
    return make_recipe({**TINY, "data": [str(photos)], **changes}, [], "tiny")


def digest(run: Path) -> str:
    tensors, _ = load(run / WEIGHTS, 3)
    joined = b"".join(name.encode() + value.tobytes() for name, value in sorted(tensors.items()))
    return hashlib.sha256(joined).hexdigest()


def train(recipe: Recipe, run: Path, **options: Any) -> str:
    run_plan(make_plan(recipe, "tiny"), run, device="cpu", quiet=True, **options)
    return digest(run)

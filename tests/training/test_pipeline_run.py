"""Runs with a degradation pipeline: what they learn from, and what selects their weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcnn.data.folder import LOG
from srcnn.images.degradations.pipeline import Pipeline
from srcnn.images.io import open_picture
from srcnn.images.resize import imresize
from srcnn.metrics import psnr
from srcnn.runs.pictures import open_sampler
from srcnn.runs.plan import make_plan
from srcnn.runs.run import WEIGHTS
from srcnn.training.config import Recipe
from srcnn.training.degradation_keys import PipelineKeys
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.foreign import load

from .tiny import recipe_for, train

COMPACT: dict[str, Any] = {"architecture": "compact", "channels": 5, "depth": 2, "n": []}
PHOTO: dict[str, Any] = {**COMPACT, "color": "RGB", "loss": "l1"}


def with_pipeline(photos: Path, **keys: Any) -> Recipe:
    return recipe_for(photos, **PHOTO, degradation={"pipeline": keys})


def bicubic_of(run: Path) -> float:
    entries = map(json.loads, (run / LOG).read_text().splitlines())
    return float(next(entry["bicubic"] for entry in entries if "bicubic" in entry))


def by_hand(recipe: Recipe, degraded: bool) -> float:
    """Mean PSNR of RGB by bicubic of the held-back pictures, each degraded by its name's bytes."""
    scores = []
    for file in make_plan(recipe, "tiny").held_back:
        truth = open_picture(file).read()
        low = imresize(truth / 255, 1 / 3)
        if degraded:
            random = np.random.default_rng(list(file.name.encode()))
            low = Pipeline(clean=0).low_resolution(truth / 255, 3, random, "RGB")
        made = np.clip(imresize(low.astype(np.float64), 3.0), 0, 1) * 255
        made = np.floor(made + 0.5).astype(np.uint8)
        scores.append(psnr(made[3:-3, 3:-3], truth[3:-3, 3:-3]))
    return float(np.mean(scores))


@pytest.mark.parametrize(
    ("clean", "parts"), [(0.5, (False, True)), (0.0, (True,)), (1.0, (False,))]
)
def test_weights_are_selected_on_clean_and_degraded_pictures(
    photos: Path, tmp_path: Path, clean: float, parts: tuple[bool, ...]
) -> None:
    recipe = with_pipeline(photos, clean=clean)
    train(recipe, tmp_path / "run")
    wanted = np.mean([by_hand(recipe, degraded) for degraded in parts])
    assert bicubic_of(tmp_path / "run") == pytest.approx(wanted, abs=1e-3)
    card = load(tmp_path / "run" / WEIGHTS, 3)[1]
    assert card.degradation.startswith(f"{clean:g} bicubic; else resized by")


def test_patches_are_degraded_anew_in_every_step(photos: Path) -> None:
    """And the truths are those of a run without a pipeline's part that is drawn for each patch."""
    recipe = with_pipeline(photos, clean=0.5)
    plan = make_plan(recipe, "tiny")
    said: list[str] = []
    reading = (grid_of(plan.card), said.append, pytest.fail)
    with open_sampler(recipe, plan.training, *reading) as sampler:
        batches = [sampler.batch(step) for step in range(25)]
    r = grid_of(plan.card).radius
    errors = np.concatenate(
        [
            np.abs(x[..., r:-r, r:-r] - y.reshape(*y.shape[:2], 8, 3, 8, 3).mean((3, 5))).mean(
                axis=(1, 2, 3)
            )
            for x, y, _ in batches
        ]
    )
    assert len(np.unique(errors)) > 95
    assert 0.001 < np.quantile(errors, 0.9) < 0.05


def test_the_usual_chances_stand_in_one_place() -> None:
    """A recipe's defaults are the pipeline's own."""
    keys = PipelineKeys()
    assert Pipeline(**keys.model_dump()) == Pipeline()

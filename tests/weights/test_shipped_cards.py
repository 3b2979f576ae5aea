"""Every shipped weights file is what its card, its recipe and its name say."""

from __future__ import annotations

import hashlib
import json
import statistics
from pathlib import Path

import pytest
import yaml

from srcnn.training.recipe_file import read_recipe
from srcnn.weights.onnx_file import from_onnx
from srcnn.weights.store import shipped

from ..conftest import ROOT

FILES = shipped()


@pytest.mark.parametrize(("name", "scale"), FILES, ids=lambda value: str(value))
def test_made_by_the_committed_recipe(name: str, scale: int) -> None:
    path = FILES[name, scale]
    # It also holds the tensors to the card's sizes.
    _, card = from_onnx(path.read_bytes(), path.name)
    assert (card.name, card.scale) == (name, scale)
    recipe = ROOT / "recipes" / card.recipe
    planned = read_recipe(recipe).card
    for key in ("architecture", "f", "n", "sizes", "color", "weights"):
        assert getattr(card, key) == getattr(planned, key)
    assert card.recipe_sha256 == hashlib.sha256(recipe.read_bytes()).hexdigest()
    wanted = yaml.safe_load(recipe.read_text())
    assert (wanted["name"], wanted["scale"]) == (name, scale)
    assert list(card.training_data) == wanted["data"]
    assert (card.steps, card.seed) == (wanted["steps"], wanted["seed"])
    assert card.licence
    assert {"set5", "set14", *wanted["scores"]} <= set(card.scores)


def test_log_of_every_training_is_kept() -> None:
    for path in FILES.values():
        log = ROOT / "results" / "training" / Path(path.name).with_suffix(".jsonl")
        assert log.is_file(), f"no log of the training of {path.name}"


def test_reports_are_of_these_weights() -> None:
    """Two that `scripts/results` does not make name a PSNR on Set5 at x3: that of the card."""
    models = json.loads((ROOT / "results" / "speed.json").read_text())["models"]
    rows = json.loads((ROOT / "results" / "sparse-coding.json").read_text())["rows"]
    of_pictures: dict[str, list[float]] = {}
    for row in rows:
        of_pictures.setdefault(row["model"], []).append(row["psnr"])
    found = {name: statistics.mean(psnrs) for name, psnrs in of_pictures.items()}
    found |= {name: model["set5_psnr"] for name, model in models.items()}
    known = [name for name, scale in FILES if scale == 3 and name in found]
    assert "srcnn-955" in known
    for name in known:
        card = from_onnx(FILES[name, 3].read_bytes(), name)[1]
        assert found[name] == pytest.approx(card.scores["set5"]["psnr"], abs=2e-3), name

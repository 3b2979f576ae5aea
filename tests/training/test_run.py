"""A tiny training run, whole: seeds, the card, the log, and the loud line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from srcnn.data.folder import LOG, pictures_in
from srcnn.data.patches import Sampler
from srcnn.errors import UsageError
from srcnn.models.srcnn import SRCNN, init_paper
from srcnn.runs.pictures import open_sampler
from srcnn.runs.plan import make_plan
from srcnn.runs.run import CURVES, SNAPSHOTS, WEIGHTS, run_plan
from srcnn.runs.start import first_model
from srcnn.training.config import Recipe
from srcnn.training.recipe_file import make_recipe, read_recipe
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.foreign import load

from ..conftest import ROOT
from .tiny import TINY, digest, recipe_for, train


def sampler_of(recipe: Recipe, photos: Path) -> Sampler:
    with open_sampler(recipe, pictures_in(photos), grid_of(recipe.card), print, print) as sampler:
        return sampler


def test_a_seed_makes_two_runs_equal(photos: Path, tmp_path: Path) -> None:
    recipe = recipe_for(photos)
    assert train(recipe, tmp_path / "a") == train(recipe, tmp_path / "b")
    assert train(recipe_for(photos, seed=2), tmp_path / "c") != digest(tmp_path / "a")


def test_card_and_log(photos: Path, tmp_path: Path) -> None:
    recipe = recipe_for(photos, scores=[str(photos)], licence="CC0")
    run_plan(make_plan(recipe, "tiny"), tmp_path / "run", device="cpu", quiet=True)
    _, card = load(tmp_path / "run" / WEIGHTS, 3)
    assert (card.name, card.scale, card.f, card.n) == ("srcnn-915@tiny", 3, (9, 1, 5), (6, 4))
    assert (card.pictures, card.samples, card.seed, card.licence) == (7, 48, 1, "CC0")
    assert set(card.scores) == {photos.name, f"{photos.name} bicubic"}
    *entries, last = map(json.loads, (tmp_path / "run" / LOG).read_text().splitlines())
    assert [entry["step"] for entry in entries] == [4, 8, 12]
    assert all(entry["psnr"] > 0 and entry["samples_per_second"] > 0 for entry in entries)
    assert not any("scores" in entry for entry in entries)
    assert "card" in last
    with Image.open(tmp_path / "run" / CURVES) as drawn:
        assert drawn.format == "PNG"


def test_worse_than_bicubic_is_said_loudly(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = recipe_for(photos, form="plain", steps=1)
    run_plan(make_plan(recipe, "tiny"), tmp_path / "run", device="cpu")
    assert "WORSE THAN BICUBIC" in capsys.readouterr().err


def test_starting_from_weights(photos: Path, tmp_path: Path) -> None:
    """With a rate of nearly 0, x2 started from x3 ends at the x3 weights."""
    train(recipe_for(photos), tmp_path / "x3")
    start = str(tmp_path / "x3" / WEIGHTS)
    train(recipe_for(photos, scale=2, start=start, lr=1e-12, steps=4), tmp_path / "x2")
    old, new = (load(tmp_path / name / WEIGHTS, 3)[0] for name in ("x3", "x2"))
    for name, tensor in old.items():
        np.testing.assert_allclose(new[name], tensor, atol=1e-5)
    with pytest.raises(UsageError, match=r"has n \(6, 4\), but the recipe has \(7, 4\)"):
        train(recipe_for(photos, start=start, n=[7, 4]), tmp_path / "other")


def test_a_compact_network_starts_from_another_scale(photos: Path, tmp_path: Path) -> None:
    """All but the last layer, which has one channel per output pixel, are those of x3."""
    settings = {"architecture": "compact", "channels": 6, "depth": 2}

    def recipe(**changes: Any) -> Recipe:
        values = {key: value for key, value in TINY.items() if key != "n"}
        values |= {"data": [str(photos)], **settings, **changes}
        return make_recipe(values, [], "tiny")

    train(recipe(), tmp_path / "x3")
    start = str(tmp_path / "x3" / WEIGHTS)
    train(recipe(scale=2, start=start, lr=1e-12, steps=4), tmp_path / "x2")
    old, new = load(tmp_path / "x3" / WEIGHTS, 3)[0], load(tmp_path / "x2" / WEIGHTS, 2)[0]
    for name in old.keys() - {"conv4.weight", "conv4.bias"}:
        np.testing.assert_allclose(new[name], old[name], atol=1e-5)
    assert new["conv4.weight"].shape == (4, 6, 3, 3)
    train(recipe(scale=2, depth=1, start=start, lr=1e-12, steps=4), tmp_path / "shallow")
    shallow = load(tmp_path / "shallow" / WEIGHTS, 2)[0]
    np.testing.assert_allclose(shallow["conv2.weight"], old["conv2.weight"], atol=1e-5)
    assert shallow["conv3.weight"].shape == (4, 6, 3, 3)
    with pytest.raises(UsageError, match="has channels 6, but the recipe has 8"):
        train(recipe(start=start, channels=8), tmp_path / "other")


def test_a_network_of_ycbcr_starts_as_the_luma_network_that_it_is_given(
    photos: Path, tmp_path: Path
) -> None:
    """Its Y is the luma network's; Cb and Cr repeat pixels, as the anchor does. RGB has no Y."""
    settings = {"architecture": "compact", "channels": 6, "depth": 2, "n": [], "loss": "l1"}
    train(recipe_for(photos, **settings), tmp_path / "luma")
    start = str(tmp_path / "luma" / WEIGHTS)
    luma = first_model(recipe_for(photos, **settings, start=start))
    color, rgb = (
        first_model(recipe_for(photos, **settings, start=start, color=color))
        for color in ("YCbCr", "RGB")
    )
    image = torch.rand(2, 3, 9, 11)
    with torch.no_grad():
        made = color(image)
        torch.testing.assert_close(made[:, :1], luma(image[:, :1]), rtol=0, atol=1e-6)
        nearest = image[:, 1:].repeat_interleave(3, 2).repeat_interleave(3, 3)
        torch.testing.assert_close(made[:, 1:], nearest, rtol=0, atol=1e-6)
        assert (rgb(image)[:, :1] - made[:, :1]).abs().max() > 1e-3


def test_held_back_pictures_are_not_trained_on(photos: Path) -> None:
    plan = make_plan(recipe_for(photos), "tiny")
    assert len(plan.training) == 7
    assert len(plan.held_back) == 2
    assert not set(plan.training) & set(plan.held_back)
    with pytest.raises(UsageError, match="leaves none"):
        make_plan(recipe_for(photos, held_back=9), "tiny")


@pytest.mark.parametrize("form", ["residual", "plain", "binary"])
def test_snapshots_are_the_weights_of_each_validation(
    photos: Path, tmp_path: Path, form: str
) -> None:
    run = tmp_path / "run"
    train(recipe_for(photos, form=form, snapshots=True, held_back=0), run)
    files = sorted((run / SNAPSHOTS).iterdir())
    cards = [load(file, 3)[1] for file in files]
    assert [(card.steps, card.samples) for card in cards] == [(4, 16), (8, 32), (12, 48)]
    last, end = load(files[-1], 3)[0], load(run / WEIGHTS, 3)[0]
    assert all((last[name] == end[name]).all() for name in end)


def test_a_step_of_the_paper_s_recipe(photos: Path, tmp_path: Path) -> None:
    """SGD under Caffe's loss: each bias moves by its rate times the mean over samples of the summed errors."""
    paper = read_recipe(ROOT / "recipes" / "paper-915-x3.yaml")
    keys = paper.model_dump() | {
        "data": [str(photos)],
        "steps": 1,
        "scores": [],
        "snapshots": False,
    }
    recipe = make_recipe(keys, [], "paper")
    train(recipe, tmp_path / "run")
    torch.manual_seed(recipe.seed)
    model = SRCNN(recipe.f, recipe.n)
    init_paper(model)
    x, truth, _ = sampler_of(recipe, photos).batch(0)
    with torch.no_grad():
        error = (model(torch.from_numpy(x), pad=False) - torch.from_numpy(truth)).numpy()
    wanted = -1e-4 * 0.1 * 0.1 * error.sum(axis=(1, 2, 3)).mean()
    bias = load(tmp_path / "run" / WEIGHTS, 3)[0]["conv3.bias"]
    assert bias.item() == pytest.approx(wanted, rel=1e-4)


def test_nothing_held_back_keeps_the_last_weights(photos: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(recipe_for(photos, held_back=0), run)
    entries = [json.loads(line) for line in (run / LOG).read_text().splitlines()]
    assert [entry.get("psnr") for entry in entries] == [None] * 4
    assert digest(run) != train(recipe_for(photos, held_back=0, steps=4), tmp_path / "shorter")


def test_free_steps_go_on_from_the_folded_network_with_all_its_weights(
    photos: Path, tmp_path: Path
) -> None:
    """At next to no rate they change nothing; else the picture's own path moves, too."""
    keys: dict[str, float] = {"held_back": 0, "steps": 12}
    train(recipe_for(photos, **keys), tmp_path / "folded")
    for name, rate in (("still", 1e-12), ("free", 1e-2)):
        keys |= {"steps": 20, "free_steps": 8, "free_lr": rate}
        train(recipe_for(photos, **keys), tmp_path / name)
    before, still, free = (
        load(tmp_path / name / WEIGHTS, 3)[0] for name in ("folded", "still", "free")
    )
    path = before["conv1.weight"][-1, 0]
    assert (path[4, 4], np.abs(path).sum()) == (1, 1)
    for name, tensor in before.items():
        np.testing.assert_allclose(still[name], tensor, rtol=0, atol=1e-7)
        assert np.abs(free[name] - tensor).max() > 1e-3, name
    assert np.abs(free["conv1.weight"][-1, 0] - path).max() > 1e-3

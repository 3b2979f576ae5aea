"""Recipes: every mistake at once, overrides, and the committed ones are valid."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from srcnn.errors import UsageError
from srcnn.training.config import Recipe, schema
from srcnn.training.degradation_keys import PipelineKeys
from srcnn.training.optimizer import ema_decay, learning_rate
from srcnn.training.recipe_file import make_recipe, read_recipe

from ..conftest import ROOT

GOOD = {"name": "srcnn-915", "scale": 3, "data": ["photos"], "steps": 100}


@pytest.mark.parametrize("path", sorted((ROOT / "recipes").glob("*.yaml")), ids=lambda p: p.stem)
def test_committed_recipes_are_valid_and_named_after_their_weights(path: Path) -> None:
    recipe = read_recipe(path)
    name, _, tag = recipe.name.partition("@")
    assert path.stem in (f"{recipe.name}-x{recipe.scale}", f"{name}-x{recipe.scale}-{tag}")
    assert not {"set5", "set14", "bsd100", "bsd200"} & set(recipe.data)


def test_all_mistakes_are_reported_together() -> None:
    with pytest.raises(UsageError) as caught:
        make_recipe({**GOOD, "lr": -1, "stepz": 4, "scale": "three"}, [], "my.yaml")
    text = str(caught.value)
    assert all(word in text for word in ("my.yaml", "lr", "stepz: unknown key", "scale"))
    assert caught.value.exit_code == 2


def test_all_contradictions_are_reported_together() -> None:
    with pytest.raises(
        UsageError, match=r"must be odd; .*at least 2 filters.*; .*needs color.*; "
    ) as e:
        make_recipe({**GOOD, "f": [9, 2, 5], "n": [1, 8], "hue": 9, "restarts": [1, 1]}, [], "r")
    assert "restarts: must increase" in str(e.value)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"f": [9, 2, 5]}, "odd"),
        ({"n": [64]}, "one number fewer"),
        ({"n": []}, "one number fewer"),
        ({"free_steps": 100}, "free_steps: needs form"),
        ({"free_steps": 9, "form": "plain"}, "free_steps: needs form"),
        ({"steps": True}, "steps: must be a whole number"),
        ({"lr": float("inf")}, "lr: .*finite"),
        ({"seed": 2**64}, "seed: must be "),
        ({"layer_lr": [1, 0.1]}, "one factor per layer"),
        ({"n": [64, 1]}, "at least 2 filters"),
        ({"data": []}, "data"),
        ({"restarts": [50, 50]}, "restarts: must increase"),
        ({"restarts": [100]}, "restarts: must increase"),
        ({"schedule": "step"}, "milestones: needed"),
        ({"milestones": [50]}, "schedule: step"),
        ({"schedule": "step", "milestones": [50, 100]}, "milestones: must increase"),
        ({"loss": "l1", "balanced": True}, "loss: mse"),
        ({"sub_images": 14, "candidates": 2}, "sub_images: cannot be combined"),
        ({"loss": "ssim", "patch": 10}, "11 pixels"),
        ({"color": "BGR"}, "'Y', 'YCbCr' or 'RGB'"),
        ({"hue": 20}, "hue, brightness: needs color: YCbCr or RGB"),
        ({"brightness": 1.2}, "hue, brightness: needs color"),
        ({"color": "RGB", "brightness": 0.8}, "brightness: must be at least 1"),
        ({"color": "RGB", "hue": 181}, "hue: must be at most 180"),
        ({"channel_weights": [1, 0, 0]}, "channel_weights: needs color"),
        ({"color": "RGB", "channel_weights": [1, 0]}, "channel_weights"),
        ({"color": "YCbCr", "channel_weights": [1, -1, 0]}, "channel_weights"),
        (
            {"color": "YCbCr", "channel_weights": [0, 0, 0]},
            "channel_weights: at least one must be above 0",
        ),
        ({"color": "RGB", "stretched": 0.2}, "stretched: needs color: Y"),
        ({"color": "RGB", "n": [64, 3]}, "at least 4 filters"),
        ({"color": "RGB", "hue": 9, "sub_images": 14}, "sub_images: cannot be combined"),
        ({"degradation": {"jpeg": [90, 30]}}, "degradation: jpeg must be a range"),
        ({"degradation": {"jpeg": [0, 30]}}, r"degradation.jpeg.0"),
        ({"degradation": {"blurr": 1}}, r"degradation.blurr: unknown key, did you mean blur"),
        ({"stepz": 3}, "stepz: unknown key, did you mean steps"),
        ({"qqq": 3}, "qqq: unknown key$"),
        ({"f": "9,3,5"}, "f: must be a list"),
        ({"lr": "fast"}, "lr: must be a number"),
        ({"ema": 2}, "ema: must be below 1"),
        ({"precision": "fp8"}, "precision: must be 'auto', 'fp32' or 'bf16'"),
        ({"degradation": {"pipeline": {"blur": 2}}}, r"degradation.pipeline.blur: must be at most"),
        ({"degradation": {"pipeline": {"sigma": [2, 1]}}}, "pipeline: sigma must be a range"),
        ({"degradation": {"pipeline": {"jpeg": 0.8, "webp": 0.3}}}, "chances of jpeg and webp"),
        ({"degradation": {"pipeline": {}, "blur": 1.6}}, "pipeline cannot be combined with blur"),
        ({"degradation": {"pipeline": {}}, "sub_images": 14}, "sub_images: cannot be combined"),
    ],
)
def test_what_does_not_fit_together(change: dict[str, object], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        make_recipe({**GOOD, **change}, [], "my.yaml")


def test_overrides_are_yaml_and_win() -> None:
    recipe = make_recipe(dict(GOOD), ["steps=7", "f=[9,5,5]", "name=srcnn-955@mine"], "my.yaml")
    assert (recipe.steps, recipe.f, recipe.name) == (7, (9, 5, 5), "srcnn-955@mine")
    with pytest.raises(UsageError, match="key=value"):
        make_recipe(dict(GOOD), ["steps"], "my.yaml")


@pytest.mark.parametrize("text", ["", "- a\n", "a: [1\n", "\x00", "a: 1\na: 2\n", "[" * 9999])
def test_no_recipe_at_all(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"bad\.yaml"):
        read_recipe(path)
    with pytest.raises(UsageError, match="no such recipe"):
        read_recipe(tmp_path / "nope.yaml")


def test_resolved_recipe_reads_back(tmp_path: Path) -> None:
    recipe = make_recipe({**GOOD, "layer_lr": [1, 1, 0.1]}, [], "my.yaml")
    path = tmp_path / "recipe.yaml"
    path.write_text(recipe.to_yaml())
    assert read_recipe(path) == recipe


def test_what_signs_learn_by() -> None:
    """Unless the recipe says otherwise; as many factors as there are layers, and kept as they are resolved."""
    recipe = make_recipe(
        {**GOOD, "form": "binary", "f": [9, 1, 1, 5], "n": [8, 8, 8]}, [], "my.yaml"
    )
    assert (recipe.optimizer, recipe.lr, recipe.layer_lr) == ("adam", 5e-3, (1, 1, 1, 0.03))
    own = make_recipe({**GOOD, "form": "binary"}, ["lr=1e-3", "layer_lr="], "my.yaml")
    assert (own.optimizer, own.lr, own.layer_lr) == ("adam", 1e-3, None)
    assert make_recipe(GOOD, [], "my.yaml").optimizer == "soap"


@pytest.mark.parametrize("name", ["best@photo", "fast@photo", "srcnn-955@photo"])
def test_the_photo_recipes_of_a_network_differ_in_scale_and_size_alone(name: str) -> None:
    recipes = [read_recipe(ROOT / "recipes" / f"{name}-x{scale}.yaml") for scale in (2, 3, 4)]
    assert [(recipe.name, recipe.scale) for recipe in recipes] == [(name, s) for s in (2, 3, 4)]
    assert recipes[0].degradation.pipeline is not None
    own = {"scale": 2, "patch": recipes[0].patch, "start": None, "depth": recipes[0].depth}
    assert len({recipe.model_copy(update=own).to_yaml() for recipe in recipes}) == 1


def test_the_recipes_of_the_docs_are_valid() -> None:
    text = (ROOT / "docs" / "training.md").read_text()
    recipes = [
        yaml.safe_load(recipe) for recipe in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    ]
    small, tuned, photo, first = (make_recipe(recipe, [], "docs") for recipe in recipes)
    assert small.architecture == "compact"
    assert photo.degradation.pipeline == PipelineKeys()
    assert (tuned.loss, first.channel_weights) == ("charbonnier", (1, 0, 0))
    changes = ["channel_weights=", "start=runs/first/weights.onnx"]
    assert all(f"--set {change}" in text for change in changes)
    assert make_recipe(recipes[3], changes, "docs").channel_weights is None


def test_the_committed_schema_is_that_of_the_recipe() -> None:
    """``python scripts/schema.py`` writes it; editors complete recipes with it."""
    assert (ROOT / "recipes" / "schema.json").read_text() == schema()
    keys = json.loads(schema())["properties"]
    assert set(keys) == set(Recipe.model_fields)
    assert all("description" in keys[key] for key in ("data", "lr", "degradation", "ema", "loss"))


def test_schedules() -> None:
    cosine = make_recipe({**GOOD, "warmup": 10, "lr": 0.5}, [], "r")
    rates = [learning_rate(cosine, step) for step in range(100)]
    assert rates[0] == pytest.approx(0.05)
    assert max(rates) == rates[9] < 0.5
    assert rates[55] < rates[50]
    assert rates[99] < 0.001
    constant = make_recipe({**GOOD, "schedule": "constant", "warmup": 0, "lr": 0.5}, [], "r")
    assert {learning_rate(constant, step) for step in range(100)} == {0.5}
    steps = {"schedule": "step", "milestones": [30, 60], "gamma": 0.5, "warmup": 0, "lr": 0.5}
    rates = [learning_rate(make_recipe({**GOOD, **steps}, [], "r"), step) for step in range(100)]
    assert rates == [0.5] * 30 + [0.25] * 30 + [0.125] * 40
    again = make_recipe({**GOOD, "warmup": 0, "lr": 0.5, "restarts": [60]}, [], "r")
    rates = [learning_rate(again, step) for step in range(100)]
    assert rates[59] < 0.001
    assert rates[60] == 0.25
    assert rates[99] < 0.001
    free = make_recipe({**GOOD, "warmup": 0, "lr": 0.5, "free_steps": 40, "free_lr": 0.1}, [], "r")
    rates = [learning_rate(free, step) for step in range(100)]
    assert rates[:60] == [
        learning_rate(make_recipe({**GOOD, "warmup": 0, "lr": 0.5, "steps": 60}, [], "r"), s)
        for s in range(60)
    ]
    assert rates[60] == 0.1
    assert rates[80] == pytest.approx(0.05)
    assert rates[99] < 0.001
    assert ema_decay(cosine, 0) == pytest.approx(0.1)
    assert ema_decay(cosine, 10**6) == cosine.ema

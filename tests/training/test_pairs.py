"""Training on low-resolution files that are given: the files themselves are what is learned from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

import srcnn
from srcnn.data.files import given_files
from srcnn.errors import MissingData, UsageError
from srcnn.images.color import rgb_to_ycbcr
from srcnn.images.degrade import Degradation
from srcnn.images.io import open_picture
from srcnn.runs.pictures import Versions, open_sampler
from srcnn.runs.plan import make_plan
from srcnn.runs.run import run_plan
from srcnn.training.recipe_file import make_recipe
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.onnx_file import read_card

from ..support.command import run
from ..support.pairs import crops, low_of, save, set_in_folders
from .tiny import TINY, recipe_for

SETTINGS = ["steps=3", "n=[4,3]", "batch=2", "patch=24", "validate_every=2"]
OPTIONS = [part for setting in SETTINGS for part in ("--set", setting)]


@pytest.fixture
def negatives(tmp_path: Path) -> Path:
    """Pictures whose low-resolution files are negatives, which nobody would make of them."""
    for name, high in zip("abcde", crops(5, 73), strict=True):
        save(tmp_path / "train_HR" / f"{name}.png", high)
        save(tmp_path / "train_LR_bicubic" / "X3" / f"{name}x3.png", 255 - low_of(high, 3))
    return tmp_path / "train_HR"


def test_every_patch_is_of_the_files(negatives: Path) -> None:
    """Whole, and in windows of streamed pictures: the luma of the file, pixel for pixel."""
    files = given_files(negatives, negatives.parent / "train_LR_bicubic", 3)
    versions = Versions(3, (0.5,), Degradation(), 24, 30, low=files.low)
    random = np.random.default_rng(0)
    for file in files.high:
        low = open_picture(files.low[file]).read() / 255
        luma = rgb_to_ycbcr(low)[..., 0]
        [(truth, degraded)] = versions.all(file)  # no smaller version, as it has no file
        assert truth.shape == (72, 72)
        np.testing.assert_allclose(degraded.low, luma, atol=1e-12)
        places = set()
        for _ in range(5):
            part, window = versions.one(file, random)
            assert (part.shape, window.low.shape) == ((30, 30), (10, 10))
            [[top, left]] = [
                (y, x)
                for y in range(15)
                for x in range(15)
                if np.allclose(luma[y : y + 10, x : x + 10], window.low, atol=1e-12)
            ]
            places.add((top, left))
            np.testing.assert_array_equal(
                part, truth[3 * top : 3 * top + 30, 3 * left : 3 * left + 30]
            )
        assert len(places) > 1


@pytest.mark.parametrize("megapixels", [512, 0])
def test_a_run_in_memory_and_streamed(negatives: Path, tmp_path: Path, megapixels: int) -> None:
    """The sampler has the files; the weights are chosen by them; the card says where they were."""
    recipe = recipe_for(negatives, megapixels=megapixels)
    plan = make_plan(recipe, "tiny")
    place = negatives.parent / "train_LR_bicubic" / "X3"
    assert plan.taken == [f"5 images from {negatives}, with low-resolution images from {place}"]
    grid = grid_of(plan.card)
    with open_sampler(recipe, plan.training, grid, print, print, plan.low) as sampler:
        given, truth, _ = sampler.batch(0)
    r = grid.radius
    inner, wanted = given[..., r:-r, r:-r].ravel(), truth.ravel()
    assert np.corrcoef(inner, wanted)[0, 1] < -0.9
    card = run_plan(plan, tmp_path / "run", device="cpu", quiet=True)
    assert card is not None
    assert card.training_data == ("train_HR",)
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    (bicubic,) = {row["bicubic"] for row in log if "bicubic" in row}
    held = tmp_path / "held"
    for file in plan.held_back:
        save(held / "HR" / file.name, open_picture(file).read())
        save(held / "LR" / "X3" / file.name, open_picture(plan.low[file]).read())
    (row,) = srcnn.evaluate(held, [], 3, metrics="psnr")["results"]
    assert row["mean"]["psnr"] == pytest.approx(bicubic, abs=0.01)
    assert bicubic < 15


def test_a_recipe_with_its_own_degradation_takes_the_pictures_alone(negatives: Path) -> None:
    recipe = recipe_for(negatives, degradation={"noise": [0, 5]})
    plan = make_plan(recipe, "tiny")
    assert plan.low == {}
    assert plan.taken == [f"5 images from {negatives}"]


def test_keys_of_a_recipe(negatives: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``pairs``, or for one pair ``hr`` and ``lr``, which is a learning rate where it is a number."""
    values = {key: value for key, value in TINY.items() if key != "data"}
    low = str(negatives.parent / "train_LR_bicubic")
    short = make_recipe({**values, "hr": str(negatives), "lr": low}, [], "tiny")
    long = make_recipe(
        {**values, "pairs": [{"hr": str(negatives), "lr": low}]}, ["lr=6e-3"], "tiny"
    )
    assert short == long
    assert long.lr == 6e-3
    assert len(make_plan(long, "tiny").low) == 5
    monkeypatch.chdir(negatives.parent)
    moved = make_recipe({**values, "hr": "train_HR", "lr": "train_LR_bicubic"}, [], "tiny")
    resolved = yaml.safe_load(moved.absolute(None).to_yaml())
    assert make_recipe(resolved, [], "again").pairs == short.pairs
    for wrong, word in (
        ({"lr": "a"}, "lr: must be a number"),
        ({}, "at least one folder"),
        (
            {"hr": "a", "lr": "b", "degradation": {"jpeg": [40, 90]}},
            "cannot be combined with pairs",
        ),
        ({"pairs": [{"lr": "a"}]}, "pairs.0.hr"),
    ):
        with pytest.raises(UsageError, match=word):
            make_recipe({**values, **wrong}, [], "tiny")


def train(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    return run(monkeypatch, "train", *arguments, "--device", "cpu")


def test_the_command_line(
    negatives: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """``--hr`` and ``--lr``, the layout by itself, and a recipe whose data they stand for; and a resume."""
    low = negatives.parent / "train_LR_bicubic"
    pair = ["--hr", negatives, "--lr", low]
    line = f"5 images from {negatives}, with low-resolution images from {low / 'X3'}"
    assert train(monkeypatch, *pair, "-s", 3, "--run", tmp_path / "a", *OPTIONS) == 0
    assert line in capsys.readouterr().err
    card = read_card((tmp_path / "a" / "weights.onnx").read_bytes(), "weights")
    assert (card.scale, card.training_data, card.pictures) == (3, ("train_HR",), 4)
    assert train(monkeypatch, "--resume", tmp_path / "a", "--set", "steps=4") == 0
    assert line in capsys.readouterr().err
    assert train(monkeypatch, negatives, "-s", 3, "--dry-run", *OPTIONS) == 0
    out, err = capsys.readouterr()
    assert f"# {line}\n" in out
    assert err == ""
    assert "# 4 training images, 1 held back" in out
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(yaml.safe_dump({**TINY, "data": ["nowhere"], "held_back": 1}))
    assert train(monkeypatch, recipe, *pair, "--dry-run") == 0
    assert yaml.safe_load(capsys.readouterr().out)["data"] == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--lr", "{lr}", "-s", "3"], "--lr: needs the high-resolution images"),
        (["{hr}", "--hr", "{hr}", "--lr", "{lr}"], "cannot be combined with the folder"),
        (["--hr", "{hr}", "--lr", "{lr}", "-s", "4"], "none for x4"),
        (["{hr}", "-s", "2"], "has low-resolution images for x3, but none for x2"),
    ],
)
def test_mistakes(
    negatives: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    word: str,
) -> None:
    places = {"hr": negatives, "lr": negatives.parent / "train_LR_bicubic"}
    line = [argument.format(**places) for argument in arguments]
    assert train(monkeypatch, *line, "--dry-run") == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert word in err


def test_hr_alone_is_a_plain_folder(negatives: Path, tmp_path: Path) -> None:
    """Whatever lies beside it; a number ``lr`` is the learning rate, and a degradation is allowed."""
    values = {key: value for key, value in TINY.items() if key != "data"}
    more = {"hr": str(negatives), "lr": 2e-3, "degradation": {"jpeg": [40, 90]}}
    recipe = make_recipe({**values, **more}, [], "tiny")
    plan = make_plan(recipe, "tiny")
    assert (recipe.lr, plan.low, plan.taken) == (2e-3, {}, [f"5 images from {negatives}"])


def test_scores_use_given_files_too(negatives: Path, tmp_path: Path) -> None:
    """A set of ``scores`` in a layout; one that has no such scale is known before anything is trained."""
    set_in_folders(tmp_path / "test", crops(2, 73), (3,))
    recipe = recipe_for(negatives, scores=[str(tmp_path / "test")])
    card = run_plan(make_plan(recipe, "tiny"), tmp_path / "run", device="cpu", quiet=True)
    assert card is not None
    wanted = srcnn.evaluate(tmp_path / "test", [], 3, metrics="psnr")["results"][0]["mean"]["psnr"]
    assert card.scores["test bicubic"]["psnr"] == pytest.approx(wanted)
    (tmp_path / "test" / "LR_bicubic" / "X3").rename(tmp_path / "test" / "LR_bicubic" / "X4")
    with pytest.raises(MissingData, match="none for x3"):
        make_plan(recipe, "tiny")

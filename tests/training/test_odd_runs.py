"""Runs that a person gets wrong, and pictures that would lead the choice of weights astray."""

from __future__ import annotations

import math
import resource
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcnn.data.folder import LOG, RESOLVED
from srcnn.errors import OutputError, SrcnnError, UsageError
from srcnn.runs.plan import make_plan
from srcnn.runs.run import WEIGHTS, run_plan
from srcnn.training.recipe_file import read_recipe
from srcnn.training.resume import LOCK, alone
from srcnn.training.state import LAST
from srcnn.weights.foreign import load
from srcnn.weights.onnx_file import read_card

from ..support.pictures import write_png
from .tiny import digest, recipe_for, train


@pytest.fixture
def own(photos: Path, tmp_path: Path) -> Path:
    """The pictures, to be changed."""
    return shutil.copytree(photos, tmp_path / "own")


def held_back_is(folder: Path, shape: tuple[int, ...]) -> None:
    """One of the two that are held back becomes a white picture."""
    white = np.full(shape, 255, np.uint8)
    write_png(folder / "2.png", white)


@pytest.mark.parametrize(
    ("side", "why"), [(96, "bicubic restores it exactly"), (14, "is 14 x 14, too small for")]
)
def test_a_blank_or_small_picture_chooses_no_weights(
    own: Path, tmp_path: Path, side: int, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A blank one's PSNR is infinite, before training as after it. Warnings are for quiet runs, too."""
    held_back_is(own, (side, side, 3))
    train(recipe_for(own), tmp_path / "run")
    err = capsys.readouterr().err
    assert f"2.png: {why}" in err
    assert "; not used for validation" in err
    assert '"psnr": null' not in (tmp_path / "run" / LOG).read_text()


def test_scores_that_cannot_be_had_cost_no_weights(
    photos: Path, own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own / "3.png").write_bytes((own / "3.png").read_bytes()[:300])
    held_back_is(own, (12, 12, 3))
    train(recipe_for(photos, scores=[str(own)]), tmp_path / "run")
    err = capsys.readouterr().err
    assert "2.png: is 12 x 12, too small for ssim at x3" in err
    assert "3.png: is not a readable PNG" in err
    card = load(tmp_path / "run" / WEIGHTS, 3)[1]
    assert card.steps == 12
    assert math.isfinite(card.scores[own.name]["psnr"])


def test_a_set_of_which_nothing_can_be_scored_costs_no_weights(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.png").write_bytes(b"no picture")
    train(recipe_for(photos, scores=[str(tmp_path / "bad")]), tmp_path / "run")
    assert "a.png: is not an image" in capsys.readouterr().err
    assert card_of(tmp_path / "run").scores == {}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"n": [8, 4]}, r"was started with n = \(6, 4\) and cannot continue with \(8, 4\)"),
        ({"scale": 2}, "was started with scale = 3 and cannot continue with 2"),
        ({"optimizer": "adam"}, "was started with optimizer = soap"),
        ({"form": "plain"}, "was started with form = residual"),
        (
            {"architecture": "compact", "channels": 4, "depth": 1, "n": []},
            "was started with architecture = srcnn and cannot continue with compact",
        ),
        ({"steps": 6}, "at least 12, the number already trained, not 6"),
        ({"free_steps": 1}, "free_steps cannot be changed"),
    ],
)
def test_another_recipe_does_not_ruin_a_run(
    photos: Path, tmp_path: Path, changes: dict[str, Any], why: str
) -> None:
    run = tmp_path / "run"
    train(recipe_for(photos), run)
    before = {file.name: file.read_bytes() for file in run.iterdir() if file.is_file()}
    with pytest.raises(UsageError, match=why):
        train(recipe_for(photos, **changes), run, resume=True)
    assert {file.name: file.read_bytes() for file in run.iterdir() if file.is_file()} == before
    train(recipe_for(photos, steps=16), run, resume=True)


def test_other_sizes_do_not_ruin_a_run(photos: Path, tmp_path: Path) -> None:
    compact = {"architecture": "compact", "channels": 4, "depth": 1, "n": []}
    train(recipe_for(photos, **compact), tmp_path / "run")
    with pytest.raises(UsageError, match=r"was started with sizes = .*'depth': 1.* continue with"):
        train(recipe_for(photos, **{**compact, "depth": 2}), tmp_path / "run", resume=True)


def test_other_pictures_are_told_of(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    train(recipe_for(own), run)
    assert "with which the run was begun" not in capsys.readouterr().err
    (own / "0.png").unlink()
    train(recipe_for(own, steps=16), run, resume=True)
    assert "the training images have changed since the run was started" in (capsys.readouterr().err)


def test_what_a_run_started_from_may_be_gone(photos: Path, tmp_path: Path) -> None:
    first, then = tmp_path / "first", tmp_path / "then"
    train(recipe_for(photos), first)
    start = tmp_path / "start.onnx"
    shutil.copy(first / WEIGHTS, start)
    train(recipe_for(photos, start=str(start)), then)
    start.unlink()
    train(recipe_for(photos, start=str(start), steps=16), then, resume=True)


@pytest.mark.parametrize("changes", [{"optimizer": "sgd", "lr": 1e30}, {"clip": 0, "lr": 1e30}])
def test_a_run_that_diverges_says_so(photos: Path, tmp_path: Path, changes: dict[str, Any]) -> None:
    """And saves nothing of it."""
    with pytest.raises(SrcnnError, match=r"diverged at step \d+: .*; use a lower lr"):
        train(recipe_for(photos, warmup=0, **changes), tmp_path / "run")
    assert not (tmp_path / "run" / WEIGHTS).exists()


def test_finished_weights_without_a_checkpoint_stay(photos: Path, tmp_path: Path) -> None:
    """Resuming would start from scratch and replace them."""
    run = tmp_path / "run"
    before = train(recipe_for(photos), run)
    for state in run.glob("state*.pt"):
        state.unlink()
    with pytest.raises(UsageError, match="finished weights but no checkpoint to resume from"):
        train(recipe_for(photos), run, resume=True)
    assert digest(run) == before


def test_a_run_goes_on_with_the_pictures_of_its_data_root(
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A folder of the same name that lies where one resumes is another; one that only lay there stays it."""
    root, run = tmp_path / "the root", tmp_path / "the run"
    shutil.copytree(photos, root / "t91")
    shutil.copytree(photos, tmp_path / "here" / "mine")
    monkeypatch.chdir(tmp_path / "here")
    run_plan(make_plan(recipe_for(Path("t91"), scores=["mine"]), "tiny", root), run, root, "cpu")
    resolved = read_recipe(run / RESOLVED)
    assert (resolved.data, resolved.scores) == (("t91",), (str(tmp_path / "here" / "mine"),))
    assert list(card_of(run).scores) == ["mine bicubic", "mine"]


def card_of(run: Path) -> Any:
    return read_card((run / WEIGHTS).read_bytes(), "weights")


@pytest.mark.parametrize("megapixels", [512, 0], ids=["in memory", "streamed"])
def test_the_card_counts_the_pictures_that_were_learned_from(
    own: Path, tmp_path: Path, megapixels: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (own / "8.png").write_bytes(b"no picture")
    write_png(own / "a.png", np.zeros((30, 7), np.uint8))
    recipe = recipe_for(own, held_back=0, megapixels=megapixels, shrink=[0.5, 0.3])
    train(recipe, tmp_path / "run")
    error = capsys.readouterr().err
    assert error.count("8.png: is not an image in a supported format") == 1
    assert error.count("a.png: has fewer than 24 pixels in one direction; skipped") == 1
    assert card_of(tmp_path / "run").pictures == 8


def test_a_version_of_no_pixels_does_not_take_the_picture_with_it(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(recipe_for(own, shrink=[0.02, 0.5]), tmp_path / "run")
    assert "skipped" not in capsys.readouterr().err
    assert card_of(tmp_path / "run").pictures == 7


def test_pictures_count_once_and_those_of_a_run_never(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run below the pictures that it learns from draws curves there."""
    monkeypatch.chdir(own)
    train(recipe_for(Path()), own / "runs" / "first")
    assert list((own / "runs").rglob("*.png"))
    assert card_of(own / "runs" / "first").training_data == ("own",)
    plan = make_plan(recipe_for(own, data=[".", str(own), "./"]), "tiny")
    assert len({*plan.training, *plan.held_back}) == len(plan.training) + len(plan.held_back) == 9


def test_a_run_goes_on_from_another_folder(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    straight = train(recipe_for(Path("own"), scores=["own"]), tmp_path / "run")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    recipe = read_recipe(tmp_path / "run" / RESOLVED)
    assert train(recipe, tmp_path / "run", resume=True) == straight


def test_two_processes_do_not_train_in_one_folder(photos: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with alone(run), pytest.raises(UsageError, match="is in use by another process"):
        train(recipe_for(photos), run)
    assert not run.exists()
    run.mkdir()
    (run / LOCK).touch()  # of a process that was killed
    train(recipe_for(photos), run)


def test_a_run_cannot_be_a_file(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine")
    with pytest.raises(UsageError, match="is not a folder"):
        train(recipe_for(photos), tmp_path / "run")
    assert (tmp_path / "run").read_text() == "mine"


def test_a_full_disk_costs_one_line_and_no_state(photos: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(recipe_for(photos), run)
    before = (run / LAST).read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, limits[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            train(recipe_for(photos, steps=16), run, resume=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (run / LAST).read_bytes() == before
    train(recipe_for(photos, steps=16), run, resume=True)


@pytest.mark.parametrize("name", ["a\nb", "\udcff", "ü"], ids=ascii)
def test_folders_have_any_name(photos: Path, tmp_path: Path, name: str) -> None:
    """Also one that is not text, or two lines."""
    folder = shutil.copytree(photos, tmp_path / name)
    recipe = recipe_for(folder)
    run = tmp_path / "run"
    run_plan(make_plan(recipe, str(folder)), run, device="cpu", quiet=True)
    assert read_recipe(run / RESOLVED).data == (str(folder),)
    assert train(read_recipe(run / RESOLVED), run, resume=True) == digest(run)

"""Runs that a person gets wrong, and pictures that would lead the choice of weights astray."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcnn.errors import SrcnnError, UsageError
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.training_run import LOG, WEIGHTS
from srcnn.weights.foreign import load

from .tiny import recipe_for, train


@pytest.fixture
def own(photos: Path, tmp_path: Path) -> Path:
    """The pictures, to be changed."""
    return shutil.copytree(photos, tmp_path / "own")


def held_back_is(folder: Path, shape: tuple[int, ...]) -> None:
    """One of the two that are held back becomes a white picture."""
    white = np.full(shape, 255, np.uint8)
    (folder / "2.png").write_bytes(encode(white, FORMATS["png"]))


@pytest.mark.parametrize(
    ("side", "why"), [(96, "the same after bicubic"), (14, "too small to be judged at x3")]
)
def test_a_blank_or_small_picture_chooses_no_weights(
    own: Path, tmp_path: Path, side: int, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A blank one's PSNR is infinite, before training as after it. Warnings are for quiet runs, too."""
    held_back_is(own, (side, side, 3))
    train(recipe_for(own), tmp_path / "run")
    assert f"2.png: is {why}; not judged" in capsys.readouterr().err
    assert '"psnr": null' not in (tmp_path / "run" / LOG).read_text()


def test_scores_that_cannot_be_had_cost_no_weights(
    photos: Path, own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own / "3.png").write_bytes((own / "3.png").read_bytes()[:300])
    held_back_is(own, (12, 12, 3))
    train(recipe_for(photos, scores=[str(own)]), tmp_path / "run")
    err = capsys.readouterr().err
    assert "2: is too small to be judged at x3; not scored" in err
    assert "3.png: is not a readable PNG" in err
    card = load(tmp_path / "run" / WEIGHTS, 3)[1]
    assert card.steps == 12
    assert math.isfinite(card.scores[str(own)]["psnr"])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"n": [8, 4]}, r"was begun with n = \(6, 4\), and cannot go on with \(8, 4\)"),
        ({"scale": 2}, "was begun with scale = 3, and cannot go on with 2"),
        ({"optimizer": "adam"}, "was begun with optimizer = soap"),
        ({"form": "plain"}, "was begun with form = residual"),
        ({"steps": 6}, "6 are fewer than the 12 that are done"),
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


def test_other_pictures_are_told_of(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    train(recipe_for(own), run)
    assert "warning" not in capsys.readouterr().err
    (own / "0.png").unlink()
    train(recipe_for(own, steps=16), run, resume=True)
    assert "the training pictures are not those with which the run was begun" in (
        capsys.readouterr().err
    )


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
    with pytest.raises(SrcnnError, match=r"diverged at step \d+: .*; lower lr"):
        train(recipe_for(photos, warmup=0, **changes), tmp_path / "run")
    assert not (tmp_path / "run" / WEIGHTS).exists()

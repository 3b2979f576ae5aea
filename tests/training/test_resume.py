"""Interrupted anywhere and resumed, a run ends at the same bytes."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from srcnn.data.folder import LOG
from srcnn.data.patches import Batch, PatchSampler
from srcnn.data.stream import StreamSampler
from srcnn.errors import ModelError
from srcnn.runs.plan import make_plan
from srcnn.runs.run import WEIGHTS, run_plan
from srcnn.training import loop
from srcnn.training.state import DAMAGED, LAST, PREVIOUS
from srcnn.weights.foreign import load

from ..conftest import ROOT
from .tiny import digest, recipe_for, train

FREE = {"free_steps": 5}
BINARY = {"form": "binary", "name": "srcnn-915@bits"}
COMPACT = {"architecture": "compact", "channels": 5, "depth": 2, "n": [], "loss": "l1"}
IN_COLOR = {**COMPACT, **FREE, "color": "RGB", "candidates": 2}
# With 4 patches a batch, so that each part of it is drawn before and after step 6.
PIPELINE = {"degradation": {"pipeline": {"noise": 0.8, "blur": 0.8}}}
PHOTO = {**COMPACT, **PIPELINE, "color": "YCbCr"}
PAPER = {"form": "plain", "init": "paper", "optimizer": "sgd", "layer_lr": [1, 1, 0.1], "ema": 0}


def signal_at(
    monkeypatch: pytest.MonkeyPatch,
    at: int,
    times: int = 1,
    sampler: type[PatchSampler | StreamSampler] = PatchSampler,
) -> None:
    """So many SIGINT arrive while the batch of step ``at`` is made."""
    batch = sampler.batch

    def interrupted(self: Any, step: int) -> Batch:
        for _ in range(times if step == at else 0):
            signal.raise_signal(signal.SIGINT)
        return batch(self, step)

    monkeypatch.setattr(sampler, "batch", interrupted)


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        *[({}, at) for at in (0, 4, 7, 11)],
        *[(FREE, at) for at in (6, 7)],
        *[(PAPER, 5), (BINARY, 6), (COMPACT, 6), (IN_COLOR, 9), (PIPELINE, 6), (PHOTO, 6)],
    ],
    ids=[
        *["0", "4", "7", "11", "free-6", "free-7", "paper-5", "binary-6", "compact-6", "color-9"],
        *["pipeline-6", "photo-6"],
    ],
)
def test_a_signal_ends_the_run_after_its_step_and_resuming_changes_nothing(
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, Any],
    at: int,
) -> None:
    """Validations are after steps 4, 8 and 12: most of these moments are none."""
    recipe, run = recipe_for(photos, **changes), tmp_path / "cut"
    straight = train(recipe, tmp_path / "straight")
    with monkeypatch.context() as patch:
        signal_at(patch, at)
        with pytest.raises(KeyboardInterrupt):
            run_plan(make_plan(recipe, "tiny"), run, device="cpu")
    assert f"srcnn train --resume {run}" in capsys.readouterr().err
    assert torch.load(run / LAST)["step"] == at + 1
    assert train(recipe, run, resume=True) == straight
    assert logged(run, "step") == logged(tmp_path / "straight", "step") == [4, 8, 12]


def logged(run: Path, key: str) -> list[float]:
    entries = map(json.loads, (run / LOG).read_text().splitlines())
    return [entry[key] for entry in entries if "step" in entry]


def test_a_second_signal_ends_the_run_at_once(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal_at(monkeypatch, 5, times=2)
    with pytest.raises(KeyboardInterrupt):
        train(recipe_for(photos), tmp_path / "run")
    assert torch.load(tmp_path / "run" / LAST)["step"] == 4
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("ignored", [True, False])
def test_a_handler_that_was_there_before_has_its_way(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ignored: bool
) -> None:
    """Shells start background jobs with SIGINT ignored; a program's own handler need not raise."""
    heard: list[int] = []
    signal_at(monkeypatch, 5)
    handler = signal.SIG_IGN if ignored else lambda number, _: heard.append(number)
    before = signal.signal(signal.SIGINT, handler)
    try:
        if ignored:
            train(recipe_for(photos), tmp_path / "run")
        else:
            with pytest.raises(KeyboardInterrupt):
                train(recipe_for(photos), tmp_path / "run")
    finally:
        signal.signal(signal.SIGINT, before)
    assert torch.load(tmp_path / "run" / LAST)["step"] == (12 if ignored else 6)
    assert heard == ([] if ignored else [signal.SIGINT])


def test_the_state_is_saved_between_distant_validations(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no time at all between two saves, a kill at step 9 of 12 loses one step."""
    monkeypatch.setattr(loop, "SAVE_EVERY", 0.0)
    signal_at(monkeypatch, 9, times=2)
    recipe = recipe_for(photos, validate_every=100)
    with pytest.raises(KeyboardInterrupt):
        train(recipe, tmp_path / "run")
    assert torch.load(tmp_path / "run" / LAST)["step"] == 9
    monkeypatch.undo()
    assert train(recipe, tmp_path / "run", resume=True) == train(recipe, tmp_path / "straight")


@pytest.mark.parametrize("changes", [{"degradation": {"noise": [0, 9]}}, PHOTO])
def test_a_streamed_run_resumes_at_the_same_bytes(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    """Also in the middle of a block of 16 steps."""
    recipe = recipe_for(photos, megapixels=0, steps=20, **changes)
    straight = train(recipe, tmp_path / "straight")
    with monkeypatch.context() as patch:
        signal_at(patch, 17, sampler=StreamSampler)
        with pytest.raises(KeyboardInterrupt):
            train(recipe, tmp_path / "cut")
    assert torch.load(tmp_path / "cut" / LAST)["step"] == 18
    assert train(recipe, tmp_path / "cut", resume=True) == straight
    assert straight != train(recipe_for(photos, steps=20), tmp_path / "in memory")


@pytest.mark.parametrize("damage", ["one bit", "cut off", "nothing left"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    recipe, run = recipe_for(photos), tmp_path / "run"
    straight = train(recipe, run)
    good = (run / LAST).read_bytes()
    weights = torch.load(run / LAST)["model"]["g.conv1.weight"].numpy().tobytes()
    # torch itself would load the state with the wrong bit.
    one_bit = good.replace(weights, bytes([weights[0] ^ 1]) + weights[1:])
    assert one_bit != good
    bad = {"one bit": one_bit, "cut off": good[: len(good) // 2], "nothing left": b""}[damage]
    (run / LAST).write_bytes(bad)
    run_plan(make_plan(recipe, "tiny"), run, device="cpu", resume=True)
    error = capsys.readouterr().err
    assert str(run / LAST) in error
    assert "damaged" in error
    assert digest(run) == straight
    # The damaged one did not push out the good one before it.
    assert (run / DAMAGED).read_bytes() == bad
    assert torch.load(run / PREVIOUS)["step"] == 8
    for name in (LAST, PREVIOUS):
        (run / name).write_bytes(bad)
    with pytest.raises(ModelError, match="no readable checkpoint"):
        train(recipe, run, resume=True)


def test_a_run_of_an_earlier_release_goes_on(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The committed one was stopped after step 6, two after a validation; its pictures are `photos`."""
    recipe = recipe_for(photos, f=[5, 1, 3], n=[4, 3], name="srcnn-513@old", seed=1)
    run = shutil.copytree(Path(__file__).parent / "interrupted", tmp_path / "run")
    saved = torch.load(run / LAST)
    run_plan(make_plan(recipe, "tiny"), run, device="cpu", resume=True)
    told = capsys.readouterr().err
    assert "training from the start" not in told
    assert "damaged" not in told
    assert logged(run, "step") == [4, 8, 12]
    assert torch.load(run / LAST).keys() == saved.keys() | {"learned"}
    assert load(run / WEIGHTS, 3)[1].samples == 12 * recipe.batch
    train(recipe, tmp_path / "straight")
    straight, resumed = (load(folder / WEIGHTS, 3)[0] for folder in (tmp_path / "straight", run))
    for name, tensor in straight.items():
        # Other processors round otherwise.
        np.testing.assert_allclose(resumed[name], tensor, atol=1e-3)


@pytest.mark.parametrize("moments", [8, pytest.param(30, marks=pytest.mark.soak(full=True))])
@pytest.mark.timeout(1200)
def test_killed_at_any_moment_a_run_ends_at_the_same_bytes(
    photos: Path, tmp_path: Path, moments: int
) -> None:
    """kill -9 at lines of the checkpoint's writing and at any time; SIGINT and SIGTERM at any time."""
    recipe = recipe_for(photos)
    straight = train(recipe, tmp_path / "straight")
    (tmp_path / "recipe.yaml").write_text(recipe.to_yaml())
    command = [sys.executable, "-m", "tests.training.killed", str(tmp_path), str(moments)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    attempts = [json.loads(line) for line in done.stdout.splitlines()]
    at_lines = [entry["code"] for entry in attempts if "/line " in entry["run"]]
    assert len(at_lines) >= min(moments, 15)
    assert set(at_lines) == {-signal.SIGKILL}
    # 0: too late a moment; minus the others: too early a one.
    usual = {-signal.SIGKILL, 130, 143, 0, -signal.SIGINT, -signal.SIGTERM}
    assert {attempt["code"] for attempt in attempts} <= usual
    for attempt in attempts:
        run = Path(attempt["run"])
        assert attempt["resumed"] == 0, attempt
        assert digest(run) == straight, attempt
        assert logged(run, "step") == [4, 8, 12], attempt
        assert not list(run.glob(".srcnn-*.part")), attempt
    left = [set(attempt["left"]) for attempt in attempts]
    assert {LAST, PREVIOUS} in left, "no run was ended with two states"
    assert {PREVIOUS} in left, "no run was ended between the two renames"


def test_the_logged_loss_is_the_mean_since_the_last_validation(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of a run that was cut between two validations."""
    train(recipe_for(photos, validate_every=1), tmp_path / "each")
    with monkeypatch.context() as patch:
        signal_at(patch, 5)
        with pytest.raises(KeyboardInterrupt):
            train(recipe_for(photos), tmp_path / "run")
    train(recipe_for(photos), tmp_path / "run", resume=True)
    wanted = np.array(logged(tmp_path / "each", "loss")).reshape(3, 4).mean(axis=1)
    np.testing.assert_allclose(logged(tmp_path / "run", "loss"), wanted, rtol=1e-6)

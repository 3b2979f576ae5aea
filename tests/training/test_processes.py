"""torchrun: two processes on this machine learn what one learns from their joined batches."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from srcnn.data.folder import LOG
from srcnn.errors import UsageError
from srcnn.runs.plan import make_plan
from srcnn.runs.run import WEIGHTS, run_plan
from srcnn.training.config import Recipe
from srcnn.training.state import LAST
from srcnn.weights.foreign import load

from .tiny import digest, recipe_for, train

# With plain SGD the weights have moved by the sum of the gradients; nothing held back: the last are kept.
SGD: dict[str, Any] = {
    "optimizer": "sgd",
    "momentum": 0,
    "lr": 5,
    "schedule": "constant",
    "warmup": 0,
    "clip": 0,
    "ema": 0,
    "validate_every": 2,
    "held_back": 0,
}


RUN = "runs/srcnn-915@tiny-x3"


def torchrun(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    """Trains in the folder; without --run, which torchrun would take for a prefix of its --run-path."""
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]
    command += ["--standalone", "-m", "srcnn", "train", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*command, "--device=cpu"],
        stdout=pipe,
        stderr=pipe,
        text=True,
        cwd=folder,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    try:
        out, err = process.communicate(timeout=240)
    finally:
        process.terminate()  # it takes its processes along; nothing where it has ended
    assert process.returncode == 0, err
    return out


def written(recipe: Recipe, path: Path) -> Path:
    path.write_text(recipe.to_yaml())
    return path


def moved(run: Path, state: dict[str, Any]) -> dict[str, Any]:
    """How far every tensor of a run's weights is from the first ones."""
    now, before = load(run / WEIGHTS, 3)[0], load(state["run"] / WEIGHTS, 3)[0]
    return {name: now[name] - before[name] for name in now}


def test_averaged_gradients_are_those_of_the_joined_batch(photos: Path, tmp_path: Path) -> None:
    """Two steps by two processes, resumed for two more, beside four of one process."""
    recipe = recipe_for(photos, **SGD, steps=2)
    longer = recipe_for(photos, **SGD, steps=4)
    start = {"run": tmp_path / "start"}
    train(recipe_for(photos, **SGD | {"lr": 1e-12}, steps=2), start["run"])
    train(recipe, tmp_path / "one")
    train(longer, tmp_path / "one longer")
    out = finish(torchrun(tmp_path, written(recipe, tmp_path / "recipe.yaml")))
    assert out.splitlines() == [f"{RUN}/{WEIGHTS}"]  # one of them speaks
    run = tmp_path / RUN

    def check(one: Path) -> None:
        wanted = moved(one, start)
        for name, by in moved(run, start).items():
            # The path of the picture itself is folded in, and does not move.
            np.testing.assert_allclose(by, wanted[name], rtol=1e-3, atol=2e-7)
        assert max(np.abs(by).max() for by in wanted.values()) > 1e-3

    check(tmp_path / "one")
    finish(torchrun(tmp_path, written(longer, tmp_path / "longer.yaml"), "--resume", run))
    check(tmp_path / "one longer")
    logs = [(folder / LOG).read_text().count("psnr") for folder in (run, tmp_path / "one longer")]
    assert logs == [2, 2]


def test_a_batch_that_cannot_be_shared_is_refused(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Three:
        world_size, is_global_zero = 3, True

    monkeypatch.setattr("srcnn.runs.begin.make_fabric", lambda *_: (Three(), "fp32"))
    with pytest.raises(UsageError, match="4 is not a multiple of the 3 processes"):
        run_plan(make_plan(recipe_for(photos), "tiny"), tmp_path / "run")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_signal_ends_both_after_the_same_step(photos: Path, tmp_path: Path) -> None:
    """Ctrl-C on a terminal reaches all of them, and torchrun sends a second one at once."""
    steps = 800
    recipe = written(recipe_for(photos, steps=steps, validate_every=100), tmp_path / "recipe.yaml")
    straight = tmp_path / "straight"
    straight.mkdir()
    finish(torchrun(straight, recipe))
    for everybody in (False, True):
        cut = tmp_path / ("to all" if everybody else "to torchrun")
        cut.mkdir()
        process, run = torchrun(cut, recipe), cut / RUN
        while not (run / LAST).exists():  # it is there from the first validation on
            assert process.poll() is None
            time.sleep(0.01)
        if everybody:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        assert "srcnn train --resume" in err
        assert 0 < torch.load(run / LAST)["step"] < steps
        finish(torchrun(cut, "--resume", run))
        assert digest(run) == digest(straight / RUN), cut.name

"""Streaming: batches are a function of seed and step, damaged pictures are named, the start is quick."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from srcnn.data.patches import Batch, PatchSampler
from srcnn.data.stream import PICTURES, STEPS, Cutter, StreamSampler
from srcnn.errors import MissingData
from srcnn.images.degrade import Degradation
from srcnn.images.grid import Grid
from srcnn.runs.pictures import Versions, fits_in_memory

from ..cli.conftest import save
from ..conftest import EXAMPLE

CUTTER = Cutter(
    Versions(3, (0.7,), Degradation(noise=(1, 5)), 20, window=60).one,
    Grid(1, 6),
    partial(PatchSampler, patch=20, batch=4, seed=5),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures, of which one is damaged and one too small for a patch."""
    folder = tmp_path_factory.mktemp("many")
    for i in range(10):
        save(folder / f"{i}.png", size=(60 + i, 90 - i))
    save(folder / "small.png", size=(12, 80))
    (folder / "damaged.png").write_bytes((folder / "0.png").read_bytes()[:200])
    return folder


def stream(folder: Path, workers: int, warnings: list[str]) -> StreamSampler:
    return StreamSampler(sorted(folder.iterdir()), CUTTER, 5, workers, warnings.append)


def equal(one: Batch, two: Batch) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_a_batch_depends_on_neither_workers_nor_the_steps_before(folder: Path) -> None:
    steps = [0, 1, STEPS - 1, STEPS, 3 * STEPS + 2]
    warnings: list[str] = []
    with stream(folder, 2, warnings) as sampler:
        straight = {step: sampler.batch(step) for step in range(steps[-1] + 1)}
    with stream(folder, 1, []) as sampler:
        for step in steps[3:]:
            assert equal(sampler.batch(step), straight[step])
    x, y, weights = straight[0]
    assert (x.shape, y.shape, weights.shape) == ((4, 1, 32, 32), (4, 1, 20, 20), (4,))
    assert x.dtype == y.dtype == np.float32
    assert len({straight[step][0].tobytes() for step in steps}) == len(steps)
    damaged, small = sorted(warnings)  # once each, though they come again in every epoch
    assert "damaged.png" in damaged
    assert "small.png: has fewer than 20 pixels" in small
    assert damaged.endswith("skipped")


def test_every_picture_is_drawn_once_in_an_epoch(tmp_path: Path) -> None:
    files = [tmp_path / str(i) for i in range(100)]
    with StreamSampler(files, CUTTER, 5, 1, pytest.fail) as sampler:
        drawn = [file for block in range(25) for file in sampler.files_of(block)]
    assert len(drawn) == 25 * PICTURES == 8 * 100
    epochs = [drawn[i : i + 100] for i in range(0, 800, 100)]
    assert all(sorted(epoch) == sorted(files) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 8


def test_only_unusable_pictures_are_an_error_and_no_hang(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    with stream(tmp_path, 1, []) as sampler, pytest.raises(MissingData, match="20 pixels"):
        sampler.batch(0)


def test_a_window_of_a_large_picture_is_degraded_like_any_other() -> None:
    versions = Versions(3, (0.5,), Degradation(), 20, window=60)
    sizes = set()
    for seed in range(20):
        truth, made = versions.one(EXAMPLE, np.random.default_rng(seed))
        assert truth.shape == made.enlarged.shape
        assert np.abs(made.enlarged - truth / 255).mean() < 0.05
        sizes.add(truth.shape)
    assert sizes == {(60, 60)}
    whole = [truth.shape for truth, _ in versions.all(EXAMPLE)]
    assert whole == [(288, 288), (144, 144)]


def test_what_fits_in_memory(folder: Path) -> None:
    """Ten pictures of about 5,400 pixels, in all versions; more than 2,000 are not looked at."""
    files = sorted(folder.iterdir())
    assert fits_in_memory(files, (), 1)
    assert not fits_in_memory(files * 20, (), 1)
    assert fits_in_memory(files * 15, (), 1)
    assert not fits_in_memory(files * 15, (0.9, 0.8), 1)
    assert not fits_in_memory(files, (), 0)
    assert not fits_in_memory([Path("nowhere.png")] * 2001, (), 10**6)


def steps_of(process: subprocess.Popen[str]) -> float:
    """Seconds until the first step is told of."""
    started = time.monotonic()
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("step 1/"):
            return time.monotonic() - started
    raise AssertionError(f"no step; exit {process.wait()}")


def children_of(process: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
@pytest.mark.parametrize("count", [2500, pytest.param(40_000, marks=pytest.mark.soak(full=True))])
def test_a_large_folder_starts_in_seconds_and_a_killed_trainer_leaves_no_worker(
    tmp_path: Path, count: int
) -> None:
    photos = tmp_path / "photos"
    source = save(photos / "a" / "source.png", size=(90, 60))
    for i in range(count):
        link = photos / str(i // 1000) / f"{i}.png"
        link.parent.mkdir(exist_ok=True)
        os.link(source, link)
    command = [sys.executable, "-m", "srcnn", "train", str(photos), "--run", str(tmp_path / "run")]
    command += [
        "--device",
        "cpu",
        "--set",
        "n=[4,3]",
        "--set",
        "batch=4",
        "--set",
        "precision=fp32",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert steps_of(process) < 60  # a few on an idle machine; decoding all would take minutes
        workers = children_of(process.pid)
        assert workers
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline, "workers outlive the trainer"
        time.sleep(0.05)


def test_a_block_of_small_pictures_takes_others(tmp_path: Path) -> None:
    """With many small pictures and one large one, every block learns from the large one."""
    for i in range(3 * PICTURES):
        save(tmp_path / f"{i:03}.png", size=(12, 12))
    save(tmp_path / "large.png", size=(60, 60))
    with stream(tmp_path, 1, []) as sampler:
        batches = [sampler.batch(step) for step in range(0, 5 * STEPS, STEPS)]
    with stream(tmp_path, 2, []) as sampler:
        assert equal(sampler.batch(3 * STEPS), batches[3])

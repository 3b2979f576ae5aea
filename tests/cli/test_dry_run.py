"""``srcnn train --dry-run``: it refuses what the run would refuse, in the same words, and writes nothing."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srcnn.cli.main import main
from srcnn.runs.run import WEIGHTS
from srcnn.training.resume import alone

from ..conftest import EXAMPLE
from .conftest import Srcnn

SETTINGS = [
    part
    for setting in (
        "steps=4",
        "n=[4,3]",
        "batch=2",
        "patch=24",
        "validate_every=2",
        "precision=fp32",
    )
    for part in ("--set", setting)
]


def made(folder: Path, count: int, side: int) -> Path:
    """A folder of square crops of the example photograph."""
    folder.mkdir()
    with Image.open(EXAMPLE) as photo:
        pixels = np.asarray(photo)
    for k in range(count):
        Image.fromarray(pixels[20 * k : 20 * k + side, :side]).save(folder / f"{k}.png")
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures, ``photos`` and ``icons``, and a finished run, ``done``."""
    place = tmp_path_factory.mktemp("trained")
    photos = made(place / "photos", 4, 60)
    made(place / "icons", 4, 20)
    before, sys.argv = sys.argv, ["srcnn", "train", str(photos), "--run", str(place / "done")]
    sys.argv += ["--quiet", *SETTINGS]
    try:
        assert main() == 0
    finally:
        sys.argv = before
    return place


@pytest.fixture
def place(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `trained`, which is the current folder."""
    copy = tmp_path / "place"
    shutil.copytree(trained, copy)
    (copy / "mine").write_text("no folder")
    (copy / "broken").mkdir()
    for name in ("recipe.yaml", "log.jsonl"):
        shutil.copy(copy / "done" / name, copy / "broken" / name)
    (copy / "broken" / "state.pt").write_bytes(b"no state")
    monkeypatch.chdir(copy)
    return copy


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Time and bytes of every file."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


NEW = ["photos", "--run", "new", *SETTINGS]
WRONG: dict[str, tuple[list[str], int, str]] = {
    "pictures too small": (["icons", "--run", "new", *SETTINGS], 2, "24 pixels in each direction"),
    "too small for sub-images": (
        [*NEW, "--set", "sub_images=9", "--set", "patch=60", "--set", "balanced=false"],
        2,
        "are smaller than a sub-image",
    ),
    "streamed": (
        ["icons", "--run", "new", *SETTINGS, "--set", "megapixels=0"],
        2,
        "24 pixels in each direction",
    ),
    "unknown scores": ([*NEW, "--set", "scores=[nowhere]"], 2, "nowhere"),
    "weights that do not fit": (
        [*NEW, "--set", f"start=done/{WEIGHTS}", "--set", "n=[5,3]"],
        2,
        "n (4",
    ),
    "no weights": ([*NEW, "--set", "start=none.onnx"], 6, "none.onnx"),
    "a run is there": (["photos", "--run", "done", *SETTINGS], 2, "is not empty"),
    "a file is there": (["photos", "--run", "mine", *SETTINGS], 2, "is not a folder"),
    "below a file": (["photos", "--run", "mine/new", *SETTINGS], 5, "cannot be written"),
    "too many held back": ([*NEW, "--set", "held_back=9"], 2, "leaves none"),
    "no GPU": ([*NEW, "--device", "cuda"], 2, "no GPU"),
    "wrong key": ([*NEW, "--set", "stepz=1"], 2, "stepz"),
    "no such run": (["--resume", "gone"], 2, "no such run"),
    "fewer steps": (["--resume", "done", "--set", "steps=2"], 2, "must be at least 4"),
    "another scale": (["--resume", "done", "--set", "scale=2"], 2, "was started with scale = 3"),
    "no checkpoint": (["--resume", "broken"], 6, "no readable checkpoint"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_dry_run_finds_what_the_run_would_refuse(srcnn: Srcnn, place: Path, case: str) -> None:
    words, code, part = WRONG[case]
    before = everything(place)
    dry = srcnn("train", *words, "--dry-run")
    assert everything(place) == before
    assert not (place / "new").exists()
    assert (dry.code, dry.out) == (code, b"")
    real = srcnn("train", *words)
    assert real.code == code
    last = dry.err.splitlines()[-1]
    assert last.startswith("error: ")
    assert part in last
    assert real.err.splitlines()[-1] == last


def test_a_dry_run_finds_who_else_trains_there(srcnn: Srcnn, place: Path) -> None:
    with alone(place / "done"):
        dry = srcnn("train", "--resume", "done", "--set", "steps=9", "--dry-run")
    assert (dry.code, "another process" in dry.error) == (2, True)


def test_a_dry_run_of_a_resume(srcnn: Srcnn, place: Path) -> None:
    """What is done, what would change, what is left; a damaged checkpoint stays where it is."""
    before = everything(place / "done")
    dry = srcnn("train", "--resume", "done", "--set", "steps=9", "--set", "batch=3", "--dry-run")
    assert dry.code == 0
    text = dry.out.decode()
    assert "# changed: steps 4 -> 9, batch 2 -> 3\n# 4 of 9 steps are finished\n" in text
    assert "# 5 steps of 3 patches: 15 patches" in text
    dry = srcnn("train", "--resume", "done", "--dry-run")
    assert "# 0 steps of 2 patches: 0 patches" in dry.out.decode()
    assert everything(place / "done") == before
    (place / "done" / "state.pt").write_bytes(b"damaged")
    before = everything(place / "done")
    dry = srcnn("train", "--resume", "done", "--dry-run")
    assert "# 2 of 4 steps are finished" in dry.out.decode()
    assert "state.pt is damaged" in dry.err
    assert everything(place / "done") == before


def test_a_dry_run_makes_no_folder(srcnn: Srcnn, place: Path) -> None:
    assert srcnn("train", "photos", "--run", "a/b/c", *SETTINGS, "--dry-run").code == 0
    assert not (place / "a").exists()
    assert srcnn("train", "photos", *SETTINGS, "--dry-run").code == 0
    assert not (place / "runs").exists()

"""``srcnn train``: a plain folder, what a dry run says, resuming, and wrong command lines."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from srcnn.runs import pictures
from srcnn.training import learner
from srcnn.weights.onnx_file import read_card

from ..conftest import EXAMPLE, ROOT
from .conftest import Srcnn

TINY = ["steps=3", "n=[4,3]", "batch=2", "patch=24", "validate_every=2"]
SETTINGS = [part for setting in TINY for part in ("--set", setting)]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    with Image.open(EXAMPLE) as photo:
        pixels = np.asarray(photo)
    for i, name in enumerate(("a.png", "b.bmp", "more/c.png")):
        Image.fromarray(pixels[60 * i : 60 * i + 60, :60]).save(folder / name)
    return folder


def test_a_plain_folder_becomes_a_weights_file(photos: Path, tmp_path: Path, srcnn: Srcnn) -> None:
    run = tmp_path / "run"
    result = srcnn("train", photos, "-s", 2, "--run", run, *SETTINGS)
    assert result.code == 0
    assert result.out.decode().strip() == str(run / "weights.onnx")
    card = read_card((run / "weights.onnx").read_bytes(), "weights")
    assert (card.scale, card.n, card.steps, card.pictures) == (2, (4, 3), 3, 3)
    assert "step 3/3" in result.err
    again = srcnn("upscale", photos / "a.png", "-s", 2, "-m", run / "weights.onnx")
    assert again.code == 0
    with Image.open(photos / "a_x2.png") as large:
        assert large.size == (120, 120)


def test_a_dry_run_shows_the_recipe_and_trains_nothing(
    photos: Path, tmp_path: Path, srcnn: Srcnn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = srcnn("train", photos, "--dry-run", "--set", "steps=5")
    assert result.code == 0
    recipe = yaml.safe_load(result.out)
    assert (recipe["scale"], recipe["steps"], recipe["f"]) == (3, 5, [9, 1, 5])
    assert b"8032 weights" in result.out
    assert b"5 steps of 32 patches: 160 patches" in result.out
    assert b"about" in result.out
    assert not (tmp_path / "runs").exists()


def test_a_folder_that_is_called_as_a_data_set_is_the_folder(
    photos: Path, tmp_path: Path, srcnn: Srcnn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``srcnn train photos/`` means the folder here, whatever data sets there are."""
    (tmp_path / "root" / "photos").mkdir(parents=True)
    Image.new("RGB", (60, 60)).save(tmp_path / "root" / "photos" / "photo_001.png")
    monkeypatch.setenv("SRCNN_DATA", str(tmp_path / "root"))
    monkeypatch.chdir(tmp_path)
    for name in ("photos", "photos/", "./photos"):
        result = srcnn("train", name, "--dry-run", *SETTINGS, "--set", "held_back=0")
        assert result.code == 0
        assert b"# 3 training images" in result.out


@pytest.mark.parametrize("name", ["gb82", "GB82"])
def test_a_data_set_is_trained_on_by_its_name(
    photos: Path, tmp_path: Path, srcnn: Srcnn, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As `srcnn evaluate` finds it, whatever its case; a folder here of that very name is meant first."""
    root = tmp_path / "root"
    shutil.copytree(photos, root / "gb82")
    monkeypatch.chdir(tmp_path)
    line = ("train", name, "-s", 2, "--data-root", root, *SETTINGS, "--set", "held_back=0")
    shown = srcnn(*line, "--dry-run")
    assert shown.code == 0
    recipe = yaml.safe_load(shown.out)
    assert (recipe["data"], recipe["scale"]) == (["gb82"], 2)
    assert b"# 3 training images" in shown.out
    assert srcnn(*line, "--run", "run").code == 0
    assert read_card(Path("run/weights.onnx").read_bytes(), "").training_data == ("gb82",)
    Path(name).mkdir()
    Image.new("RGB", (60, 60)).save(Path(name) / "one.png")
    assert b"# 1 training images" in srcnn(*line, "--dry-run").out


def test_a_data_set_that_is_not_there_says_how_to_get_it(tmp_path: Path, srcnn: Srcnn) -> None:
    ran = srcnn("train", "T91", "--data-root", tmp_path)
    assert ran.code == 2
    assert "srcnn data fetch t91" in ran.error


def test_a_dry_run_counts_what_is_kept_out_of_training(
    shared: Path, tmp_path: Path, srcnn: Srcnn
) -> None:
    recipe = tmp_path / "small.yaml"
    recipe.write_text("name: srcnn-915\nscale: 3\ndata: [gb82]\nheld_back: 3\n")
    root = ("--data-root", shared / "data")
    result = srcnn("train", recipe, "--dry-run", *root, *SETTINGS)
    assert result.code == 0
    assert b"# 15 training images, 3 held back for validation\n# 7 more are excluded" in result.out


def test_a_run_is_not_overwritten_but_resumed(photos: Path, tmp_path: Path, srcnn: Srcnn) -> None:
    run = tmp_path / "run"
    assert srcnn("train", photos, "--run", run, *SETTINGS).code == 0
    before = (run / "weights.onnx").read_bytes()
    refused = srcnn("train", photos, "--run", run, *SETTINGS)
    assert refused.code == 2
    assert "not empty" in refused.error
    assert srcnn("train", "--resume", run).code == 0
    assert len((run / "weights.onnx").read_bytes()) == pytest.approx(len(before), abs=200)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
@pytest.mark.parametrize("place", ["training", "decoding"])
def test_a_signal_leaves_with_its_code_and_says_how_to_go_on(
    photos: Path,
    tmp_path: Path,
    srcnn: Srcnn,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    code: int,
    place: str,
) -> None:
    run = tmp_path / "run"
    module, name = {
        "training": (learner, "update"),
        "decoding": (pictures, "load_pairs"),
    }[place]
    before = getattr(module, name)

    def interrupted(*arguments: Any) -> Any:
        signal.raise_signal(number)
        return before(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, interrupted)
        result = srcnn("train", photos, "--run", run, *SETTINGS)
    assert result.code == code
    assert "Traceback" not in result.err
    if place == "training":
        assert f"srcnn train --resume {run}" in result.err
        assert srcnn("train", "--resume", run).code == 0
    else:
        assert not run.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere.yaml"], 2, ["nowhere.yaml", "no such recipe, folder or data set"]),
        (["t911", "-s", "2"], 2, ["t911", "did you mean t91?"]),
        (["--resume", "nowhere"], 2, ["nowhere", "no such run"]),
        (
            ["{recipe}", "--set", "bar", "--set", "foo=1"],
            2,
            ["bar: must be key=value", "foo: unknown key"],
        ),
        (["{recipe}", "--set", "data=[{photos}]", "--set", "start=srcnn-915"], 6, ["srcnn-915:3"]),
        ([], 2, ["--resume"]),
        (["{recipe}", "--set", "stepz=1", "--set", "lr=-2"], 2, ["stepz: unknown key", "lr"]),
        (["{recipe}", "--set", "steps"], 2, ["key=value"]),
        (["{recipe}", "--set", "data=[nowhere]"], 2, ["nowhere"]),
        (["{recipe}", "--device", "tpu", "--set", "data=[{photos}]"], 2, ["tpu"]),
        (["{recipe}", "--set", "scores=[nowhere]"], 2, ["nowhere"]),
        (["{empty}"], 2, ["no images"]),
        (["--resume", "{empty}"], 2, ["recipe.yaml"]),
        (["{recipe}", "--set", "data=[{photos}]", "--set", "start=none.onnx"], 6, ["none.onnx"]),
        (["{recipe}", "-s", "2"], 2, ["--scale", "cannot be combined with a recipe"]),
        (["--resume", "{empty}", "--run", "{empty}"], 2, ["--run", "combined with --resume"]),
        (["{recipe}", "--set", "schedule=constant", "--set", "restarts=[5]"], 2, ["cosine"]),
    ],
)
def test_wrong_command_lines(
    photos: Path, tmp_path: Path, srcnn: Srcnn, arguments: list[str], code: int, words: list[str]
) -> None:
    (tmp_path / "empty").mkdir()
    places = {
        "recipe": ROOT / "recipes" / "srcnn-915-x3.yaml",
        "photos": photos,
        "empty": tmp_path / "empty",
    }
    line = [argument.format(**places) for argument in arguments]
    if "--resume" not in line:
        line += ["--run", str(tmp_path / "run")]
    result = srcnn("train", "--set", "scores=[]", *line, "--set", "held_back=1")
    assert result.code == code
    assert all(word in result.error for word in words)

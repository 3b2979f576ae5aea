"""Studies: mistakes in a file, and a small one from nothing to its table."""

from __future__ import annotations

import json
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from srcnn.baselines import anchored
from srcnn.baselines.dictionary import Learning
from srcnn.baselines.samples import Settings
from srcnn.data.patches import Batch, PatchSampler
from srcnn.engine.example_based import METHODS
from srcnn.errors import UsageError
from srcnn.experiments import study as study_module
from srcnn.experiments.study import names, read_study
from srcnn.images.io import open_picture

from ..conftest import EXAMPLE, ROOT
from ..support.command import run
from ..support.pictures import write_png

_PICTURES = (".png", ".bmp", ".jpg")
TINY = """
title: Tiny
paper: none
claim: it runs
datasets: {photos: paper}
recipe: {scale: 3, data: [photos], held_back: 0, steps: 3, batch: 2, warmup: 0, patch: 12,
         n: [4, 3], precision: fp32, validate_every: 2, snapshots: true}
arms:
  small:
    seeds: 2
    paper: {photos: 30.0}
  wide:
    recipe: {n: [5, 3]}
  again:
    recipe: {steps: 2, snapshots: false}
    after: small
"""


def experiment(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    return run(monkeypatch, "experiment", *arguments)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two pictures and one study."""
    (tmp_path / "photos").mkdir()
    pixels = open_picture(EXAMPLE).read()
    for i in range(2):
        write_png(tmp_path / "photos" / f"{i}.png", pixels[60 * i : 60 * i + 60, 100:160])
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "tiny.yaml").write_text(TINY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("after: small", "after: last", "again comes after last, which is not an earlier arm"),
        ("claim: it runs", "", "claim: is missing"),
        ("after: small", "after: small\n    seeds: 3", "again has more seeds than small"),
        ("{steps: 2,", "{steps: 2, n: [9, 4],", "arm again must be the same network as small"),
        (
            "datasets: {photos: paper}",
            "datasets: {}",
            "datasets: needs at least 1",
        ),
        ("seeds: 2", "seeds: 0", r"arms\.small\.seeds: must be at least 1"),
        ("n: [5, 3]", "n: [5, 3], m: 1", "arm wide: m: unknown key"),
        (
            TINY[TINY.index("recipe:") :],
            "models: [bicubic]",
            "models and scales must be given together",
        ),
        ("arms:", "models: [bicubic]\narms:", "a study needs either arms or models"),
        ("title: Tiny", "title: [", "cannot be read"),
        ("arms:", "published: {a+: {seconds: 1}}\narms:", r"published: a\+ is not one"),
    ],
)
def test_mistakes(checkout: Path, old: str, new: str, why: str) -> None:
    path = checkout / "experiments" / "tiny.yaml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(UsageError, match=why):
        read_study("tiny")


def test_unknown_names_and_other_folders(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert experiment(monkeypatch, "large") == 2
    assert "error: experiment 'large': is unknown; use tiny, all" in capsys.readouterr().err
    shutil.rmtree(checkout / "experiments")
    assert experiment(monkeypatch, "all") == 2
    assert "run this in a checkout of srcnn" in capsys.readouterr().err


def test_pictures_that_are_missing(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake in the last arm, and still nothing is started."""
    path = checkout / "experiments" / "tiny.yaml"
    path.write_text(path.read_text().replace("snapshots: false", "data: [set5]"))
    monkeypatch.setenv("SRCNN_DATA", str(checkout))
    assert experiment(monkeypatch, "tiny") == 2
    assert "set5" in capsys.readouterr().err
    assert not (checkout / "runs").exists()


def test_pictures_that_are_missing_for_a_later_study(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (checkout / "experiments" / "tiny.yaml").read_text()
    later = text.replace("photos: paper}", "bsd200: paper-gray}")
    (checkout / "experiments" / "wide.yaml").write_text(later)
    monkeypatch.setenv("SRCNN_DATA", str(checkout))
    assert experiment(monkeypatch, "all") == 2
    assert "bsd200" in capsys.readouterr().err
    assert not (checkout / "runs").exists()


def test_metrics_that_a_protocol_has_not(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told of before hours of training, not after."""
    path = checkout / "experiments" / "tiny.yaml"
    path.write_text(path.read_text().replace("photos: paper}", "photos: rgb}\nmetrics: [ifc]"))
    assert experiment(monkeypatch, "tiny") == 2
    assert "metric 'ifc': needs one channel, but rgb scores RGB together" in capsys.readouterr().err
    assert not (checkout / "runs").exists()


@pytest.mark.parametrize(("model", "code"), [("a+", 2), ("srcnn", 6), ("srcnn-955@t91", 6)])
def test_models_that_are_missing(
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    model: str,
    code: int,
) -> None:
    """The pictures that one learns from, the name, or the scale; told of before anything is judged."""
    text = TINY[: TINY.index("recipe:")] + f"models: [bicubic, {model}]\nscales: [3, 2]\n"
    (checkout / "experiments" / "tiny.yaml").write_text(text)
    assert experiment(monkeypatch, "tiny") == code
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert "scoring" not in err


def test_a_study_from_nothing_to_its_table(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is done is not done again, and what was interrupted continues."""
    assert experiment(monkeypatch, "all") == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == ["experiments/results/tiny.json"]
    assert "tiny: small, seed 2 (run 2 of 4)" in err
    document = json.loads((checkout / out.strip()).read_text())
    small, wide, again = document["arms"]
    assert [len(arm["runs"]) for arm in (small, wide, again)] == [2, 1, 1]
    assert [point["samples"] for point in small["runs"][0]["course"]] == [4, 6]
    assert small["runs"][0]["scores"] != small["runs"][1]["scores"]
    assert (wide["n"], again["after"]) == ([5, 3], "small")
    assert small["parameters"] == 81 * 4 + 4 * 3 + 3 * 25
    assert small["seconds_per_picture"] > 0
    folders = sorted((checkout / "runs" / "experiments" / "full").iterdir())
    assert len(folders) == 4
    started = [(folder / "recipe.yaml").read_text() for folder in folders]
    start = Path("runs/experiments/full/srcnn-915").absolute()
    assert sum(f"start: {start}" in text for text in started) == 1

    (folders[0] / "weights.onnx").write_bytes(b"cut off")
    kept = {folder: (folder / "weights.onnx").stat().st_mtime_ns for folder in folders[1:]}
    assert experiment(monkeypatch, "tiny") == 0
    assert "(run " in capsys.readouterr().err
    assert all((f / "weights.onnx").stat().st_mtime_ns == t for f, t in kept.items())
    again_document = json.loads((checkout / out.strip()).read_text())
    for before, after in zip(document["arms"], again_document["arms"], strict=True):
        assert [r["scores"] for r in before["runs"]] == [r["scores"] for r in after["runs"]]
    assert document["arms"][1]["recipe"]["n"] == [5, 3]  # as it ran, the study's keys among it
    assert document["arms"][1]["recipe"]["steps"] == 3

    # Other pictures under the same name are another run.
    (checkout / "photos" / "2.png").write_bytes((checkout / "photos" / "0.png").read_bytes())
    assert experiment(monkeypatch, "tiny") == 0
    assert len(list((checkout / "runs" / "experiments" / "full").iterdir())) == 8


def test_a_study_that_is_stopped(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is gone on with as it was begun, not run by run."""
    batch = PatchSampler.batch

    def stopping(self: PatchSampler, step: int) -> Batch:
        signal.raise_signal(signal.SIGINT)
        return batch(self, step)

    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with monkeypatch.context() as patch:
        patch.setattr(PatchSampler, "batch", stopping)
        assert experiment(monkeypatch, "tiny") == 130
    for number, handler in handlers.items():  # the process of a command would have ended
        signal.signal(number, handler)
    err = capsys.readouterr().err
    assert "stopped after step 1; continue with: the same srcnn experiment command\n" in err
    assert "srcnn train" not in err
    assert experiment(monkeypatch, "tiny") == 0
    assert "small, seed 1 (run 1 of 4)" in capsys.readouterr().err


def test_a_study_of_models(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks and methods that learn from examples, judged and timed by the full budget."""
    few = Settings(Learning(atoms=8, samples=99), samples=500)
    method = METHODS["sparse-coding"]
    monkeypatch.setitem(METHODS, "sparse-coding", replace(method, settings=few))
    monkeypatch.setenv("XDG_CACHE_HOME", str(checkout / "cache"))
    shutil.copytree(checkout / "photos", checkout / "t91")
    (checkout / "experiments" / "tiny.yaml").write_text(
        "{title: Tiny, paper: none, claim: it runs, datasets: {photos: paper}, scales: [3], "
        "models: [bicubic, sparse-coding, srcnn-915], published: {srcnn-915: {seconds: 0.4}}}"
    )
    assert experiment(monkeypatch, "tiny", "--data-root", checkout, "--quiet") == 0
    document = json.loads((checkout / "experiments" / "results" / "tiny.json").read_text())
    models = ["bicubic", "sparse-coding", "srcnn-915"]
    assert [row["model"] for row in document["results"]] == models
    assert list(document["seconds_per_picture"]) == models
    assert document["published"] == {"srcnn-915": {"seconds": 0.4}}
    assert all(seconds > 0 for seconds in document["seconds_per_picture"].values())


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_all_studies_run(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`srcnn experiment all --budget smoke` on a few small pictures of each data set, in fewer steps."""
    fewer = {"steps": 2, "validate_every": 2, "warmup": 0, "batch": 4}
    monkeypatch.setattr(study_module, "SMOKE", study_module.SMOKE | fewer)
    shutil.copytree(ROOT / "experiments", tmp_path / "experiments")
    for name, count in {"t91": 24, "set5": 2, "set14": 2, "bsd200": 2}.items():
        pictures = [p for p in (shared / "data" / name).rglob("*") if p.suffix in _PICTURES]
        (tmp_path / "data" / name).mkdir(parents=True)
        for path in sorted(pictures, key=lambda path: path.stat().st_size)[:count]:
            shutil.copy(path, tmp_path / "data" / name)
    few = Learning(atoms=8, samples=99)
    settings = {
        "sparse-coding": Settings(few, samples=500),
        "a+": anchored.Settings(few, samples=500, neighbours=99),
    }
    for name, chosen in settings.items():
        monkeypatch.setitem(METHODS, name, replace(METHODS[name], settings=chosen))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    arguments = ("all", "--budget", "smoke", "--data-root", tmp_path / "data", "--quiet")
    assert experiment(monkeypatch, *arguments) == 0
    for name in names():
        document = json.loads((tmp_path / "runs/experiments/smoke" / f"{name}.json").read_text())
        assert document["budget"] == "smoke"
        assert document.get("arms") or document.get("results")
    assert not list((tmp_path / "experiments").glob("results/*.json.part"))

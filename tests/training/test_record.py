"""What a run tells of itself: what was learned from, what changed, how it went, what it looks like."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from srcnn.data.folder import LOG, RESOLVED
from srcnn.evaluation.models import network
from srcnn.images.degrade import low_resolution
from srcnn.images.io import open_picture
from srcnn.images.quantize import to_float, to_uint8
from srcnn.runs import card as cards
from srcnn.runs.panel import PANEL, panel_of
from srcnn.runs.plan import make_plan
from srcnn.runs.run import CURVES, WEIGHTS, run_plan
from srcnn.runs.start import first_model
from srcnn.runs.validation import make_validation
from srcnn.training.recipe_file import read_recipe
from srcnn.training.state import LAST, PREVIOUS
from srcnn.weights.card import Card
from srcnn.weights.onnx_file import read_card

from ..support.clock import Clock
from .test_resume import signal_at
from .tiny import recipe_for, train


def card_of(run: Path) -> Card:
    return read_card((run / WEIGHTS).read_bytes(), "weights")


def entries(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / LOG).read_text().splitlines()]


class Ticking(Clock):
    """A second passes whenever somebody looks at it."""

    def monotonic(self) -> float:
        self.now += 1
        return self.now


def fingerprint(run: Path) -> dict[str, tuple[int, bytes]]:
    """Time and bytes of everything in a folder, and the time of the folder itself."""
    files = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in run.iterdir()}
    return files | {".": (run.stat().st_mtime_ns, b"")}


@pytest.mark.parametrize("changes", [{}, {"batch": 2, "lr": 1e-3}], ids=["same", "other keys"])
def test_a_finished_run_stays_as_it_is(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any]
) -> None:
    run = tmp_path / "run"
    train(recipe_for(photos), run)
    before = fingerprint(run)
    capsys.readouterr()
    plan = make_plan(recipe_for(photos, **changes), "tiny")
    again = run_plan(plan, run, device="cpu", resume=True)
    assert fingerprint(run) == before
    assert again == card_of(run)
    error = capsys.readouterr().err
    assert error.splitlines() == [
        "nothing to do: all 12 steps are finished; use --set steps=N to train longer"
    ]


@pytest.mark.parametrize("lacks", [CURVES, LAST, "scores", "its card"])
def test_what_is_lacking_is_made(photos: Path, tmp_path: Path, lacks: str) -> None:
    """A run that was killed after its last step, or that is to be scored once more."""
    run, changes = tmp_path / "run", dict[str, Any]()
    train(recipe_for(photos), run)
    whole = card_of(run)
    if lacks == "scores":
        changes["scores"] = [str(photos)]
    elif lacks == "its card":
        (run / WEIGHTS).unlink()
    else:
        (run / lacks).unlink()
    train(recipe_for(photos, **changes), run, resume=True)
    assert (run / CURVES).is_file()
    card = card_of(run)
    assert (card.samples, card.steps) == (whole.samples, 12)
    assert bool(card.scores) == (lacks == "scores")
    assert [entry["step"] for entry in entries(run) if "step" in entry] == [4, 8, 12]
    before = fingerprint(run)
    train(recipe_for(photos, **changes), run, resume=True)
    assert fingerprint(run) == before


def test_changed_keys_are_named_once(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    train(recipe_for(photos), run)
    capsys.readouterr()
    other = {"steps": 16, "batch": 2, "degradation": {"jpeg": [60, 95]}, "licence": "CC0"}
    for wanted in (1, 0):
        recipe = recipe_for(photos, **{**other, "steps": 16 if wanted else 20})
        run_plan(make_plan(recipe, "tiny"), run, device="cpu", resume=True)
        lines = [line for line in capsys.readouterr().err.splitlines() if "changed" in line]
        if wanted:
            assert lines == [
                "changed: steps 12 -> 16, batch 4 -> 2, "
                "degradation.jpeg none -> [60, 95], licence none -> CC0"
            ]
        else:
            assert lines == ["changed: steps 16 -> 20"]
    run_plan(make_plan(read_recipe(run / RESOLVED), "tiny"), tmp_path / "new", device="cpu")
    assert "changed" not in capsys.readouterr().err


def test_the_card_counts_what_each_part_of_a_run_saw(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped at step 6 of 12, it continues with other batches, and then with another rate."""
    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        signal_at(patch, 5)
        with pytest.raises(KeyboardInterrupt):
            train(recipe_for(photos), run)
    train(recipe_for(photos, batch=8, steps=10, snapshots=True), run, resume=True)
    assert (card_of(run).samples, card_of(run).learning_rates) == (6 * 4 + 4 * 8, ())
    snapshot = (run / "snapshots" / "0000008.onnx").read_bytes()
    assert read_card(snapshot, "snapshot").samples == 6 * 4 + 2 * 8
    train(recipe_for(photos, batch=2, lr=1e-3, steps=13), run, resume=True)
    train(recipe_for(photos, batch=2, lr=1e-4, steps=14), run, resume=True)
    card = card_of(run)
    assert card.samples == 56 + 3 * 2 + 2
    assert [tuple(part.values()) for part in card.learning_rates] == [
        (6e-3, 10, 56),
        (1e-3, 3, 6),
        (1e-4, 1, 2),
    ]
    assert card.steps == 14
    assert card.recipe == "tiny"


def test_steps_that_a_kill_took_do_not_count(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at step 6, the state of step 4 is the last; a damaged one takes its steps along, too."""
    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        signal_at(patch, 5, times=2)
        with pytest.raises(KeyboardInterrupt):
            train(recipe_for(photos), run)
    train(recipe_for(photos, lr=1e-3, batch=2), run, resume=True)
    assert [part["samples"] for part in card_of(run).learning_rates] == [4 * 4, 8 * 2]
    (run / LAST).write_bytes(b"damaged")
    shutil.copy(run / PREVIOUS, tmp_path)
    train(recipe_for(photos, lr=1e-3, batch=2), run, resume=True)
    assert card_of(run).samples == 4 * 4 + 8 * 2


@pytest.mark.parametrize(
    ("steps", "every", "wanted"),
    [
        (5, None, [1, 2, 3, 4, 5]),
        (23, None, [*range(2, 23, 2), 23]),
        (20, 500, [*range(2, 21, 2)]),
        (12, 12, [12]),
        (12, 5, [5, 10, 12]),
    ],
)
def test_a_short_run_is_validated_and_logged(
    photos: Path, tmp_path: Path, steps: int, every: int | None, wanted: list[int]
) -> None:
    run = tmp_path / "run"
    train(recipe_for(photos, steps=steps, validate_every=every), run)
    lines = [entry for entry in entries(run) if "step" in entry]
    assert [line["step"] for line in lines] == wanted
    assert all(line["psnr"] > 0 and line["loss"] > 0 for line in lines)


def test_long_runs_are_validated_as_their_recipe_says(photos: Path) -> None:
    assert recipe_for(photos, steps=3000, validate_every=None).interval == 300
    assert recipe_for(photos, steps=90_000, validate_every=None).interval == 500
    assert recipe_for(photos, steps=9000, validate_every=900).interval == 900
    assert recipe_for(photos, steps=9000, validate_every=8000).interval == 8000


@pytest.mark.parametrize("color", ["Y", "YCbCr", "RGB"])
@pytest.mark.parametrize("degradation", [{}, {"noise": [20, 20]}], ids=["clean", "noise"])
def test_a_panel_shows_a_held_back_picture(
    photos: Path, monkeypatch: pytest.MonkeyPatch, color: str, degradation: dict[str, Any]
) -> None:
    """Its low-resolution picture is that of the validation; the truth is the file's."""
    compact = {"architecture": "compact", "channels": 4, "depth": 1, "n": []}
    recipe = recipe_for(photos, color=color, degradation=degradation, **compact)
    file = make_plan(recipe, "tiny").held_back[0]
    validation = make_validation(recipe, [file], print)
    shown: dict[str, Any] = {}

    def draw(comparison: Any, box: Any) -> bytes:
        shown["it"] = comparison
        return b""

    monkeypatch.setattr("srcnn.runs.panel.draw_panel", draw)
    tensors = first_model(recipe).tensors()
    panel_of(recipe, validation, network(recipe.card.label, tensors, recipe.card))
    comparison = shown["it"]
    truth = open_picture(file).read()
    np.testing.assert_array_equal(comparison.truth, truth)
    clean = to_uint8(low_resolution(to_float(truth, np.float64), 3))
    error = np.abs(comparison.low.astype(float) - clean)
    assert (error.max() == 0) if not degradation else (10 < error.std() < 30)
    assert [model.label for model in comparison.models] == ["bicubic", "srcnn-915@tiny-x3"]


def test_the_panel_lies_in_the_run(photos: Path, tmp_path: Path) -> None:
    train(recipe_for(photos), tmp_path / "run")
    with Image.open(tmp_path / "run" / PANEL) as panel:
        assert panel.format == "PNG"
    train(recipe_for(photos, held_back=0), tmp_path / "blind")
    assert not (tmp_path / "blind" / PANEL).exists()


def test_a_run_that_is_stopped_while_it_is_scored_goes_on_there(
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run, recipe = tmp_path / "run", recipe_for(photos, scores=[str(photos)])
    straight = train(recipe, tmp_path / "straight")

    def interrupted(*_: Any, **__: Any) -> Any:
        signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(cards, "score_pictures", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_plan(make_plan(recipe, "tiny"), run, device="cpu")
    hint = f"stopped while scoring; continue with: srcnn train --resume {run}"
    assert capsys.readouterr().err.splitlines()[-1] == hint
    assert train(recipe, run, resume=True) == straight
    assert card_of(run).scores == card_of(tmp_path / "straight").scores != {}
    assert [entry["step"] for entry in entries(run)[:-1]] == [4, 8, 12]


def test_scoring_shows_its_own_time_left(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("srcnn.training.log.is_shown", lambda: True)
    monkeypatch.setattr("srcnn.training.log.show", lambda text, quiet=False: shown.append(text))
    monkeypatch.setattr("srcnn.training.log.time", Ticking())
    recipe = recipe_for(photos, scores=[str(photos)])
    run_plan(make_plan(recipe, "tiny"), tmp_path / "run", device="cpu")
    scoring = [line for line in shown if line.startswith("scoring")]
    assert len(scoring) == 9
    assert scoring[0] == f"scoring {photos.name}    0%"
    assert all(line.endswith("s left") for line in scoring[1:])
    assert shown[-1] == ""

"""Runs as curves: what is drawn is what the logs say, and pictures that differ share no axes."""

from __future__ import annotations

import io
import json
import runpy
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes
from PIL import Image

from srcnn.errors import InputError
from srcnn.figures.curves import Run, curves_figure, draw, read_run, set5_figure
from srcnn.weights.architectures.srcnn import shape_of
from srcnn.weights.card import Card
from srcnn.weights.graph import to_onnx

from ..conftest import ROOT
from ..engine.reference import near_identity

SCRIPT = ROOT / "scripts" / "curves.py"
COURSE = ROOT / "scripts" / "course.py"


def run(name: str, bicubic: float | None = 30.0, **other: Any) -> Run:
    lines = [
        {"step": step, "loss": 1 / step, "psnr": bicubic and bicubic + 1 - 1 / step}
        | {"bicubic": bicubic}
        for step in (1, 2, 4)
    ]
    return Run(name, lines, **other)


def with_psnr(run: Run, line: int, psnr: float) -> Run:
    """The run with another PSNR in one line of its log."""
    lines = [dict(values) for values in run.validations]
    lines[line]["psnr"] = psnr
    return replace(run, validations=lines)


def lines_of(axes: Axes) -> dict[str, tuple[list[float], list[float]]]:
    """Every labelled curve by its label."""
    return {
        str(line.get_label()): (list(line.get_xdata()), list(line.get_ydata()))  # type: ignore[arg-type]
        for line in axes.get_lines()
        if not str(line.get_label()).startswith("_")
    }


def levels_of(axes: Axes) -> set[float]:
    """The values of level lines."""
    return {
        float(line.get_ydata()[0])  # type: ignore[index, arg-type]
        for line in axes.get_lines()
        if list(line.get_xdata()) == [0, 1]  # type: ignore[arg-type]
    }


def words_of(axes: Axes) -> set[str]:
    return {text.get_text() for text in axes.texts}


def test_curves_are_the_log() -> None:
    loss, psnr = curves_figure([run("a"), run("b")]).axes
    assert lines_of(loss) == {name: ([1, 2, 4], [1, 0.5, 0.25]) for name in "ab"}
    assert loss.get_yscale() == "log"
    assert lines_of(psnr) == {name: ([1, 2, 4], [30.0, 30.5, 30.75]) for name in "ab"}
    assert levels_of(psnr) == {30.0}
    assert words_of(psnr) == {"bicubic 30.00 dB"}
    legend = psnr.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]


def test_other_pictures_have_axes_of_their_own() -> None:
    """And never a line of Set5, whose dB mean nothing there."""
    figure = curves_figure([run("a"), run("b", 27.0), run("c", 30.0001), run("d", None)])
    assert [set(lines_of(axes)) for axes in figure.axes[1::2]] == [{"a", "c"}, {"b"}, {"d"}]
    assert [levels_of(axes) for axes in figure.axes[1::2]] == [{30.0}, {27.0}, set()]
    assert [axes.get_visible() for axes in figure.axes[1::2]] == [True, True, False]
    assert [axes.get_legend() is not None for axes in figure.axes] == [False, True] * 2 + [
        True,
        False,
    ]
    assert figure.axes[1].get_xlabel() == "step"
    assert not any("sparse" in word for axes in figure.axes for word in words_of(axes))


def test_the_best_is_marked() -> None:
    falling = with_psnr(run("a"), 2, 29.0)
    psnr = curves_figure([falling]).axes[1]
    (best,) = [line for line in psnr.get_lines() if line.get_marker() == "o"]
    assert (list(best.get_xdata()), list(best.get_ydata())) == ([2], [30.5])  # type: ignore[arg-type]


def test_a_bad_start_leaves_room() -> None:
    worst = with_psnr(run("a"), 0, 5.0)
    low, high = curves_figure([worst]).axes[1].get_ylim()
    assert 28.5 < low < 30
    assert 30.75 < high < 33


def test_set5_beside_the_paper() -> None:
    """A line where the log tells of Set5, a point where only the card does, nothing at other scales."""
    validations: list[dict[str, Any]] = [
        {"step": k, "samples": 32 * k, "psnr": 34.0, "set5_psnr": 30.0 + k} for k in (1, 2)
    ]
    # The state at a signal may be validated without Set5.
    validations.append({"step": 3, "samples": 96, "psnr": 34.0, "set5_psnr": None})
    card = Card("ours", 3, (9, 1, 5), (64, 32), samples=500, scores={"set5": {"psnr": 32.5}})
    runs = [
        Run("ours", validations, card),
        run("old", card=card),
        run("x2", card=replace(card, scale=2)),
        run("untested"),
    ]
    (axes,) = set5_figure(runs, {"9-5-5": ([1e7, 1e8], [31.0, 32.0])}).axes
    assert lines_of(axes) == {
        "the paper's 9-5-5, ImageNet": ([1e7, 1e8], [31.0, 32.0]),
        "ours": ([32, 64], [31.0, 32.0]),
        "old, at its end": ([500], [32.5]),
    }
    assert levels_of(axes) == {30.39, 31.42}  # the paper's table 2
    assert axes.get_xscale() == "log"
    assert axes.get_ylim()[0] == 30.2


def test_a_log_as_training_leaves_it(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    card = json.dumps({"name": "x", "scale": 3})
    log.write_text(
        '{"step": 1, "loss": 0.5, "psnr": null}\n{"step": 2, "los\n7\n' + json.dumps({"card": card})
    )
    read = read_run(log, "_a$b")
    assert read.name == r"a\$b"
    assert read.validations == [{"step": 1, "loss": 0.5, "psnr": None}]
    assert read.card == Card("x", 3, (), ())
    assert read.curve("step", "psnr") == ([], [])
    with Image.open(io.BytesIO(draw(curves_figure([read])))) as image:
        assert image.format == "PNG"
    for text in ("", "no log", '{"card": "{}"}'):
        log.write_text(text)
        with pytest.raises(InputError, match="contains no validation scores"):
            read_run(log, "a")
    with pytest.raises(InputError, match="cannot be read"):
        read_run(tmp_path / "gone", "a")


def test_the_papers_curves_end_where_the_paper_says() -> None:
    """Section 4.3.2: after 8 x 10^8 backprops 9-1-5, 9-3-5 and 9-5-5 reach 32.52, 32.66 and 32.75 dB.

    The figure's own curves, which somebody read off it, go on, and lie up to a tenth higher.
    """
    curves = runpy.run_path(str(SCRIPT))["published"]()
    for network, psnr in {"9-1-5": 32.52, "9-3-5": 32.66, "9-5-5": 32.75}.items():
        samples, values = curves[network]
        assert samples == sorted(samples)
        assert samples[-1] > 8e8
        near = min(range(len(samples)), key=lambda k: abs(samples[k] - 8e8))
        assert values[near] == pytest.approx(psnr, abs=0.12)


@pytest.mark.parametrize("options", [[], ["--set5"]])
def test_the_script_draws_any_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    (tmp_path / "run").mkdir()
    shipped = ROOT / "results" / "training" / "srcnn-915-x3.jsonl"
    (tmp_path / "run" / "log.jsonl").write_bytes(shipped.read_bytes())
    out = tmp_path / "out.png"
    words = [tmp_path / "run", shipped, "-o", out, *options]
    monkeypatch.setattr(sys, "argv", ["curves.py", *map(str, words)])
    runpy.run_path(str(SCRIPT), run_name="__main__")
    with Image.open(out) as image:
        assert (image.format, image.width) == ("PNG", 1600)


def test_a_course_on_set5(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The snapshot changes nothing: bicubic's published score. A line without a snapshot is as it was."""
    (tmp_path / "snapshots").mkdir()
    tensors = near_identity(noise=0)
    card = Card("test", 3, *shape_of(tensors, "test")[:2], steps=10, samples=320)
    (tmp_path / "snapshots" / "0000010.onnx").write_bytes(to_onnx(tensors, card))
    entries: list[dict[str, Any]] = [
        {"step": 10, "loss": 0.5},
        {"step": 20, "loss": 0.4},
        {"card": "{}"},
    ]
    text = "".join(json.dumps(entry) + "\n" for entry in entries)
    (tmp_path / "log.jsonl").write_text(text)
    out = tmp_path / "out.jsonl"
    monkeypatch.setenv("SRCNN_DATA", str(shared / "data"))
    monkeypatch.setattr(sys, "argv", ["course.py", str(tmp_path), "-o", str(out)])
    runpy.run_path(str(COURSE), run_name="__main__")
    first, *rest = map(json.loads, out.read_text().splitlines())
    assert rest == entries[1:]
    assert first.pop("set5_psnr") == pytest.approx(30.39, abs=0.011)
    assert first == entries[0] | {"samples": 320}

"""What the judge refuses, and what it leaves out and names."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from srcnn.cli.main import main
from srcnn.models.srcnn import SRCNN
from srcnn.weights.card import Card
from srcnn.weights.graph import to_onnx

from ..cli.hostile_makers import png
from ..support.command import run
from ..weights.reference import with_card, with_tensor


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(1).integers(0, 256, (48, 45), np.uint8)
    (tmp_path / "set").mkdir()
    Image.fromarray(pixels).save(tmp_path / "set" / "a.png")
    return tmp_path / "set"


def evaluate(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    return run(monkeypatch, "evaluate", *arguments)


def test_a_bad_picture_is_named_and_the_others_are_judged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.png").write_bytes((folder / "a.png").read_bytes()[:500])
    Image.new("L", (9, 9)).save(folder / "small.png")
    (folder / "vast.png").write_bytes(png(30_000, 30_000, b""))
    assert evaluate(monkeypatch, folder, "-m", "bicubic", "--json", "-") == 1
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert [image["name"] for image in report["results"][0]["images"]] == ["a"]
    assert len(report["failures"]) == 3
    assert err.count("error: ") == 3
    assert "bad.png" in err
    assert "vast.png" in err


def test_a_set_of_bad_pictures_costs_no_other_its_scores(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "worse.png").write_bytes(b"no picture")
    (other / "worst.png").write_bytes(b"no picture")
    assert evaluate(monkeypatch, folder, other, "-m", "bicubic") == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[1].split()[0] == folder.name
    assert [name in err for name in ("worse.png", "worst.png")] == [True, True]
    assert evaluate(monkeypatch, other, "-m", "bicubic", "--json", "-") == 1
    assert json.loads(capsys.readouterr().out)["results"] == []
    (other / "worst.png").unlink()
    assert evaluate(monkeypatch, other, "-m", "bicubic") == 3  # the one input cannot be read
    assert "worse.png" in capsys.readouterr().err


def test_the_report_replaces_nothing_that_is_judged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "a.png").read_bytes()
    assert evaluate(monkeypatch, folder, "-m", "bicubic", "--json", folder / "a.png") == 2
    assert "is an input or output of this command" in capsys.readouterr().err
    assert (folder / "a.png").read_bytes() == before
    assert evaluate(monkeypatch, folder, "-m", "no.onnx", "-s", 3, "--json", "no.onnx") == 2


@pytest.mark.parametrize(("metric", "side"), [("msssim", 161), ("ifc", 72)])
def test_a_picture_too_small_for_a_metric_is_left_out(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    metric: str,
    side: int,
) -> None:
    """3 pixels are shaved from each side, at x3; the sizes here are multiples of 3 already."""
    random = np.random.default_rng(1)
    fits = -(-(side + 6) // 3) * 3
    for name, height in (("fits", fits), ("small", fits - 3)):
        Image.fromarray(random.integers(0, 256, (height, 300), np.uint8)).save(
            tmp_path / f"{name}.png"
        )
    line = ["-m", "bicubic", "--metrics", f"psnr,{metric}", "--json", "-"]
    assert evaluate(monkeypatch, tmp_path, *line) == 1
    out, err = capsys.readouterr()
    report = json.loads(out)
    (row,) = report["results"]
    assert [image["name"] for image in row["images"]] == ["fits"]
    assert list(row["mean"]) == ["psnr", metric]
    small = f"{tmp_path / 'small.png'}: is 300 x {fits - 3}, too small for {metric} at x3"
    assert f"{small}; use at least {fits} pixels in each direction" in err
    # Without that metric both are judged.
    assert evaluate(monkeypatch, tmp_path, "-m", "bicubic", "--json", "-") == 0


def test_an_unknown_model(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told are all the names that there are here, not the networks alone."""
    assert evaluate(monkeypatch, folder, "-m", "edsr") == 6
    error = capsys.readouterr().err
    assert error.startswith("error: model 'edsr': is unknown; use best, fast, srcnn-915, ")
    assert error.endswith(", bicubic, sparse-coding, a+, or a weights file\n")
    assert len(error) < 200


@pytest.mark.parametrize("metric", ["ifc", "nqm", "wpsnr", "msssim"])
@pytest.mark.parametrize(("protocol", "scored"), [("rgb", "RGB"), ("paper-colour", "YCbCr")])
def test_metrics_of_one_channel_by_a_protocol_of_three(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    metric: str,
    protocol: str,
    scored: str,
) -> None:
    """Refused before a data set is looked for; also of pictures that happen to be gray."""
    words = ["-m", "bicubic", "--protocol", protocol, "--metrics", f"psnr,{metric}"]
    for place in (folder, "nowhere"):
        assert evaluate(monkeypatch, place, *words) == 2
        why = f"needs one channel, but {protocol} scores {scored} together; use psnr, ssim, haarpsi"
        assert capsys.readouterr().err == f"error: metric '{metric}': {why}\n"


def test_two_pictures_of_one_name_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("L", (40, 40)).save(folder / "a.bmp")
    assert evaluate(monkeypatch, folder, "-m", "bicubic") == 2
    assert "2 are named 'a'" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_file_without_a_card_needs_a_scale(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    suffix: str,
) -> None:
    path = tmp_path / f"net{suffix}"
    state = SRCNN((5, 3, 3), (4, 3)).state_dict()
    torch.save(state, path) if suffix == ".pth" else save_file(state, path)
    assert evaluate(monkeypatch, folder, "-m", path) == 2
    assert "give it with -s" in capsys.readouterr().err


def test_a_card_says_the_scale(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = SRCNN((5, 3, 3), (4, 3))
    data = to_onnx(model.tensors(), Card("net", 2, model.f, model.n))
    (tmp_path / "net.onnx").write_bytes(data)
    line = ["export", "-m", tmp_path / "net.onnx", "-s", 2, "-o", tmp_path / "net.safetensors"]
    monkeypatch.setattr(sys, "argv", ["srcnn", *map(str, line)])
    assert main() == 0
    for name in ("net.onnx", "net.safetensors"):
        capsys.readouterr()
        assert evaluate(monkeypatch, folder, "-m", tmp_path / name, "--json", "-") == 0
        assert {row["scale"] for row in json.loads(capsys.readouterr().out)["results"]} == {2}
        assert evaluate(monkeypatch, folder, "-m", tmp_path / name, "-s", 3) == 6


@pytest.mark.parametrize("what", ["another shape", "NaN"])
def test_a_card_that_does_not_fit_and_numbers_that_are_none(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: str,
) -> None:
    model = SRCNN((5, 3, 3), (4, 3))
    data = to_onnx(model.tensors(), Card("net", 3, model.f, model.n))
    if what == "NaN":
        data = with_tensor(data, "conv2.bias", np.full((3,), np.nan, np.float32))
    else:
        data = with_card(data, Card("net", 3, (5, 1, 5), model.n))
    path = tmp_path / "net.onnx"
    path.write_bytes(data)
    assert evaluate(monkeypatch, folder, "-m", path, "-s", 3) == 6
    error = capsys.readouterr().err
    assert ("card" if what == "another shape" else "NaN") in error


def test_wrapped_twice(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = SRCNN((5, 3, 3), (4, 3))
    state = {f"module.{key}": value for key, value in model.state_dict().items()}
    torch.save({"model": {"state_dict": state}, "epoch": 7}, tmp_path / "net.pth")
    assert evaluate(monkeypatch, folder, "-m", tmp_path / "net.pth", "-s", 3) == 0

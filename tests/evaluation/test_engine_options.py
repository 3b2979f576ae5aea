"""``srcnn evaluate`` on an engine, a device, and with the self-ensemble."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

import srcnn
from srcnn.cli.main import main

from ..engine.conftest import picture_of
from ..engine.reference import near_identity, weights_file


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a command line that scores a small network on one image."""
    monkeypatch.chdir(tmp_path)
    Path("hr").mkdir()
    Image.fromarray(picture_of("rgb", "uint8", (96, 99))).save("hr/a.png")
    Path("a.onnx").write_bytes(weights_file(near_identity()))
    return ["evaluate", "hr", "-m", "a.onnx", "--quiet", "--json", "out.json"]


def test_options_reach_the_engine(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    options = ["--engine", "torch", "--precision", "bf16", "--device", "cpu", "--tta"]
    scores = []
    for more in ([], options, [*options[:2], "--tta"]):
        monkeypatch.setattr("sys.argv", ["srcnn", *words, *more])
        assert main() == 0
        report = json.loads(Path("out.json").read_text())
        scores.append([row["mean"]["psnr"] for row in report["results"]])
        assert report["tta"] == bool(more)
    bicubic, (alone, half, averaged) = zip(*scores, strict=True)
    assert len(set(bicubic)) == 1, "the check on published rows stays what it is"
    assert len({alone, half, averaged}) == 3
    assert half == pytest.approx(averaged, abs=0.5)
    again = srcnn.evaluate("hr", "a.onnx", engine=srcnn.Engine("torch", ensemble=True))
    assert again["results"][1]["mean"]["psnr"] == pytest.approx(averaged)


def test_a_device_that_is_not_there(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("sys.argv", ["srcnn", *words, "--engine", "torch", "--device", "cuda"])
    assert main() == 2
    assert "torch built for CUDA" in capsys.readouterr().err
    written = json.loads(Path("out.json").read_text())
    assert (written["kind"], written["results"]) == ("MissingExtra", [])

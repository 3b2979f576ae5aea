"""The judge on small pictures: foreign weights files, the report's form, saved pictures, errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from srcnn.images.resize import imresize
from srcnn.models.srcnn import SRCNN
from srcnn.weights.card import Card
from srcnn.weights.graph import to_onnx

from ..engine.reference import weights_file
from ..support.command import run
from ..support.pictures import save_small


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A colour picture, a gray one, one with alpha; sides that x2 and x3 have to cut."""
    modes = {"colour.png": "RGB", "gray.bmp": "L", "alpha.png": "RGBA"}
    return save_small(tmp_path / "small", modes)


@pytest.fixture
def network() -> SRCNN:
    torch.manual_seed(0)
    model = SRCNN((5, 3, 3), (4, 3))
    with torch.no_grad():
        for layer in model.layers:
            layer.weight *= 1.5
    return model


def test_report_against_the_protocol_written_out(
    pictures: Path, network: SRCNN, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gray picture's PSNR, step by step with torch and scikit-image."""
    weights = tmp_path / "net.pth"
    torch.save(network.state_dict(), weights)
    out = tmp_path / "report.json"
    assert run(monkeypatch, "evaluate", pictures, "-m", weights, "-s", 3, "--json", out) == 0
    report = json.loads(out.read_text())
    assert report["schema"] == 1
    assert report["protocol"]["name"] == "paper"
    bicubic, ours = report["results"]
    assert (bicubic["model"], ours["model"]) == ("bicubic", str(weights))
    assert ours["dataset"] == "small"
    assert [image["name"] for image in ours["images"]] == ["alpha", "colour", "gray"]
    truth = np.asarray(Image.open(pictures / "gray.bmp"))[:69, :72]
    enlarged = imresize(imresize(truth / 255.0, 1 / 3), 3.0)
    y = network(torch.from_numpy(enlarged)[None, None].float())[0, 0].detach().double().numpy()
    for picture, row in ((enlarged, bicubic), (y, ours)):
        rounded = np.floor(np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
        psnr = peak_signal_noise_ratio(  # type: ignore[no-untyped-call]
            truth[3:-3, 3:-3], rounded[3:-3, 3:-3]
        )
        assert row["images"][2]["psnr"] == pytest.approx(psnr, abs=1e-3)
    means = [image["psnr"] for image in ours["images"]]
    assert ours["mean"]["psnr"] == pytest.approx(sum(means) / 3)


def test_every_layout_of_the_same_weights_scores_the_same(
    pictures: Path, network: SRCNN, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = network.state_dict()
    stages = {"conv1": "features.0", "conv2": "map.0", "conv3": "reconstruction"}
    torch.save(state, tmp_path / "a.pth")
    torch.save(
        {"state_dict": {stages[k[:5]] + k[5:]: v for k, v in state.items()}, "epoch": 3},
        tmp_path / "b.pth",
    )
    card = Card("net", 2, network.f, network.n)
    (tmp_path / "c.onnx").write_bytes(to_onnx(network.tensors(), card))
    files = [tmp_path / name for name in ("a.pth", "b.pth", "c.onnx")]
    options = [part for file in files for part in ("-m", file)]
    out = tmp_path / "report.json"
    assert run(monkeypatch, "evaluate", pictures, *options, "-s", 2, "--json", out) == 0
    means = [row["mean"] for row in json.loads(out.read_text())["results"]]
    assert means[1] == means[2] == means[3] != means[0]


def test_several_scales_and_json_on_stdout(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["evaluate", pictures, "-m", "bicubic", "-s", 2, "-s", 3, "--json", "-"]
    assert run(monkeypatch, *line, "--metrics", "ssim") == 0
    report = json.loads(capsys.readouterr().out)
    assert [(row["model"], row["scale"]) for row in report["results"]] == [
        ("bicubic", 2),
        ("bicubic", 3),
    ]
    assert list(report["results"][0]["mean"]) == ["ssim"]


def test_saved_pictures(
    pictures: Path, network: SRCNN, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The luma as it was scored; the colours of the low-res picture, not of the truth."""
    weights = tmp_path / "net.pth"
    torch.save(network.state_dict(), weights)
    save = tmp_path / "out"
    assert run(monkeypatch, "evaluate", pictures, "-m", weights, "-s", 3, "--save", save) == 0
    for model in ("bicubic", "net.pth"):
        names = {path.name for path in (save / "small_x3" / model).iterdir()}
        assert names == {f"{s}{e}.png" for s in ("alpha", "colour", "gray") for e in ("", "_y")}
    folder = save / "small_x3" / "bicubic"
    truth = np.asarray(Image.open(pictures / "colour.png"))[:69, :72] / 255.0
    enlarged = imresize(imresize(truth, 1 / 3), 3.0)
    saved = np.asarray(Image.open(folder / "colour.png")).astype(float)
    # Bicubic in RGB and in YCbCr are the same but for the rounding of Y.
    assert np.abs(saved - np.clip(enlarged, 0, 1) * 255).max() < 2.5
    with Image.open(folder / "gray.png") as gray:
        assert gray.mode == "L"
    for kind, size in (("truth", (72, 69)), ("low-resolution", (24, 23))):
        with Image.open(save / "small_x3" / kind / "colour.png") as reference:
            assert (reference.mode, reference.size) == ("RGB", size)
            made = np.asarray(reference).astype(float)
        wanted = truth * 255 if kind == "truth" else imresize(truth, 1 / 3) * 255
        # MATLAB rounds an 8-bit picture after each direction.
        assert np.abs(made - np.clip(wanted, 0, 255)).max() < 1


def test_nothing_that_is_saved_collides(
    pictures: Path,
    network: SRCNN,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Two runs call their weights alike; the luma of one picture could be another picture."""
    tensors = network.tensors()
    files = [tmp_path / run / "weights.onnx" for run in ("first", "second")]
    for file in files:
        file.parent.mkdir()
        file.write_bytes(weights_file(tensors, 3, "mine"))
    models = [word for file in files for word in ("-m", file)]
    save = tmp_path / "out"
    report = tmp_path / "report.json"
    words = ("evaluate", pictures, *models, "--save", save, "--json")
    assert run(monkeypatch, *words, report) == 0
    labels = {"bicubic", "mine-x3 (first)", "mine-x3 (second)"}
    assert {path.name for path in (save / "small_x3").iterdir()} == {
        *labels,
        "truth",
        "low-resolution",
    }
    table = capsys.readouterr().out
    assert all(label in table for label in labels)
    assert "weights.onnx" not in table
    rows = json.loads(report.read_text())["results"]
    assert [row["label"] for row in rows] == ["bicubic", "mine", "mine"]
    assert [row["model"] for row in rows[1:]] == [str(file) for file in files]
    Image.open(pictures / "colour.png").save(pictures / "Alpha_Y.png")
    assert run(monkeypatch, "evaluate", pictures, "-s", 3) == 0
    assert run(monkeypatch, "evaluate", pictures, "-s", 3, "--save", save) == 2
    assert "2 are named 'alpha_y'" in capsys.readouterr().err


def test_two_equal_pictures_are_null_in_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("L", (60, 60), 128).save(tmp_path / "flat.png")
    assert run(monkeypatch, "evaluate", tmp_path, "-m", "bicubic", "--json", "-") == 0
    (row,) = json.loads(capsys.readouterr().out)["results"]
    assert row["mean"]["psnr"] is None
    assert row["mean"]["ssim"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["nowhere"], 2, "nowhere"),
        (["set5", "--data-root", "{tmp}"], 2, "--data-root"),
        (["{pictures}", "-m", "nope"], 6, "nope"),
        (["{pictures}", "-m", "{tmp}/none.pth", "-s", "3"], 6, "none.pth"),
        (["{pictures}", "-m", "{tmp}/net.onnx", "-s", "3"], 6, "x2"),
        (["{pictures}", "-m", "bicubic", "--protocol", "mine"], 2, "paper-gray"),
        (["{pictures}", "-m", "bicubic", "--metrics", "psnr,lpips"], 2, "lpips"),
        (["{pictures}", "-m", "bicubic", "-s", "1"], 2, "2 or more"),
        (["{tiny}", "-m", "bicubic", "-s", "4"], 3, "too small"),
        (["{tmp}/empty"], 2, "no images"),
    ],
)
def test_errors(
    pictures: Path,
    network: SRCNN,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    word: str,
) -> None:
    card = Card("net", 2, network.f, network.n)
    (tmp_path / "net.onnx").write_bytes(to_onnx(network.tensors(), card))
    (tmp_path / "empty").mkdir()
    (tmp_path / "tiny").mkdir()
    Image.new("RGB", (12, 40)).save(tmp_path / "tiny" / "a.png")
    places = {"tmp": tmp_path, "pictures": pictures, "tiny": tmp_path / "tiny"}
    line = [argument.format(**places) for argument in arguments]
    if "-m" not in line:
        line += ["-m", "bicubic"]
    assert run(monkeypatch, "evaluate", *line) == code
    error = capsys.readouterr().err.strip()
    assert error.startswith("error: ")
    assert word in error
    assert "\n" not in error
    assert len(error) < 200

"""Low-resolution files that lie beside the pictures are what models are given."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio

import srcnn
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.mark import Mark
from srcnn.images.metadata import Metadata

from ..support.command import run
from ..support.pairs import crops, low_of, save, set_in_folders


def test_matlabs_own_files_give_the_published_rows(
    shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bicubic on Set5: 33.66, 30.39, 28.42 dB are published; of files that are rounded 0.01 less."""
    folder = shared / "reference" / "matlab_lr" / "Set5"
    assert run(monkeypatch, "evaluate", folder, "-s", "2,3,4", "-m", "bicubic", "--json", "-") == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    for row, published in zip(report["results"], (33.66, 30.39, 28.42), strict=True):
        assert row["mean"]["psnr"] == pytest.approx(published, abs=0.015)
    place = folder / "image_SRF_3"
    assert f"5 images from {place}, with low-resolution images from {place}\n" in err
    assert report["data"][1] == {
        "dataset": "Set5",
        "scale": 3,
        "pictures": 5,
        "folder": str(place),
        "low_resolution": str(place),
        "left_out": {},
    }
    assert report["version"] == srcnn.__version__
    assert report["date"].endswith("+00:00")


@pytest.mark.parametrize("protocol", ["paper", "rgb", "full-range"])
def test_it_is_the_file_that_is_enlarged(tmp_path: Path, protocol: str) -> None:
    """A low-resolution file that says something else than the picture; the score is worked out by hand."""
    high, other = crops(2, 72)
    low = low_of(other, 3)
    save(tmp_path / "HR" / "a.png", high)
    save(tmp_path / "LR" / "X3" / "a.png", low)
    (row,) = srcnn.evaluate(tmp_path, [], 3, protocol, metrics="psnr")["results"]
    enlarged = srcnn.imresize(low / 255, 3.0).clip(0, 1)
    if protocol == "rgb":
        pictures = [high, np.rint(enlarged * 255).astype(np.uint8)]
    elif protocol == "paper":
        pictures = [np.rint(rgb2ycbcr(each)[..., 0]).astype(np.uint8) for each in (high, enlarged)]
    else:
        weights = np.array([0.298936, 0.587043, 0.114021])
        pictures = [np.rint(each @ weights).astype(np.uint8) for each in (high, enlarged * 255)]
    inner = [each[3:-3, 3:-3] for each in pictures]
    wanted = peak_signal_noise_ratio(*inner)  # type: ignore[no-untyped-call]
    assert row["mean"]["psnr"] == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize("protocol", ["paper", "8bit", "paper-gray", "paper-colour", "opencv"])
def test_files_that_hold_what_would_be_made_change_nothing(tmp_path: Path, protocol: str) -> None:
    """But for their rounding, and by OpenCV's protocol for who made them."""
    set_in_folders(tmp_path / "given", crops(2, 73), (3,))
    for name, pixels in zip("ab", crops(2, 73), strict=True):
        save(tmp_path / "made" / f"{name}.png", pixels)
    rows = [
        srcnn.evaluate(tmp_path / place, "srcnn-915", 3, protocol, metrics="psnr")["results"]
        for place in ("given", "made")
    ]
    for given, made in zip(*rows, strict=True):
        near = pytest.approx(made["mean"]["psnr"], abs=0.06)
        assert (given["mean"]["psnr"] == near) == (protocol != "opencv")


def test_gray_pictures_stored_as_either(tmp_path: Path) -> None:
    """A gray file beside R = G = B is the same as R = G = B beside it."""
    scores = []
    gray = crops(1, 72)[0][..., 1]
    low = low_of(gray, 3)
    for name, high, small in (
        ("gray", gray, low),
        ("truth", np.dstack([gray] * 3), low),
        ("low", gray, np.dstack([low] * 3)),
    ):
        save(tmp_path / name / "HR" / "a.png", high)
        save(tmp_path / name / "LR" / "X3" / "a.png", small)
        report = srcnn.evaluate(tmp_path / name, [], 3, "full-range", metrics="psnr")
        scores.append(report["results"][0]["mean"]["psnr"])
    assert scores[0] == scores[2]
    assert scores[1] == pytest.approx(scores[0], abs=0.05)


def evaluate(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    return run(monkeypatch, "evaluate", *arguments, "-m", "bicubic")


def test_ones_own_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--hr`` alone is a plain folder; pictures that srcnn made are taken there, and nowhere else."""
    set_in_folders(tmp_path, crops(2, 72), (3,), "mine/{name}.png", "small/{name}_LR.png")
    line = ["--hr", tmp_path / "mine", "--lr", tmp_path / "small", "-s", 3]
    assert evaluate(monkeypatch, *line) == 0
    assert "with low-resolution images from" in capsys.readouterr().err
    assert evaluate(monkeypatch, "--hr", tmp_path / "mine", "-s", 3, "--json", "-") == 0
    assert json.loads(capsys.readouterr().out)["data"][0]["low_resolution"] is None
    made = Mark("fast", "3").on(Metadata())
    (tmp_path / "mine" / "b.png").write_bytes(encode(crops(2, 72)[1], FORMATS["png"], made))
    assert evaluate(monkeypatch, *line, "--json", "-") == 0
    assert len(json.loads(capsys.readouterr().out)["results"][0]["images"]) == 2
    assert evaluate(monkeypatch, tmp_path / "mine", "-s", 3) == 0
    assert "1 image from" in (err := capsys.readouterr().err)
    assert "left out, made by srcnn: 1 (b.png)" in err
    (tmp_path / "mine" / "a.png").unlink()
    assert evaluate(monkeypatch, tmp_path / "mine", "-s", 3) == 2
    assert "contains only images made by srcnn (1); use --hr" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--lr", "{tmp}/Set5/LR_bicubic"], "--lr: needs the high-resolution images"),
        (["{tmp}/Set5", "-s", "2,3,4"], "none for x4"),
        (["{tmp}/Set5", "-s", "2;3"], "2,3,4"),
        (["{tmp}/small"], "is 23 x 24, but a.png of 72 x 72 needs 24 x 24 at x3"),
        (["--hr", "{tmp}/Set5/HR", "--lr", "{tmp}/none"], "--lr"),
        (["--hr", "{tmp}/Set5/HR", "--lr", "{tmp}/Set5/LR_bicubic/X2", "-s", "3"], "none for x3"),
        ([], "DATASET... is missing"),
        (["{tmp}"], "several sets"),
    ],
)
def test_what_does_not_fit_is_one_line_and_no_work(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    word: str,
) -> None:
    set_in_folders(tmp_path / "Set5", crops(2, 72))
    set_in_folders(tmp_path / "small", crops(2, 72))
    file = tmp_path / "small" / "LR_bicubic" / "X3" / "ax3.png"
    save(file, np.asarray(Image.open(file))[:, :-1])
    line = [argument.format(tmp=tmp_path) for argument in arguments]
    assert evaluate(monkeypatch, *line) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("error: ")
    assert word in err
    assert len(err) <= 200


def test_names_of_data_sets_in_any_case(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SET5", "Set5", "set5"):
        report = srcnn.evaluate(name, [], 3, data_root=shared / "data", metrics="psnr")
        assert report["results"][0]["dataset"] == "set5"
        assert report["checks"][0]["agrees"]
    # A folder of the very name is that folder.
    save(tmp_path / "Set5" / "HR" / "a.png", crops(1, 72)[0])
    report = srcnn.evaluate("Set5", [], 3, data_root=shared / "data", metrics="psnr")
    assert [image["name"] for image in report["results"][0]["images"]] == ["a"]
    assert report["results"][0]["dataset"] == "Set5"
    (tmp_path / "root" / "BSD100").mkdir(parents=True)
    save(tmp_path / "root" / "BSD100" / "a.png", crops(1, 72)[0])
    assert (
        srcnn.evaluate("bsd100", [], 3, data_root=tmp_path / "root")["results"][0]["dataset"]
        == "bsd100"
    )


def test_the_report_replaces_no_low_resolution_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_in_folders(tmp_path, crops(1, 72), (3,))
    file = tmp_path / "LR_bicubic" / "X3" / "ax3.png"
    before = file.read_bytes()
    assert evaluate(monkeypatch, tmp_path, "-s", 3, "--json", file) == 2
    assert "is an input or output of this command" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_several_protocols_are_a_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "a" / "a.png", crops(1, 90)[0])
    line = [tmp_path / "a", "-s", "2, 3", "--protocol", "rgb", "--protocol", "paper-colour"]
    assert evaluate(monkeypatch, *line) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[3:6] == ["model", "protocol", "psnr"]
    assert [row.split()[1:4] for row in rows] == [
        [scale, "bicubic", protocol]
        for scale in ("x2", "x3")
        for protocol in ("rgb", "paper-colour")
    ]
    report = srcnn.evaluate(tmp_path / "a", [], 3, ["rgb", "paper"])
    alone = srcnn.evaluate(tmp_path / "a", [], 3, "paper")
    assert [each["name"] for each in report["protocols"]] == ["rgb", "paper"]
    assert report["results"][1] == alone["results"][0]
    assert evaluate(monkeypatch, *line, "--save", tmp_path / "out") == 2

"""A folder of finished pictures is scored in place of a model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import srcnn

from ..support.command import run
from ..support.pairs import crops, low_of, save, set_in_folders

NAMES = ["{}", "{}_GT", "{}_x3", "{}x3", "{}_SRCNN", "{}_x3_SRCNN", "{}-out"]


def enlarged(high: NDArray[np.uint8]) -> NDArray[np.uint8]:
    low = low_of(high, 3)
    return np.asarray(Image.fromarray(low).resize((low.shape[1] * 3, low.shape[0] * 3), 3))


def evaluate(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    return run(monkeypatch, "evaluate", *arguments)


def test_what_upscale_writes_scores_as_the_model(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As it names them, ``img_001_SRF_3_LR_x3.png``; they carry srcnn's mark, and are taken."""
    folder = shared / "reference" / "matlab_lr" / "Set5" / "image_SRF_3"
    files = sorted(folder.glob("*_LR.png"))
    line = [*files, "-s", 3, "-m", "srcnn-915", "-o", tmp_path / "made", "--quiet"]
    assert run(monkeypatch, "upscale", *line) == 0
    line = [folder, "-s", 3, "-m", "srcnn-915", "--pictures", tmp_path / "made", "--json", "-"]
    assert evaluate(monkeypatch, *line) == 0
    rows = json.loads(capsys.readouterr().out)["results"]
    assert [row["model"] for row in rows] == ["bicubic", "srcnn-915", str(tmp_path / "made")]
    assert rows[2]["label"] == "made"
    assert rows[2]["mean"]["psnr"] == pytest.approx(rows[1]["mean"]["psnr"], abs=0.02)
    assert rows[2]["mean"]["psnr"] > rows[0]["mean"]["psnr"] + 1
    assert len(rows[1]["sha256"]) == 64


@pytest.mark.parametrize("name", NAMES)
def test_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Sides of the picture as it is, or cut to whole low-resolution pixels, and any case."""
    for stem, high in zip(("Baby", "img_1", "img_10"), crops(3, 73), strict=True):
        save(tmp_path / "set" / f"{stem}.png", high)
        save(tmp_path / "made" / f"{name.format(stem.upper())}.PNG", enlarged(high))
    line = [tmp_path / "set", "-s", 3, "--pictures", tmp_path / "made", "--json", "-"]
    assert evaluate(monkeypatch, *line) == 0
    bicubic, made = json.loads(capsys.readouterr().out)["results"]
    assert made["mean"]["psnr"] == pytest.approx(bicubic["mean"]["psnr"], abs=0.1)
    whole = Image.open(tmp_path / "set" / "Baby.png")
    whole.save(tmp_path / "made" / f"{name.format('BABY')}.PNG")
    assert evaluate(monkeypatch, *line) == 0
    images = json.loads(capsys.readouterr().out)["results"][1]["images"]
    assert [image["psnr"] is None for image in images] == [True, False, False]


def test_missing_and_unlike_pictures_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for stem, high in zip("abcd", crops(4, 72), strict=True):
        save(tmp_path / "set" / f"{stem}.png", high)
        save(tmp_path / "made" / f"{stem}_x3.png", enlarged(high))
    (tmp_path / "made" / "a_x3.png").unlink()
    save(tmp_path / "made" / "b_x3.png", low_of(crops(2, 72)[1], 3))
    save(tmp_path / "made" / "c_x3.png", enlarged(crops(3, 72)[2])[..., 1])
    assert (
        evaluate(monkeypatch, tmp_path / "set", "--pictures", tmp_path / "made", "--json", "-") == 1
    )
    out, err = capsys.readouterr()
    bicubic, made = json.loads(out)["results"]
    assert [len(row["images"]) for row in (bicubic, made)] == [4, 1]
    assert "a.png: has no upscaled image in" in err
    assert "b_x3.png: is 24 x 24, but b at x3 is 72 x 72" in err
    assert "c_x3.png: is gray, but c is in color" in err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--pictures", "{tmp}/none"], "no such folder"),
        (
            ["--pictures", "{tmp}/other"],
            "contains no image of set at x3; name them a.png or a_x3.png",
        ),
        (["--pictures", "{tmp}/set_x4", "-s", "3"], "contains no image of set at x3"),
        (["--pictures", "{tmp}/two"], "both a_A.png and a_B.png could belong to a.png"),
        (["--pictures", "{tmp}/set", "--pictures", "{tmp}/set"], "is given twice"),
    ],
)
def test_mistakes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    word: str,
) -> None:
    for name in ("set/a", "other/b", "set_x4/a_x4", "two/a_A", "two/a_B"):
        save(tmp_path / f"{name}.png", crops(1, 72)[0])
    line = [argument.format(tmp=tmp_path) for argument in arguments]
    assert evaluate(monkeypatch, tmp_path / "set", *line) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert word in err


def test_folders_for_data_sets_and_scales(tmp_path: Path) -> None:
    """What ``--save`` writes is read back: the same scores, for two sets and scales at once."""
    for name in ("one", "two"):
        for stem, high in zip("ab", crops(2, 72), strict=True):
            save(tmp_path / name / f"{stem}.png", high)
    for place in ("one_x2", "one_x3", "two_x2", "two_x3"):
        name, scale = place.split("_x")
        for stem in "ab":
            high = np.asarray(Image.open(tmp_path / name / f"{stem}.png"))
            low = low_of(high, int(scale))
            save(tmp_path / "out" / place / f"{stem}.png", srcnn.imresize(low, int(scale)))
    datasets = [tmp_path / "one", tmp_path / "two"]
    report = srcnn.evaluate(datasets, None, (2, 3), pictures=tmp_path / "out", metrics="psnr")
    assert len(report["results"]) == 8
    for bicubic, made in zip(report["results"][::2], report["results"][1::2], strict=True):
        assert made["mean"]["psnr"] == pytest.approx(bicubic["mean"]["psnr"], abs=0.1)


def test_what_save_writes_is_read_back(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On Set5, whose files are called ``baby_GT.png`` here; the luma beside them is left alone."""
    line = ["set5", "--data-root", shared / "data", "-s", 3, "--json", "-"]
    assert evaluate(monkeypatch, *line, "-m", "srcnn-915", "--save", tmp_path) == 0
    made = json.loads(capsys.readouterr().out)["results"][1]["mean"]["psnr"]
    folder = tmp_path / "set5_x3" / "srcnn-915"
    assert evaluate(monkeypatch, *line, "--pictures", folder) == 0
    again = json.loads(capsys.readouterr().out)["results"][1]["mean"]["psnr"]
    assert again == pytest.approx(made, abs=0.02)


def test_beside_their_originals(
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As SelfExSR's folders hold the results of other methods: neither HR nor LR is taken for one."""
    source = shared / "reference" / "matlab_lr" / "Set5" / "image_SRF_3"
    folder = tmp_path / "image_SRF_3"
    folder.mkdir()
    for file in source.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
        if "_HR" in file.name:
            save(folder / file.name.replace("HR", "SRCNN"), enlarged(np.asarray(Image.open(file))))
    assert evaluate(monkeypatch, folder, "-s", 3, "--pictures", folder, "--json", "-") == 0
    out, err = capsys.readouterr()
    bicubic, made = json.loads(out)["results"]
    assert made["mean"]["psnr"] == pytest.approx(bicubic["mean"]["psnr"], abs=0.05)
    assert "left out, neither HR nor LR: 5 (img_001_SRF_3_SRCNN.png" in err


def test_beside_pairs(tmp_path: Path) -> None:
    """Finished pictures need no low-resolution files, and may have those beside them."""
    set_in_folders(tmp_path / "Set5", crops(2, 72), (3,))
    for stem, high in zip("ab", crops(2, 72), strict=True):
        save(tmp_path / "made" / f"{stem}_x3.png", enlarged(high))
    report = srcnn.evaluate(tmp_path / "Set5", None, 3, pictures=[tmp_path / "made"])
    assert [len(row["images"]) for row in report["results"]] == [2, 2]


def test_a_mean_of_fewer_pictures_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture that does not fit is an error, and the row's mean is not that of the other rows."""
    for k, high in enumerate(crops(3, 72)):
        save(tmp_path / "set" / f"{k}.png", high)
        save(tmp_path / "made" / f"{k}.png", enlarged(high)[: 60 if k == 1 else 72])
    assert evaluate(monkeypatch, tmp_path / "set", "-s", 3, "--pictures", tmp_path / "made") == 1
    _, bicubic, made = capsys.readouterr().out.splitlines()
    assert "made (2 of 3)" in made
    assert "of" not in bicubic

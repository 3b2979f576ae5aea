"""``srcnn compare``: its example, what it writes where, its JSON, and wrong command lines."""

from __future__ import annotations

import json
import shlex
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ..conftest import EXAMPLE, ROOT
from .conftest import Srcnn, pixels, save, tree, what_is


def test_the_example_works(srcnn: Srcnn, folder: Path) -> None:
    """Copied from the help and pasted, in a checkout."""
    example = srcnn("compare", "--help").out.decode().rsplit("Example:", 1)[1]
    words = shlex.split(example)
    assert words[2] == str(EXAMPLE.relative_to(ROOT))
    (folder / "examples").symlink_to(EXAMPLE.parent)
    ran = srcnn(*words[1:])
    name = words[words.index("-o") + 1]
    assert ran.code == 0
    assert ran.err == f"{name}: {Path(name).stat().st_size} bytes\n"
    head, *rows = ran.out.decode().splitlines()
    assert head.split() == ["model", "psnr", "ssim"]
    assert [row.split()[0] for row in rows] == ["bicubic", "srcnn-915", "srcnn-955"]
    assert tree(folder) == {name}


def test_scores_are_those_of_evaluate(srcnn: Srcnn, photo: Path) -> None:
    words = ["-m", "srcnn-915", "-m", "srcnn-955", "-s", 3, "--json", "-"]
    ran = srcnn("compare", photo, *words, "-o", "out.png", "--quiet")
    assert (ran.code, ran.err) == (0, "")
    made = ran.json()
    judged = srcnn("evaluate", photo.parent, *words, "--quiet").json()
    expected = {row["model"]: row["images"] for row in judged["results"]}
    for row in made["results"]:
        scores = {key: value for key, value in row.items() if key != "model"}
        # The panel lies in the folder too by now, and comes first.
        assert scores | {"name": "photo"} == expected[row["model"]][1]
    assert (made["schema"], made["source"], made["destination"]) == (1, str(photo), "out.png")
    assert (made["scale"], made["width"], made["height"]) == (3, 30, 39)
    assert made["protocol"] == judged["protocol"]
    assert [row["model"] for row in made["results"]] == ["bicubic", "srcnn-915", "srcnn-955"]


def test_infinity_is_null(srcnn: Srcnn, folder: Path, weights: Path) -> None:
    Image.fromarray(np.zeros((40, 40), np.uint8)).save(folder / "flat.png")
    ran = srcnn("compare", "flat.png", "-m", "bicubic", "-o", "a.html", "--json", "s.json")
    assert ran.code == 0
    assert "inf" in ran.out.decode()
    assert json.loads(Path("s.json").read_text())["results"] == [
        {"model": "bicubic", "psnr": None, "ssim": 1.0}
    ]


def test_a_crop_and_an_old_file(srcnn: Srcnn, photo: Path, weights: Path) -> None:
    """A crop of 8 x 6 is shown 36 times as large; what is there stays without --overwrite."""
    words = ["compare", photo, "-m", weights, "--crop", "3,4,8,6", "-o", "new/out.PNG"]
    assert srcnn(*words).code == 0
    first = Path("new/out.PNG").read_bytes()
    assert what_is(first)[:2] == ("PNG", "RGB")
    truth = np.kron(pixels(photo)[4:10, 3:11], np.ones((36, 36, 1), np.uint8))
    panel = pixels(first)
    height, width = truth.shape[:2]
    corners = np.argwhere((panel == truth[0, 0]).all(2))
    assert any(np.array_equal(panel[y : y + height, x : x + width], truth) for y, x in corners)
    ran = srcnn(*words)
    assert ran.code == 2
    assert "already exists; use --overwrite" in ran.error
    words[words.index("3,4,8,6")] = "3,4,6,8"
    assert srcnn(*words, "--overwrite", "--quiet").err == ""
    assert Path("new/out.PNG").read_bytes() != first
    assert tree(photo.parent) == {"photo.png", "new/out.PNG"}


def test_a_name_that_is_html(srcnn: Srcnn, folder: Path, weights: Path) -> None:
    save(folder / "<script>.png")
    assert srcnn("compare", "<script>.png", "-m", weights, "-o", "out.html").code == 0
    page = Path("out.html").read_text()
    assert page.count("<script>") == 1
    assert page.count("&lt;script&gt;.png") == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("photo.png -o a.jpg", 2, "use .png or .html"),
        ("photo.png -o a", 2, "use .png or .html"),
        ("photo.png -o -", 2, "use .png or .html"),
        ("photo.png", 2, "--output"),
        ("-o a.png", 2, "IMAGE"),
        ("photo.png -o old.png", 2, "use --overwrite"),
        ("photo.png -o photo.png --overwrite", 2, "is used for both IMAGE and --output"),
        ("photo.png -o a.html --json a.html", 2, "is used for both --output and --json"),
        ("photo.png -o a.html --json photo.png", 2, "is used for both IMAGE and --json"),
        ("photo.png -o folder.png", 2, "is a folder"),
        ("photo.png -o a.png -s 1", 2, "2 or more"),
        ("photo.png -o a.png --crop 1,2,3", 2, "X,Y,WIDTH,HEIGHT"),
        ("photo.png -o a.png --crop 20,0,11,5", 2, "30 x 39"),
        ("photo.png -o a.png --max-pixels 1000", 4, "--max-pixels"),
        ("photo.png -o a.png --max-bytes 1000", 4, "--max-bytes"),
        ("gone.png -o a.png", 3, "no such file"),
        ("folder.png -o a.png", 3, "cannot be read"),
        ("old.png -o a.png", 3, "is not an image"),
        ("photo.png -o a.png -s 2 --crop 0,0,30,41", 2, "30 x 40"),
        ("photo.png -o a.png -s 4", 3, "too small"),
        ("photo.png -o a.png -s 9", 6, "none is shipped"),
        ("photo.png -o a.png -m edsr", 6, "is unknown"),
        ("photo.png -o a.png -m gone.mat", 6, "no such weights file"),
        ("photo.png -o a.png -m old.onnx", 6, "is not an srcnn weights file"),
        ("photo.png -o old.png/a.png", 5, "cannot be written"),
        (f"photo.png -o {'long' * 99}.png", 5, "cannot be written"),
        (f"{'long' * 99}.png -o a.png", 3, "cannot be read"),
        ("circle.png -o a.png", 3, "cannot be read"),
    ],
)
def test_wrong_command_lines(srcnn: Srcnn, photo: Path, words: str, code: int, said: str) -> None:
    folder = photo.parent
    for name in ("old.png", "old.onnx"):
        (folder / name).write_text("this is old")
    (folder / "folder.png").mkdir()
    (folder / "circle.png").symlink_to("circle.png")
    if "-s 4" in words:
        save(photo, size=(18, 41))
    before = tree(folder)
    ran = srcnn("compare", *words.split())
    assert ran.code == code, ran.err
    assert said in ran.error
    assert ran.out == b""
    assert tree(folder) == before
    assert (folder / "old.png").read_text() == "this is old"


def test_without_the_91_images(
    srcnn: Srcnn, photo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Advised is what this command and ``srcnn bench`` take."""
    monkeypatch.setenv("SRCNN_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for words in (["compare", photo, "-o", "a.png"], ["bench", "--quick"]):
        ran = srcnn(*words, "-m", "a+")
        assert ran.code == 2
        assert ran.error.endswith("run: srcnn data fetch t91; or set $SRCNN_DATA\n")
        assert "--data-root" not in ran.error


def test_only_foreign_weights_need_the_extra(
    srcnn: Srcnn, photo: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(name: str) -> ModuleSpec | None:
        return None if name == "torch" else find_spec(name)

    monkeypatch.setattr("srcnn._optional.find_spec", without)
    Path("net.pth").write_bytes(b"anything")
    ran = srcnn("compare", photo, "-m", "net.pth", "-o", "a.png")
    assert ran.code == 2
    assert "net.pth: needs torch; run: pip install 'srcnn[train]'" in ran.error
    assert srcnn("compare", photo, "-m", weights, "-o", "a.png").code == 0

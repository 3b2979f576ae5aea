"""The programs of the how-to pages do what the pages say: shell, make, Python, C++, and a study."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .cli.conftest import Srcnn, srcnn  # noqa: F401 - a fixture
from .support.pages import blocks, enter_copy, make_checkout

FOLDER, JUDGE, PROCESSES, ONNX, STUDY = (
    f"docs/how-to/{name}.md" for name in ("folder", "judge", "processes", "onnx", "study")
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture
def checkout(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a checkout as the current folder, with ``srcnn`` on the PATH."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "srcnn"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m srcnn "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    return enter_copy(place, tmp_path / "checkout", monkeypatch)


def of_page(page: str, language: str) -> list[str]:
    return [text for name, text in blocks(language) if name == page]


def run(*command: object, code: int = 0) -> str:
    """What a command prints, which has to end with an exit code."""
    ran = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, timeout=250
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout


def run_python(page: str, number: int) -> list[list[str]]:
    """The words of each line that a program of a page prints."""
    Path("program.py").write_text(of_page(page, "python")[number])
    return [line.split() for line in run(sys.executable, "program.py").splitlines()]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_a_folder_in_a_shell_script(checkout: Path) -> None:
    """Twice, with a damaged picture, and once more when it is gone."""
    (checkout / "inbox" / "b.jpg").write_bytes(b"damaged")
    (script,) = of_page(FOLDER, "bash")
    (checkout / "nightly.sh").write_text(script)
    printed = [run("bash", "nightly.sh", code=1)]
    made = checkout / "outbox" / "a_x2.jpg"
    written = made.stat().st_mtime_ns
    with Image.open(made) as large, Image.open("inbox/a.jpg") as small:
        assert large.size == (2 * small.width, 2 * small.height)
    printed.append(run("bash", "nightly.sh", code=1))
    for line in printed:
        assert json.loads(line)["source"].endswith("b.jpg")
    (checkout / "inbox" / "b.jpg").unlink()
    assert run("bash", "nightly.sh") == ""
    assert made.stat().st_mtime_ns == written


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_a_folder_in_a_makefile(checkout: Path) -> None:
    """What is older than its source is made, and nothing else."""
    (rules,) = of_page(FOLDER, "make")
    (checkout / "Makefile").write_text(rules)
    run("make")
    assert (checkout / "outbox" / "a.jpg").exists()
    assert "srcnn" not in run("make")


def test_a_folder_in_python(checkout: Path) -> None:
    (checkout / "inbox" / "b.jpg").write_bytes(b"damaged")
    made, failed = run_python(FOLDER, 0)
    assert made == [str(Path("outbox/a.jpg")), "128", "96"]
    assert "b.jpg" in " ".join(failed)
    assert failed[-1] == "3)"


def test_judging_a_function(checkout: Path) -> None:
    rows = {words[0]: float(words[1]) for words in run_python(JUDGE, 0)}
    assert list(rows) == ["bicubic", "lanczos", "srcnn-915"]
    assert rows["lanczos"] - rows["bicubic"] == pytest.approx(0.3, abs=0.4)
    assert rows["srcnn-915"] > rows["lanczos"]


@pytest.mark.slow
def test_judging_a_module(checkout: Path) -> None:
    ((_, psnr, *_),) = run_python(JUDGE, 1)
    assert 10 < float(psnr.strip(",")) < 40


@pytest.mark.slow
def test_judging_an_onnx_file(srcnn: Srcnn, checkout: Path) -> None:  # noqa: F811
    """It is srcnn-955 itself, so it has the same score."""
    words = ("-m", "srcnn-955", "-s", 3, "-o", "srcnn-955-x3.onnx", "--standalone")
    assert srcnn("export", *words).code == 0
    rows = {words[0]: float(words[1]) for words in run_python(JUDGE, 2)}
    assert rows["mine"] == pytest.approx(rows["srcnn-955"], abs=0.02)
    assert rows["mine"] > rows["bicubic"]


@pytest.mark.parametrize("number", [0, 1], ids=["threads", "processes"])
def test_several_at_once(checkout: Path, number: int) -> None:
    shutil.copy("inbox/a.jpg", "inbox/b.jpg")
    printed = run_python(PROCESSES, number)
    assert [words[0] for words in printed] == ["a.jpg", "b.jpg"]
    assert all(words[1:] == ["(96,", "128,", "3)"] for words in printed)


@pytest.mark.slow
def test_a_study(srcnn: Srcnn, checkout: Path) -> None:  # noqa: F811
    (text,) = of_page(STUDY, "yaml")
    (checkout / "experiments" / "patch-size.yaml").write_text(text)
    ran = srcnn("experiment", "patch-size", "--budget", "smoke", "--quiet")
    assert ran.code == 0, ran.err
    document = json.loads((checkout / "runs/experiments/smoke/patch-size.json").read_text())
    assert [arm["arm"] for arm in document["arms"]] == ["28 pixels", "40 pixels"]


@pytest.fixture
def exported(srcnn: Srcnn, checkout: Path) -> np.ndarray:  # noqa: F811
    """Where ``fast-x3.onnx`` lies; what srcnn itself makes of ``photo.png``."""
    words = ("-m", "fast", "-s", 3, "-o", "fast-x3.onnx", "--standalone")
    assert srcnn("export", *words).code == 0
    assert srcnn("upscale", "photo.png", "-m", "fast", "-s", 3, "-o", "ours.png").code == 0
    return np.asarray(Image.open("ours.png"), int)


@pytest.mark.slow
def test_the_graph_in_opencv(exported: np.ndarray) -> None:
    run_python(ONNX, 0)
    assert np.abs(np.asarray(Image.open("large.png"), int) - exported).max() <= 1


@pytest.mark.slow
@pytest.mark.skipif(
    "ONNXRUNTIME" not in os.environ, reason="needs ONNXRUNTIME, an unpacked release for C++"
)
def test_the_graph_in_a_program_in_cpp(exported: np.ndarray) -> None:
    (program,), (build,) = of_page(ONNX, "cpp"), of_page(ONNX, "bash")
    Path("upscale.cpp").write_text(program)
    Image.open("photo.png").save("small.ppm")
    run("bash", "-euc", build)
    assert np.abs(np.asarray(Image.open("large.ppm"), int) - exported).max() <= 1

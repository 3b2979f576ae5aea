"""``srcnn bench``: a real measurement, as short as can be, and what is refused."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from srcnn.weights.graph import to_onnx

from ..conftest import EXAMPLE
from ..support.terminal import COLUMNS, DRAWN, check, on_a_terminal
from ..weights.reference import card_of, random_bits
from .conftest import Ran, Srcnn, save, tree

SHORT = """
from pathlib import Path
from srcnn.bench import interleave, report, rivals
from srcnn.weights import store
interleave._TURN, report._QUICK_ROUNDS = 0.0, 1
"""
"""Code that has a measurement take one round, and one call in a turn."""


def bench(*words: str, before: str = "") -> Ran:
    """``srcnn bench --quick`` with one round and one call in a turn, after the code ``before``.

    In a process of its own, for it loads everything that computes and each of them starts threads.
    """
    code = f"import sys\n{SHORT}\n{before}\nfrom srcnn.cli.main import main\nsys.exit(main())\n"
    command = [sys.executable, "-c", code, "bench", "--quick", *words]
    ran = subprocess.run(command, capture_output=True, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr.decode())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_quick_gives_the_promised_document(folder: Path) -> None:
    """On a terminal, where it draws how far it is."""
    words = ("bench", "--quick", "--json", "speed.json", "--plot", "speed.png")
    code, shown = on_a_terminal(COLUMNS, *words, before=SHORT)
    assert code == 0, shown
    check(shown)
    assert any("measuring" in line for line in DRAWN.findall(shown))
    text = Path("speed.json").read_text()
    document = json.loads(text)
    assert set(document) == {
        *("schema", "machine", "rounds", "left_out", "models", "peak", "rows", "start")
    }
    assert document["schema"] == 1
    machine = document["machine"]
    assert set(machine) == {"cpu", "cores", "threads", "flags", "python", "versions"}
    assert str(Path.home()) not in text
    assert document["models"]["srcnn-915"]["multiplies"] == 8032
    assert document["models"]["srcnn-955"]["multiplies"] == 57184
    _check_rows(document["rows"], document["peak"])
    measured = document["peak"]["measured"]
    for precision in ("fp32", "bf16"):
        best = max(row["gflops"] for row in measured if row["precision"] == precision)
        assert document["peak"][precision] == best > 0
    assert set(document["start"]) == {"help_s", "picture_s"}
    assert 0.01 < document["start"]["help_s"] < document["start"]["picture_s"]
    assert tree(folder) == {"speed.json", "speed.png"}
    with Image.open("speed.png") as image:
        assert (image.format, image.size) == ("PNG", (1800, 1000))


def _check_rows(rows: list[dict[str, Any]], peaks: dict[str, float]) -> None:
    in_torch = {row["model"] for row in rows if row["contender"] == "torch eager"}
    assert {"srcnn-915", "srcnn-955"} <= in_torch
    for row in rows:
        assert set(row) == {
            *("what", "contender", "model", "engine", "precision", "scale", "size"),
            *("ns_per_pixel", "quartiles", "gflops", "share_of_peak", "times_torch_eager"),
        }
        assert row["size"] == [384, 384]
        low, high = row["quartiles"]
        assert 0 < low <= row["ns_per_pixel"] <= high < math.inf
        if row["what"] == "network":
            assert row["gflops"] > 0
            share = row["gflops"] / peaks[row["precision"]]
            assert row["share_of_peak"] == pytest.approx(share, abs=0.01)
        if row["model"] in in_torch:
            assert row["times_torch_eager"] > 0
    engines = {(row["engine"], row["precision"]) for row in rows if row["engine"]}
    assert {("onnxruntime", "fp32"), ("openvino", "bf16"), ("torch", "fp32")} <= engines
    kinds = {(row["what"], row["contender"]) for row in rows}
    assert {
        ("network", "srcnn"),
        ("pipeline", "srcnn"),
        ("network", "torch eager"),
        ("network", "torch channels-last"),
        ("network", "plain ONNX Runtime"),
        ("network", "OpenCV dnn"),
        ("resize", "Pillow BICUBIC"),
        ("resize", "OpenCV INTER_CUBIC"),
    } == kinds


@pytest.mark.usefixtures("shipped")
def test_table_and_what_is_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On stdout a line for each row; OpenCV is missed in one line, and nothing else is but the 91 images.

    Of binary weights there are our own rows alone.
    """
    bits, _ = random_bits((5, 3, 3), (6, 4))
    onnx = to_onnx(bits, card_of((5, 3, 3), (6, 4), weights="binary"))
    (folder.parent / "shipped" / "srcnn-955@bits-x3.onnx").write_bytes(onnx)
    data = folder.parent / "data"
    (data / "t91").mkdir(parents=True)
    shutil.copy(EXAMPLE, data / "t91")
    monkeypatch.setenv("SRCNN_DATA", str(data))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder.parent / "cache"))
    before = (
        "from srcnn.baselines.anchored import Settings\n"
        "from srcnn.baselines.dictionary import Learning\n"
        "from srcnn.engine import example_based\n"
        "few = Settings(Learning(atoms=8, samples=99), samples=999, neighbours=99)\n"
        "object.__setattr__(example_based.METHODS['a+'], 'settings', few)\n"
        "rivals.find_spec = lambda name: None if name == 'cv2' else name\n"
        f"store.FILES = Path({str(folder.parent / 'shipped')!r})"
    )
    ran = bench("--threads", "1", "--json", "speed.json", "-m", "a+", before=before)
    assert ran.code == 0
    pictures, left_out = ran.err.splitlines()
    assert pictures.startswith("a+ x3 was trained on images other than T91")
    assert left_out.startswith("left out: OpenCV")
    table = ran.out.decode()
    assert "peak: " in table
    assert "start: " in table
    assert "OpenCV" not in table
    assert [line.split()[:3] for line in table.splitlines() if " a+ " in line] == [
        ["srcnn", "a+", "examples"]
    ]
    for line in ("srcnn openvino bf16", "torch eager fp32", "Pillow BICUBIC"):
        assert sum(row.startswith(line) for row in table.splitlines()) >= 1
    assert tree(folder) == {"speed.json"}
    rows = json.loads(Path("speed.json").read_text())["rows"]
    of_bits = [row for row in rows if row["model"] == "srcnn-955@bits"]
    assert {row["what"] for row in of_bits} == {"network", "pipeline"}
    assert {row["contender"] for row in of_bits} == {"srcnn"}
    assert {row["times_torch_eager"] for row in of_bits} == {None}


@pytest.mark.slow
@pytest.mark.usefixtures("shipped")
def test_quality_scores_and_times_everybody(folder: Path) -> None:
    """Shipped networks on every engine, bicubic and other packages, from the RGB of one image.

    srcnn-915 of the fixture adds 16 levels to Y and srcnn-955 32, and no row lies about which is which.
    """
    (folder / "data" / "set5").mkdir(parents=True)
    save(folder / "data" / "set5" / "a.png", size=(61, 48))
    before = (
        "from srcnn.bench import peers, quality, upscalers\n"
        f"store.FILES = Path({str(folder.parent / 'shipped')!r})\n"
        "upscalers.PEERS = quality.PEERS = [peer for peer in peers.PEERS if peer.package in ('Pillow', 'OpenCV')]\n"
        "missing = dict(package='gone', modules=('no_such_module',), install='pip install gone')\n"
        "quality.PEERS.append(dataclasses.replace(peers.PEERS[0], **missing))"
    )
    words = ("--data-root", "data", "--json", "q.json", "--plot", "q.png", "--threads", "1")
    ran = bench("--quality", *words, before=f"import dataclasses\n{before}")
    assert ran.code == 0, ran.err
    assert "left out: gone: is not installed; run: pip install gone" in ran.err
    assert tree(folder) == {"data/set5/a.png", "q.json", "q.png"}
    document = json.loads(Path("q.json").read_text())
    assert set(document) == {*("schema", "machine", "rounds", "protocol", "left_out", "rows")}
    assert document["protocol"]["name"] == "8bit"
    rows = document["rows"]
    assert len({(r["contender"], r["model"], r["engine"], r["precision"]) for r in rows}) == len(
        rows
    )
    for row in rows:
        assert (row["scale"], row["size"]) == (3, [384, 384])
        assert 0 < row["quartiles"][0] <= row["ms_per_megapixel"] <= row["quartiles"][1]
    psnr = {(r["contender"], r["model"]): r["psnr"]["set5"] for r in rows}
    assert set(psnr) == {
        *(("srcnn", model) for model in ("bicubic", "srcnn-915", "srcnn-955")),
        *((package, "bicubic") for package in ("Pillow", "OpenCV")),
        *(("Pillow", "Lanczos"), ("OpenCV", "Lanczos4")),
    }
    assert psnr["srcnn", "bicubic"] == pytest.approx(psnr["Pillow", "bicubic"], abs=0.1)
    assert psnr["srcnn", "bicubic"] > psnr["srcnn", "srcnn-915"] + 3
    assert psnr["srcnn", "srcnn-915"] > psnr["srcnn", "srcnn-955"] + 3
    engines = {(r["engine"], r["precision"]) for r in rows if r["model"] == "srcnn-915"}
    assert {("onnxruntime", "fp32"), ("openvino", "fp32"), ("torch", "fp32")} <= engines
    lines = ran.out.decode().splitlines()
    assert len(lines) == len(rows) + 1
    assert sum(line.endswith("*") for line in lines) >= 1


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (["-s", "3"], 2, "--scale: works only with --quality"),
        (["--data-root", "."], 2, "--data-root: works only with --quality"),
        (["--quality", "-s", "5"], 2, "scale 5"),
        (["--quality", "--data-root", "."], 2, "data set 'set5': was not found"),
        (["--threads", "0"], 2, "threads 0"),
        (["--plot", "a.jpg"], 2, "--plot a.jpg"),
        (
            ["-m", "srcnn-915"],
            6,
            "model 'srcnn-915': is not an example-based model; use sparse-coding",
        ),
    ],
)
def test_mistakes_are_told_before_anything_is_measured(
    srcnn: Srcnn, folder: Path, words: list[str], code: int, named: str
) -> None:
    ran = srcnn("bench", *words)
    assert ran.code == code
    assert named in ran.error
    assert tree(folder) == set()


def test_missing_extra_names_its_command(srcnn: Srcnn, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str) -> ModuleSpec | None:
        return None if name == "matplotlib" else find_spec(name)

    monkeypatch.setattr("srcnn._optional.find_spec", without)
    ran = srcnn("bench", "--quick")
    assert ran.code == 2
    assert "needs matplotlib; run: pip install 'srcnn[train]'" in ran.error

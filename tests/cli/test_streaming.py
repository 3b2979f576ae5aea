"""Many small pictures: what is promised before the work, how soon it begins, and what it holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from .conftest import save

SIZES = [2000, pytest.param(20_000, marks=[pytest.mark.soak(full=True), pytest.mark.timeout(1800)])]
MEASURED = (
    "import sys; from srcnn.__main__ import run\n"
    "try: run()\n"
    "finally: print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0], file=sys.stderr)"
)
"""Its own peak: what getrusage tells may be that of the process that started it."""


def many(folder: Path, count: int) -> Path:
    """A folder of ``count`` names of one small file."""
    one = save(folder / "one.png", size=(6, 6))
    (folder / "in").mkdir()
    for k in range(count):
        os.link(one, folder / "in" / f"{k:06}.png")
    return folder / "in"


def started(*words: object, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", MEASURED, "upscale", *map(str, words), "-s", "2"]
    return subprocess.Popen(command, text=True, **options)


def peak(*words: object) -> float:
    """Most megabytes of a process that does the work."""
    with started(*words, "-m", "bicubic", "--quiet", stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        last = process.stderr.read().splitlines()[-1]
        assert process.wait() == 0
    return int(last) / 1024


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("there", ["folder", "beside"])
def test_memory_and_the_first_result(tmp_path: Path, count: int, there: str) -> None:
    source = many(tmp_path, count)
    where = ["-o", tmp_path / "out"] if there == "folder" else []
    few = tmp_path / "few"
    for k in range(100):
        save(few / f"{k}.png", size=(6, 6))
    least = peak(few, *where, "--suffix", "_few")
    began = time.monotonic()
    words = [source, *where, "-m", "bicubic", "--quiet", "--json-lines", "-"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started(*words, "--json", tmp_path / "all.json", **pipes) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["source"].endswith("000000.png")
        first = time.monotonic() - began
        assert len(process.stdout.read().splitlines()) == count - 1
        most = int(process.stderr.read().splitlines()[-1]) / 1024
        assert process.wait() == 0
    print(f"{count}: first after {first:.2f} s, {most:.0f} MB, of 100 {least:.0f} MB")
    assert first < 2 or os.getloadavg()[0] > 3
    assert most < least + 50
    document = json.loads((tmp_path / "all.json").read_text())
    assert document["summary"]["done"] == len(document["results"]) == count


@pytest.mark.parametrize("count", SIZES)
def test_one_that_is_there_stops_all_before_work(tmp_path: Path, count: int) -> None:
    source = many(tmp_path, count)
    out = tmp_path / "out"
    out.mkdir()
    (out / f"{count - 1:06}_x2.png").write_bytes(b"mine")
    began = time.monotonic()
    with started(source, "-o", out, stderr=subprocess.PIPE) as process:
        assert process.wait() == 2
        took = time.monotonic() - began
        assert process.stderr is not None
        assert "already exists" in process.stderr.read()
    print(f"{count}: refused after {took:.2f} s")
    assert took < 5
    assert len(list(out.iterdir())) == 1
    (source / f"{count - 1:06}.webp").write_bytes(b"another")
    with started(
        source, "-o", tmp_path / "new", "--format", "png", stderr=subprocess.PIPE
    ) as process:
        assert process.wait() == 2
        assert process.stderr is not None
        assert "both " in process.stderr.read()
    assert not (tmp_path / "new").exists()

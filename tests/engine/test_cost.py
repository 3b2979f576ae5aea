"""What a dry run foretells, against whole processes that do it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips

from srcnn.engine.cost import Costs
from srcnn.engine.upscaler import load
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

from ..conftest import EXAMPLE


def photo(path: Path, side: int) -> Path:
    """side x side pixels of photograph, in the format of the name."""
    tile = open_picture(EXAMPLE).read()
    times = -(-side // tile.shape[0])
    pixels = np.tile(tile, (times, times, 1))[:side, :side]
    path.write_bytes(encode(pixels, FORMATS[path.suffix[1:]]))
    return path


def foretold(*words: object) -> dict[str, Any]:
    """The summary of a dry run in a process of its own."""
    command = [sys.executable, "-m", "srcnn", "upscale", *map(str, words)]
    ran = subprocess.run([*command, "--dry-run", "--json", "-"], capture_output=True, check=True)
    summary: dict[str, Any] = json.loads(ran.stdout)["summary"]
    return summary


MEASURE = """
import os, sys, time
started = time.perf_counter()
process = os.posix_spawn(sys.executable, [sys.executable, "-m", "srcnn", *sys.argv[1:]], os.environ)
_, status, usage = os.wait4(process, 0)
print(status, usage.ru_utime + usage.ru_stime, time.perf_counter() - started)
"""


def measured(*words: object) -> tuple[float, float]:
    """(processor seconds, seconds) of a process that does it."""
    command = [sys.executable, "-c", MEASURE, "upscale", *map(str, words), "--quiet"]
    out = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    status, processor, wall = map(float, out.split())
    assert status == 0
    return processor, wall


START = 0.3
"""Seconds of the process, which are not in the estimate."""


@pytest.mark.skipif(sys.platform != "linux", reason="the cores are Linux's")
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("format", "side"), [("png", 1000), ("webp", 1000), ("png", 2500)])
def test_time(tmp_path: Path, format: str, side: int) -> None:
    """4 and 25 megapixels: the time, measured as the work done, within 1.5.

    Other processes make a command wait, but do not add to its work; an encoder that begins when the
    last pixel is there works alone. What is foretold is also of what else runs at that moment, so the
    time may have a second and a third try.
    """
    source = photo(tmp_path / f"in.{format}", side)
    words = [source, "-s", 2, "-m", "srcnn-915", "-o", tmp_path / f"out.{format}", "--overwrite"]
    processor, wall = measured(*words)
    work = (processor - START) / len(os.sched_getaffinity(0))
    least, most = work / 1.5, 1.5 * (wall if format == "webp" else work)
    tries = []
    for _ in range(3):
        tries.append(foretold(*words)["estimated_seconds"])
        if least < tries[-1] < most:
            return
    raise AssertionError(f"{tries} s foretold, not {least} to {most}")


@pytest.mark.parametrize(
    ("name", "options", "held"),
    [
        ("a.png", {}, False),
        ("a.png", {"interlace": True}, True),
        ("a.jpg", {}, False),
        ("a.jpg", {"interlace": True}, True),
        ("a.tif", {}, False),
        ("a.webp", {}, True),
        ("a.gif", {}, True),
    ],
)
def test_what_a_decoder_holds(
    tmp_path: Path, name: str, options: dict[str, bool], held: bool
) -> None:
    image = pyvips.Image.new_from_file(str(EXAMPLE))
    image.write_to_file(str(tmp_path / name), **options)
    assert open_picture(tmp_path / name).header.held == held


def test_time_grows_with_the_pixels(tmp_path: Path) -> None:
    """One measurement serves all pictures of a kind."""
    small, large = photo(tmp_path / "a.png", 300), photo(tmp_path / "b.png", 1200)
    costs, upscaler = Costs(), load("bicubic", 2)
    first = costs.of(open_picture(small), upscaler, (600, 600), FORMATS["png"], None)
    started = time.perf_counter()
    second = costs.of(open_picture(large), upscaler, (2400, 2400), FORMATS["png"], None)
    assert time.perf_counter() - started < 0.1
    assert second.seconds == pytest.approx(16 * first.seconds, rel=1e-6)
    assert second.seconds <= costs.total() <= first.seconds + second.seconds

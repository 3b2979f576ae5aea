"""Large pictures by the shipped networks, at a tenth of the full size unless ``--soak`` is given.

The full sizes are measured by ``scripts/large.py``; its figures are in ``results/large.json``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import pyvips

from ..conftest import EXAMPLE

FIXED_MB, GROWING_MB = 250, 750
"""Largest peak of a process that makes 1.07 gigapixels; the second part grows with the width of an image."""

CHILD = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_of(command: list[str]) -> float:
    """Peak memory of a command in MB.

    Linux counts the memory of the process that starts a command as the command's own, so a small
    one does it, not this one, which has had other tests in it.
    """
    run = subprocess.run([sys.executable, "-c", CHILD, *command], capture_output=True, check=True)
    return int(run.stdout) / 1024


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize(("model", "scale"), [("fast", 2), ("best", 3)])
def test_memory_of_a_large_picture(
    model: str, scale: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    part = 1.0 if request.config.getoption("--soak") else 0.1
    side = round((1.07e9 * part) ** 0.5 / scale)
    tile = pyvips.Image.new_from_file(str(EXAMPLE))
    times = side // tile.width + 1
    source, result = tmp_path / "in.png", tmp_path / "out.png"
    tile.replicate(times, times).crop(0, 0, side, side).pngsave(str(source), compression=1)
    words = ["upscale", source, "-s", scale, "-m", model, "-o", result, "--max-pixels", 2**31]
    peak = peak_of([sys.executable, "-m", "srcnn", *map(str, words), "--quiet"])
    made = pyvips.Image.new_from_file(str(result))
    assert (made.width, made.height) == (side * scale, side * scale)
    assert peak < FIXED_MB + GROWING_MB * part**0.5

"""Large pictures by the shipped networks, at a tenth of the full size unless ``--soak`` is given.

The full sizes are measured by ``scripts/large.py``; its figures are in ``results/large.json``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import pyvips

from ..conftest import EXAMPLE

FIXED_MB, GROWING_MB = 250, 750
"""Largest peak of a process that makes 1.07 gigapixels; the second part grows with the width of an image."""


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
    command = [sys.executable, "-m", "srcnn", *map(str, words), "--quiet"]
    process = os.posix_spawn(sys.executable, command, dict(os.environ))
    _, status, usage = os.wait4(process, 0)
    assert status == 0
    made = pyvips.Image.new_from_file(str(result))
    assert (made.width, made.height) == (side * scale, side * scale)
    assert usage.ru_maxrss / 1024 < FIXED_MB + GROWING_MB * part**0.5

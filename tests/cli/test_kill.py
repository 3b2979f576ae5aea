"""kill -9 at any moment of a rewrite: the old file or the new one, never a part."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

from ..conftest import EXAMPLE

OLD = b"the old file"


@pytest.mark.parametrize("kills", [20, pytest.param(100, marks=pytest.mark.soak(full=True))])
@pytest.mark.timeout(1200)
def test_a_killed_rewrite_leaves_no_part(kills: int, tmp_path: Path) -> None:
    """A result of 5 megapixels; half of the moments lie in the last fifth, where it takes its place."""
    tile = open_picture(EXAMPLE).read()
    source, destination = tmp_path / "in.png", tmp_path / "out.png"
    source.write_bytes(encode(np.tile(tile, (4, 4, 1))[:1120, :1120], FORMATS["png"]))
    command = [sys.executable, "-m", "srcnn", "upscale", str(source), "-o", str(destination)]
    command += ["-s", "2", "-m", "bicubic", "--overwrite", "--quiet"]
    started = time.monotonic()
    subprocess.run(command, check=True)
    takes = time.monotonic() - started
    new = destination.read_bytes()
    random = np.random.default_rng(kills)
    seen = set()
    for k in range(kills):
        destination.write_bytes(OLD)
        process = subprocess.Popen(command)
        time.sleep(takes * random.uniform(0.1 if k % 2 else 0.8, 1.05))
        process.kill()
        process.wait()
        found = destination.read_bytes()
        assert found in (OLD, new)
        seen.add(found == new)
    assert False in seen, "no kill came early enough to mean anything"
    subprocess.run(command, check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.png", "out.png"]
    assert destination.read_bytes() == new

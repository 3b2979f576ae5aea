"""Memory: too large a tile is halved, and a picture's height costs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.engine.backends.backend import is_out_of_memory
from srcnn.engine.network import Network, enhance_whole
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.grid import Grid

from .test_tiling import Box, box


class Small(Box):
    """A backend with memory for a limited number of pixels."""

    def __init__(self, grid: Grid, room: int, error: Exception) -> None:
        super().__init__(grid)
        self.room, self.error, self.refused = room, error, 0

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        if batch.size > self.room:
            self.refused += 1
            raise self.error
        return super().run(batch)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("Failed to allocate memory for requested buffer of size 4294967296"),
        RuntimeError("std::bad_alloc"),
        RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"),
    ],
    ids=str,
)
def test_a_tile_that_does_not_fit_is_halved(error: Exception, random: np.random.Generator) -> None:
    grid = Grid(1, 2)
    backend = Small(grid, 40 * 40, error)
    given = random.random((1, 100, 86), np.float32)
    wanted = box(np.pad(given, [(0, 0), (2, 2), (2, 2)], mode="edge"), grid)
    model = Network("box", backend, grid)
    for _ in range(2):
        made = enhance_whole(model, given, tile=100, threads=1)
        np.testing.assert_allclose(made, wanted, rtol=0, atol=1e-6)
    # 100, 50: the lesson is learned once.
    assert backend.refused == 2


def test_parts_of_a_low_resolution_piece_are_whole_input_pixels(
    random: np.random.Generator,
) -> None:
    grid = Grid(3, 1)
    backend = Small(grid, 20 * 20, MemoryError())
    padded = random.random((1, 35, 22), np.float32)
    made = Network("box", backend, grid).enhance(padded)
    np.testing.assert_allclose(made, box(padded, grid), rtol=0, atol=1e-6)
    assert backend.refused == 1


def test_no_memory_for_anything_is_an_error(random: np.random.Generator) -> None:
    backend = Small(Grid(1, 2), 4, MemoryError("not a byte"))
    with pytest.raises(MemoryError, match="not a byte"):
        Network("box", backend, backend.grid).enhance(random.random((1, 60, 60), np.float32))
    assert backend.refused < 10


def test_other_errors_are_not_taken_for_a_lack_of_memory(random: np.random.Generator) -> None:
    backend = Small(Grid(1, 2), 4, RuntimeError("wrong shape"))
    with pytest.raises(RuntimeError, match="wrong shape"):
        Network("box", backend, backend.grid).enhance(random.random((1, 60, 60), np.float32))
    assert backend.refused == 1
    assert not is_out_of_memory(ValueError("Got invalid dimensions for input"))


SCARCE = """
import resource, sys
import numpy as np
import srcnn

upscaler = srcnn.load("srcnn-915", 2, engine=sys.argv[1], tile=2000, threads=1)
picture = np.random.default_rng(0).integers(0, 256, (1000, 1000), np.uint8)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 500 * 2**20, resource.RLIM_INFINITY))
scarce = upscaler.upscale(picture)
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert upscaler.networks.get(2)._limit < 2000, "it was not scarce enough"
plenty = srcnn.load("srcnn-915", 2, threads=1).upscale(picture)
assert abs(scarce.astype(int) - plenty).max() <= 1
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("engine", ["onnxruntime", "torch"])
def test_engines_that_run_out_of_memory_go_on_with_smaller_tiles(engine: str) -> None:
    """A tile of 2000 x 2000 needs 1 GB for 64 planes; the process may have half of that."""
    ran = subprocess.run(
        [sys.executable, "-c", SCARCE, engine], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]


PEAK = """
import sys
from pathlib import Path
from srcnn.cli.main import main

sys.argv = ["srcnn", "upscale", *sys.argv[1:], "-s", "2", "-m", "bicubic", "--quiet"]
code = main()
status = Path("/proc/self/status").read_text().split()
print(status[status.index("VmHWM:") + 1])
sys.exit(code)
"""


def peak_megabytes(source: Path, destination: Path) -> float:
    command = [sys.executable, "-c", PEAK, str(source), "-o", str(destination)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(ran.stdout) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("name", ["png", "jpeg", "tiff"])
def test_a_picture_s_height_costs_no_memory(
    name: str, photo: NDArray[np.uint8], tmp_path: Path
) -> None:
    """Twelve times as tall, 70 MB more of result: held nowhere."""
    peaks = []
    for times in (2, 24):
        source = tmp_path / f"{times}.{name}"
        source.write_bytes(encode(np.tile(photo, (times, 2, 1)), FORMATS[name]))
        peaks.append(peak_megabytes(source, tmp_path / f"large-{times}.{name}"))
    assert peaks[1] - peaks[0] < 25, peaks

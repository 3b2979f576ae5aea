"""``srcnn upscale --on ray`` and on a cluster: the same results, whatever dies."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from .cluster import free_port, left_over
from .commands import FAST, digests, rows, upscale
from .conftest import needs
from .soak import soak

REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))

pytestmark = needs("pyarrow", "fsspec", "ray")


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.timeout(3000)
def test_many_pictures_with_bad_and_deadly_ones(
    ray_cluster: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    count = 2000 if request.config.getoption("--soak") else 200
    bad = count // 50
    figures = soak(count, tmp_path, ray_cluster)
    assert (figures.pictures, figures.code) == (count, 1)
    assert (figures.equal, figures.different) == (count - bad - 1, 0)
    assert figures.kinds["WorkerDied"] == 1
    assert sum(figures.kinds.values()) == bad + 1
    assert figures.without_reason == 0
    for continued in figures.continued:
        assert continued.code == {"SIGKILL": -9, "SIGINT": 130}[continued.signal]
        assert count / 2 <= continued.results < count - bad - 1
        assert continued.same, continued
        # A killed run loses the rows that are not in a part yet, and what its workers just did.
        lost = 0 if continued.signal == "SIGINT" else max(8, 0.02 * count)
        assert continued.redone <= lost + 4, continued


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ray_on_this_machine(pictures: Path, tmp_path: Path) -> None:
    """It ends with the command, and leaves no file."""
    before, files = left_over(), set(Path("/tmp").glob("srcnn-ray-*"))
    plain, out = tmp_path / "plain", tmp_path / "out"
    upscale(pictures, "-r", *FAST, "-o", plain)
    done = upscale(pictures, "-r", *FAST, "-o", out, "--on", "ray")
    assert done.returncode == 1, done.stderr
    lines = done.stderr.splitlines()
    assert lines[-1].startswith("18 of 20 done, 2 of 20 failed: ")
    assert all(line.startswith("error: ") for line in lines[:-1])
    assert digests(out) == digests(plain)
    assert len(rows(out / "srcnn-manifest")) == 20
    assert left_over() == before
    assert set(Path("/tmp").glob("srcnn-ray-*")) == files


def test_a_cluster_that_does_not_answer(pictures: Path, tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    done = upscale(pictures, "-r", *FAST, "-o", tmp_path / "out", "--on", address)
    assert done.returncode == 1
    assert done.stderr == f"error: --on {address}: no Ray cluster answers ({REFUSED})\n"

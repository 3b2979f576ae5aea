"""libvips in forked processes: files are read and written there, however soon after the parent's."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.images.encode import encode
from srcnn.images.forks import _workers
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]

NAMES = ["png", "jpeg", "webp", "gif", "avif", "tiff"]


def picture() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)


def through(name: str, number: int = 0) -> bytes:
    """Return what reading and writing make of an image, some of it in libvips's threads."""
    pixels = open_picture(encode(picture(), FORMATS[name])).read()
    return encode(pixels, FORMATS["png"])


@pytest.mark.parametrize("name", NAMES)
def test_files_in_forked_workers(name: str) -> None:
    wanted = through(name)
    for _ in range(3):
        with multiprocessing.get_context("fork").Pool(2) as pool:
            made = pool.map_async(partial(through, name), range(4)).get(60)
        assert made == [wanted] * 4
        assert through(name) == wanted, "the parent continues"


@pytest.mark.parametrize("pause", [0.7, 2.0])
def test_when_threads_have_been_idle_for_a_while(pause: float) -> None:
    wanted = through("png")
    time.sleep(pause)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(through, ("png",)).get(30) == wanted


def test_a_forked_worker_of_a_forked_worker() -> None:
    wanted = through("png")
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(_twice).get(60) == [wanted, wanted]


def _twice() -> list[bytes]:
    first = through("png")
    child_reads, child_writes = os.pipe()
    if os.fork() == 0:
        os.write(child_writes, str(through("png") == first).encode())
        os._exit(0)
    return [first, first if os.read(child_reads, 9) == b"True" else b""]


def test_a_fork_while_others_are_at_work() -> None:
    """Forking neither waits for them nor disturbs them, and threads do not pile up."""
    wanted = through("png")
    with ThreadPoolExecutor(2) as callers:
        made: list[Any] = [callers.submit(through, "png") for _ in range(20)]
        for _ in range(5):
            started = time.monotonic()
            child = os.fork()
            if child == 0:
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
            assert time.monotonic() - started < 5
        assert [future.result(60) for future in made] == [wanted] * 20
    assert _workers() < 40

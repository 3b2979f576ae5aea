"""Upscalers in other processes: pickled, spawned and forked, with every engine."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.options import Engine
from srcnn.engine.upscaler import load
from srcnn.errors import SrcnnError

from .workers import (
    inherited,
    open_and_upscale,
    picture,
    unpickle_and_upscale,
    upscale,
    upscale_inherited,
)

SECONDS = 60
"""A hang, not a slow machine."""
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def ask(pool: Pool, function: Any, *arguments: Any) -> Any:
    return pool.apply_async(function, arguments).get(SECONDS)


@pytest.mark.parametrize("engine", list(BACKENDS))
def test_a_pickle_upscales_without_the_file(engine: str, graph: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(graph)
    upscaler = load(str(path), 3, Engine(engine, tile=50, threads=1, ensemble=True))
    pickled = pickle.dumps(upscaler)
    path.unlink()
    again = pickle.loads(pickled)
    for name in ("scale", "engine", "precision", "tile", "threads"):
        assert getattr(again, name) == getattr(upscaler, name)
    assert again.name == upscaler.name
    np.testing.assert_array_equal(upscale(again), upscale(upscaler))


def test_a_pickle_holds_no_session(graph: bytes, weights: str) -> None:
    assert len(pickle.dumps(load(weights, 3))) < len(graph) + 2000
    bicubic = pickle.loads(pickle.dumps(load("bicubic", 2)))
    assert bicubic.upscale(picture()).shape == (180, 220, 3)


def test_cores_are_those_of_the_machine_that_reads(
    weights: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pickled = pickle.dumps(load(weights, 3))
    monkeypatch.setattr("srcnn.engine.options.cores", lambda: 77)
    assert pickle.loads(pickled).threads == 77


@pytest.mark.parametrize("engine", list(BACKENDS))
def test_spawned_workers_finish(engine: str, weights: str) -> None:
    upscaler = load(weights, 3, engine)
    wanted = upscale(upscaler)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        for call in ((upscale, upscaler), (open_and_upscale, weights, engine)):
            np.testing.assert_array_equal(pool.submit(*call).result(SECONDS), wanted)


@needs_fork
@pytest.mark.parametrize("engine", list(BACKENDS))
def test_forked_workers_finish_or_say_why_not(engine: str, weights: str) -> None:
    """With the parent's upscaler, with pickles of it, and with one of their own."""
    upscaler = load(weights, 3, engine)
    inherited.append(upscaler)
    wanted = upscale(upscaler)
    pickled = pickle.dumps(upscaler)
    calls: list[tuple[Any, ...]] = [
        (upscale_inherited,),
        (unpickle_and_upscale, pickled),
        (open_and_upscale, weights, engine),
        (upscale, upscaler),
    ]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for function, *arguments in calls * 2:
            if BACKENDS[engine].survives_fork:
                np.testing.assert_array_equal(ask(pool, function, *arguments), wanted)
                continue
            started = time.monotonic()
            with pytest.raises(SrcnnError, match="use spawn"):
                ask(pool, function, *arguments)
            assert time.monotonic() - started < 5
    np.testing.assert_array_equal(upscale(upscaler), wanted)

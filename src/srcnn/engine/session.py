"""A loaded network that can be pickled, and that knows the process it was loaded in."""

from __future__ import annotations

import os
from threading import BoundedSemaphore
from typing import NamedTuple

from srcnn.engine.backends.backend import Backend, Batch
from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.options import Engine, ResolvedEngine
from srcnn.errors import SrcnnError

_first_used: dict[str, int] = {}
"""Process id that first loaded a network into each engine. Forked processes inherit it."""


class Session:
    """A network on an engine. Thread-safe, and usable in any process.

    A pickled session holds the graph and the `Engine`; the network is loaded at the first call. In
    a process that was forked from the one that loaded the network, ONNX Runtime loads it again.
    OpenVINO, torch and CUDA cannot be used there: they would wait forever for threads that only the
    parent process has.
    """

    def __init__(self, graph: bytes, engine: Engine) -> None:
        """Load a graph.

        Args:
            graph: The bytes of an ONNX file.
            engine: How to run it.

        Raises:
            SrcnnError: If the engine cannot be used in a forked process.
            UsageError: See `Engine.resolved`.
        """
        self._graph = graph
        self._engine = engine
        self._opened: _Opened | None = _open(graph, engine.resolved())

    def run(self, batch: Batch) -> Batch:
        """See `Backend.run`.

        Raises:
            SrcnnError: If the engine cannot be used in a forked process.
        """
        opened = self._opened
        if opened is None or opened.process != os.getpid():
            if opened is not None:
                # Kept alive: its destructor would wait for threads that this process does not have.
                _inherited.append(opened)
            # If two threads get here at once, both open one, and the later one is kept.
            opened = self._opened = _open(self._graph, self._engine.resolved())
        with opened.gate:
            return opened.backend.run(batch)

    def __getstate__(self) -> dict[str, object]:
        # Loaded at the first call: a process pool that fails to unpickle an argument waits forever.
        return {**self.__dict__, "_opened": None}


class _Opened(NamedTuple):
    process: int
    backend: Backend
    gate: BoundedSemaphore
    """Limits the number of concurrent calls to what the device supports."""


_inherited: list[_Opened] = []


def check_process(engine: ResolvedEngine) -> int:
    """Return the id of this process, and check that it can use the engine.

    Raises:
        SrcnnError: If the engine was first used in the process from which this one was forked, and
            cannot be used in both.
    """
    process = os.getpid()
    forked = _first_used.setdefault(engine.name, process) != process
    if forked and not (BACKENDS[engine.name].survives_fork and engine.device == "cpu"):
        raise SrcnnError(
            f"engine {engine.name}",
            "cannot run in a process forked after its first use",
            'use spawn: multiprocessing.get_context("spawn")',
        )
    return process


def _open(graph: bytes, engine: ResolvedEngine) -> _Opened:
    row, process = BACKENDS[engine.name], check_process(engine)
    backend = row.open(graph, engine.precision, engine.device, engine.threads)
    calls = row.devices[engine.device].parallel_calls or engine.threads
    return _Opened(process, backend, BoundedSemaphore(calls))

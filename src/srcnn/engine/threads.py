"""Who works: the cores of this process, and one of them for each call of numpy's BLAS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from threading import Lock

from threadpoolctl import threadpool_limits


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers(threads: int) -> ThreadPoolExecutor:
    """So many threads for tiles: the same for all who ask, so that together they are no more."""
    # A forked process has its parent's memory, but none of its threads.
    return _workers(threads, os.getpid())


@cache
def _workers(threads: int, process: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, f"srcnn-tile-{process}")


class _Limit:
    """The limit is the process's, so who comes first sets it and who leaves last lifts it.

    threadpoolctl hears only the thread that set a limit, so a thread of its own does both.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._keeper: ThreadPoolExecutor
        self._limits = ExitStack()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._keeper = ThreadPoolExecutor(1, "srcnn-blas")
                self._keeper.submit(self._set).result()
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if self._inside == 0:
                    self._keeper.submit(self._limits.close).result()
                    self._keeper.shutdown()

    def _set(self) -> None:
        self._limits.enter_context(threadpool_limits(1, "blas"))


one_core_per_product = _Limit()
"""While anyone is inside, numpy's matrix products keep to one core: each worker's own.

Left alone, every worker's products would wake all cores (700 to 2,000 ns per pixel instead of 40).
"""

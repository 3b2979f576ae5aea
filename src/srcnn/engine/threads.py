"""Who works: the cores of this process, and one of them for each call of numpy's BLAS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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
    """The limit is the process's, so who comes first sets it and who leaves last lifts it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._limits: threadpool_limits | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._limits = threadpool_limits(1, "blas")
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if self._inside == 0 and self._limits is not None:
                    self._limits.restore_original_limits()


one_core_per_product = _Limit()
"""While anyone is inside, numpy's matrix products keep to one core: each worker's own.

Left alone, every worker's products would wake all cores (700 to 2,000 ns per pixel instead of 40).
"""

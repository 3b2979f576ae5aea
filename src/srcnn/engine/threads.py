"""Threads: the cores of this process, the pool for tiles, and one core per matrix product."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Lock

from threadpoolctl import threadpool_limits


def cores() -> int:
    """Return the number of processors that this process may use at once.

    This is the size of its affinity mask, or less if its control group (a container, a service) has
    a quota of processor time: a quota of 1.5 processors counts as 2.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return math.ceil(min(allowed or 1, _quota()))


@cache
def _quota(root: Path = Path("/")) -> float:
    """Return the number of processors that the control groups allow; infinity without a limit.

    Args:
        root: Folder that contains ``proc`` and ``sys``.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # not Linux
        return math.inf
    quotas = [math.inf]
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if not controllers:  # version 2
            quotas += _quotas(root / "sys/fs/cgroup", group, "cpu.max")
        elif "cpu" in controllers.split(","):
            names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
            for mounted in ("cpu", controllers):
                quotas += _quotas(root / "sys/fs/cgroup" / mounted, group, *names)
    return min(quotas)


def _quotas(mount: Path, group: str, *files: str) -> Iterator[float]:
    """Yield the quotas of a group and of its parent groups, in processors.

    Args:
        mount: Where the hierarchy is mounted.
        group: Path of the group in it.
        files: Files that together hold the processor time and the length of the period, in
            microseconds.
    """
    # In a container the path may be the one on the host, while its own group is at the top.
    inner = mount / group.lstrip("/")
    for folder in (inner, *inner.parents):
        with suppress(OSError, ValueError, ZeroDivisionError):
            words = " ".join((folder / file).read_text() for file in files).split()
            quota, period = float(words[0]), float(words[1])
            if quota > 0:  # -1 means no limit; so does the word max, which raises ValueError
                yield quota / period
        if folder == mount:
            return


def workers(threads: int) -> ThreadPoolExecutor:
    """Return the pool for tiles; a process has one for each number of threads.

    All callers share it, so concurrent upscales never use more than ``threads`` threads.
    """
    # A forked process has its parent's memory but none of its threads.
    return _workers(threads, os.getpid())


@cache
def _workers(threads: int, process: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, f"srcnn-tile-{process}")


class _Stay:
    """Counts the users of the limit in one process.

    The limit holds for the whole process: the first user sets it, and the last one removes it.
    threadpoolctl only restores what the same thread has set, so one thread does both.
    """

    def __init__(self, limits: ExitStack) -> None:
        """Start without users. ``limits`` may hold the limit of the process that was forked."""
        self.limits = limits
        self._lock = Lock()
        self._inside = 0
        self._keeper: ThreadPoolExecutor

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._keeper = ThreadPoolExecutor(1, "srcnn-blas")
                self._keeper.submit(self._set).result()

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                with suppress(RuntimeError):  # the interpreter is shutting down
                    self._keeper.submit(self.limits.close).result()
                self._keeper.shutdown()

    def _set(self) -> None:
        self.limits.close()
        self.limits.enter_context(threadpool_limits(1, "blas"))


class _Limit:
    def __init__(self) -> None:
        self._stay = _Stay(ExitStack())
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_anew)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        stay = self._stay
        stay.enter()
        try:
            yield
        finally:
            if stay is self._stay:  # else this process was forked inside
                stay.leave()

    def _start_anew(self) -> None:
        """Discard the parent's threads: a lock that one of them held would stay locked forever."""
        self._stay = _Stay(self._stay.limits)


one_core_per_product = _Limit()
"""Context manager that limits each matrix product of NumPy to one core, that of its worker.

By default the products of every worker would use all cores (700 to 2,000 ns per pixel instead of
40).
"""

"""Make libvips work in forked processes.

libvips keeps the threads of a finished job for 15 seconds to reuse them. A process forked in that
time inherits their count but not the threads, hands its jobs to them, and waits forever. Therefore,
just before a fork, the idle threads get a task that blocks them. The forked process then sees no
idle threads and starts its own.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Event, Semaphore
from typing import Any

_TASKS = Path("/proc/self/task")
_NAME = "libvips worker"
_SECONDS = 1.0
"""Longest time in seconds that a fork waits for a thread; an idle one answers at once."""
_Task = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


class _Parking:
    """Keeps the idle threads of libvips busy during a fork."""

    def __init__(self, execute: Any) -> None:
        """Use ``execute``, libvips's ``vips_thread_execute``: (name, function, data) -> 0."""
        self._execute = execute
        self._arrived = Semaphore(0)
        self._leave = Event()
        self._task = _Task(self._wait)

    def _wait(self, data: object, user_data: object) -> None:
        leave = self._leave
        self._arrived.release()
        leave.wait()

    def park(self) -> None:
        """Block all idle threads before a fork.

        Threads are parked one by one: a thread that has just finished a job does not accept another
        for a moment, and libvips starts a new thread instead. Busy threads are not waited for.
        """
        self._leave = Event()
        parked, most = 0, 2 * _workers()
        while parked < min(most, _workers()):
            if self._execute(b"fork", self._task, None) != 0:
                break
            if not self._arrived.acquire(timeout=_SECONDS):
                break
            parked += 1

    def release(self) -> None:
        """Release the threads after a fork, in the parent process."""
        self._leave.set()

    def forget(self) -> None:
        """Reset the counter after a fork, in the forked process."""
        self._arrived = Semaphore(0)


def survive_forks() -> None:
    """Make libvips work in processes forked after its first use, on Linux."""
    if not (_TASKS.is_dir() and hasattr(os, "register_at_fork")):
        return
    with suppress(ImportError, OSError, AttributeError):
        # The library that pyvips is linked with; pyvips declares only some of its functions.
        library = ctypes.CDLL(import_module("_libvips").__file__)
        execute = library.vips_thread_execute
        execute.argtypes = (ctypes.c_char_p, _Task, ctypes.c_void_p)
        parking = _Parking(execute)
        os.register_at_fork(
            before=parking.park,
            after_in_parent=parking.release,
            after_in_child=parking.forget,
        )


def _workers() -> int:
    """Return the number of libvips's threads, busy or idle."""
    count = 0
    for task in _TASKS.iterdir():
        with suppress(OSError):  # the thread may have ended meanwhile
            count += (task / "comm").read_text().strip() == _NAME
    return count

"""libvips in forked processes.

libvips keeps the threads of a finished job for 15 seconds, in case another one comes. A process forked
in that time inherits their number but not the threads, hands its jobs to them, and waits forever.
Just before a fork the idle threads are therefore given something to wait for: then the forked
process knows of none that is free, and starts its own.
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
"""How long a fork waits at most for a thread; an idle one answers at once."""
_Task = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


class _Parking:
    """Keeps the idle threads of libvips busy during a fork."""

    def __init__(self, execute: Any) -> None:
        """Use ``execute``, which is ``vips_thread_execute``: (name, function, data) -> 0."""
        self._execute = execute
        self._arrived = Semaphore(0)
        self._leave = Event()
        self._task = _Task(self._wait)

    def _wait(self, data: object, user_data: object) -> None:
        leave = self._leave
        self._arrived.release()
        leave.wait()

    def park(self) -> None:
        """Before a fork: return when no thread is idle.

        One after the other: a thread that has just finished a job takes none for a moment, and
        libvips starts another thread instead. Threads at work elsewhere are not waited for.
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
        """After a fork, in the parent process."""
        self._leave.set()

    def forget(self) -> None:
        """After a fork, in the forked process."""
        self._arrived = Semaphore(0)


def survive_forks() -> None:
    """Let libvips work in processes that are forked after its first use, where Linux forks them."""
    if not (_TASKS.is_dir() and hasattr(os, "register_at_fork")):
        return
    with suppress(ImportError, OSError, AttributeError):
        # What pyvips itself is linked with; it declares only some of the functions.
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
    """Return how many threads libvips has, at work or idle."""
    count = 0
    for task in _TASKS.iterdir():
        with suppress(OSError):  # a thread that has just ended
            count += (task / "comm").read_text().strip() == _NAME
    return count

"""A worker as the server sees it: a process that takes one job at a time."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from srcnn.errors import LimitError
from srcnn.serve.errors import RETRY, Refusal, TooSlow, WorkerDied
from srcnn.serve.messages import RESULT, Report, Setup, job_line, refusal_of
from srcnn.serve.query import Query

_STARTING = 60.0
"""Longest time, in seconds, until a new worker is ready."""
_LOOKING = 0.1
"""Seconds between two looks at the memory of a worker."""
_ABANDONED = 2.0
"""Seconds of work after which a job is stopped if its client has left; others finish sooner."""
_LINE = 2**20
"""Longest line of a worker, in bytes."""
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class NotTaken(WorkerDied):
    """The worker ended before it took the job, which another one can do."""


@dataclass
class Finished:
    """A result: an open file without a name, which its reader closes."""

    report: Report
    file: IO[bytes]
    size: int


class WorkerProcess:
    """One worker. After an error of `do` other than a `Refusal` it has ended.

    Attributes:
        setup: What it was started with.
        process: The process.
    """

    def __init__(self, setup: Setup, process: Process) -> None:
        """Wrap a process; `start` makes one."""
        self.setup = setup
        self.process = process
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout = process.stdin, process.stdout

    @classmethod
    async def start(cls, setup: Setup, verbose: bool) -> WorkerProcess:
        """Start a worker in an empty folder and wait until it is ready.

        Args:
            setup: What it has to know.
            verbose: Whether what its libraries print is shown.

        Raises:
            WorkerDied: If it does not become ready.
        """
        folder = Path(setup.folder)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "srcnn.serve.worker", setup.text()),
            stdin=PIPE,
            stdout=PIPE,
            stderr=None if verbose else DEVNULL,
            # Temporary files of libraries go where they are removed with the worker. A package that
            # was found beside the current folder is found again.
            env=os.environ | {"TMPDIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)},
            limit=_LINE,
        )
        worker = cls(setup, process)
        try:
            async with asyncio.timeout(_STARTING):
                await worker._message()
        except BaseException as error:
            await asyncio.shield(worker.end())
            if isinstance(error, WorkerDied | TimeoutError):
                raise WorkerDied("a worker", "does not start") from None
            raise
        return worker

    async def do(
        self, picture: bytes | bytearray, query: Query, wanted: Callable[[], bool]
    ) -> Finished | Refusal:
        """Enlarge a picture.

        Args:
            picture: The file.
            query: What to do.
            wanted: Whether somebody still waits for it; the process is killed soon if not.

        Raises:
            NotTaken: If the process ended before it saw the picture.
            WorkerDied: If the process ends first.
            TooSlow: If it takes too long; the process is killed then.
            LimitError: If it takes too much memory; the process is killed then.
        """
        started = time.monotonic()
        deadline = started + self.setup.limits.seconds
        sending = asyncio.ensure_future(self._send(picture, query))
        try:
            try:
                await self._watched(started, deadline, wanted)
            except WorkerDied as error:
                raise NotTaken(error.what, error.why, error.fix) from None
            message = await self._watched(started, deadline, wanted)
            if "deadline" in message:
                message = await self._watched(started, started + message["deadline"], wanted)
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await sending
        if "refused" in message:
            return refusal_of(message)
        return self._finished(message["done"])

    async def end(self) -> None:
        """Kill the process and wait for its end."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        self._stdin.close()

    def memory(self) -> int:
        """Return the memory of the process in bytes; 0 where the system does not tell."""
        try:
            words = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()
        except OSError:
            return 0
        return int(words[1]) * _PAGE

    async def _send(self, picture: bytes | bytearray, query: Query) -> None:
        self._stdin.write(job_line(len(picture), query))
        self._stdin.write(picture)
        with suppress(OSError):  # it has ended, as the end of its stdout tells
            await self._stdin.drain()

    async def _message(self) -> Mapping[str, Any]:
        try:
            line = await self._stdout.readline()
            message: Mapping[str, Any] = json.loads(line)
        except (OSError, ValueError):  # nothing, or half a line
            raise WorkerDied("the worker", "ended while at work", RETRY) from None
        return message

    async def _watched(
        self, started: float, deadline: float, wanted: Callable[[], bool]
    ) -> Mapping[str, Any]:
        """Return the next message, unless time or memory run out first."""
        reading = asyncio.ensure_future(self._message())
        try:
            while not reading.done():
                now = time.monotonic()
                if now - started > _ABANDONED and not wanted():
                    await self.end()
                    raise WorkerDied("the worker", "was stopped, as the client has left")
                left = deadline - now
                if left <= 0:
                    await self.end()
                    why = "took longer than a picture of its size may"
                    raise TooSlow("the picture", why, "ask for a smaller result")
                await asyncio.wait({reading}, timeout=min(left, _LOOKING))
                if not reading.done() and self.memory() > self.setup.limits.worker_memory:
                    await self.end()
                    why = "needs more memory than a worker may have"
                    raise LimitError("the picture", why, "ask for a smaller result or format")
            return reading.result()
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError, WorkerDied):
                await reading

    def _finished(self, report: Report) -> Finished:
        path = Path(self.setup.folder, RESULT)
        file = path.open("rb")
        path.unlink()
        return Finished(report, file, os.fstat(file.fileno()).st_size)

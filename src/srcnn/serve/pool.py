"""The workers and the one bounded queue before them."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from srcnn.engine.options import Engine
from srcnn.errors import LimitError
from srcnn.serve.errors import RETRY, Busy, Refusal, TooSlow, WorkerDied
from srcnn.serve.limits import ServeLimits
from srcnn.serve.messages import Setup
from srcnn.serve.metrics import Metrics
from srcnn.serve.process import Finished, NotTaken, WorkerProcess
from srcnn.serve.query import Query

_PAUSE = 1.0
"""Seconds before a worker that did not start is started again."""
_GROWN = 16 * 2**20
"""Bytes by which an idle worker may exceed its size at the start."""
_SWOLLEN = 48 * 2**20
"""Bytes by which a busy worker may exceed it between two pictures."""
IDLE = 10.0
"""Seconds without a job after which a worker that has grown is replaced, so that nobody waits."""
_LONGEST_RETRY = 60


@dataclass(frozen=True)
class Crew:
    """The workers to start: how many, on which engine, and the folder for their results."""

    count: int
    engine: Engine
    folder: Path
    verbose: bool = False


@dataclass(eq=False)
class _Job:
    picture: bytes | bytearray
    query: Query
    returned: bool = False
    """Whether it has gone back to the queue, because its first worker was dead already."""
    started: asyncio.Event = field(default_factory=asyncio.Event)
    answer: asyncio.Future[Finished | Refusal] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Pool:
    """Runs jobs on workers and replaces workers that end, hang or grow.

    Attributes:
        ready: Number of workers that are up.
    """

    def __init__(self, crew: Crew, limits: ServeLimits, metrics: Metrics) -> None:
        """Prepare; `start` starts the workers."""
        self.ready = 0
        self._crew, self._limits, self._metrics = crew, limits, metrics
        self._waiting: deque[_Job] = deque()
        self._available = asyncio.Semaphore(0)
        self._slots: list[asyncio.Task[None]] = []
        self._idle = 0
        self._usual = 1.0

    @property
    def waiting(self) -> int:
        """Number of jobs in the queue."""
        return len(self._waiting)

    async def start(self) -> None:
        """Start the workers and wait for the first.

        Raises:
            WorkerDied: If the first one does not start.
        """
        first = await self._new(0)
        self._slots = [
            asyncio.create_task(self._keep(number, None if number else first))
            for number in range(self._crew.count)
        ]

    async def stop(self) -> None:
        """Kill the workers."""
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)

    async def run(self, picture: bytes | bytearray, query: Query) -> Finished | Refusal:
        """Enlarge a picture as soon as a worker is free.

        Raises:
            Busy: If the queue is full, or the wait too long.
            SrcnnError: See `WorkerProcess.do`.
        """
        if len(self._waiting) >= self._limits.waiting + self._idle:
            raise Busy("the queue", "is full", RETRY)
        job = _Job(picture, query)
        self._waiting.append(job)
        self._available.release()
        try:
            async with asyncio.timeout(self._limits.wait_seconds):
                await job.started.wait()
        except TimeoutError:
            raise Busy("the queue", "did not move in time", RETRY) from None
        finally:  # also if the client has left
            with suppress(ValueError):
                self._waiting.remove(job)
        return await job.answer

    def retry_after(self) -> int:
        """Return the seconds after which the queue will have moved on."""
        ahead = (len(self._waiting) + 1) / max(self.ready, 1)
        return max(1, min(_LONGEST_RETRY, round(self._usual * ahead)))

    async def _new(self, number: int) -> WorkerProcess:
        folder = self._crew.folder / f"worker-{number}"
        setup = Setup(self._limits, self._crew.engine, str(folder))
        return await WorkerProcess.start(setup, self._crew.verbose)

    async def _keep(self, number: int, worker: WorkerProcess | None) -> None:
        """Keep one worker running, and give it jobs."""
        while True:
            if worker is None:
                try:
                    worker = await self._new(number)
                except WorkerDied:
                    self._metrics.replaced("start")
                    await asyncio.sleep(_PAUSE)
                    continue
            self.ready += 1
            try:
                reason = await self._serve(worker)
            finally:
                self.ready -= 1
                await asyncio.shield(worker.end())
            self._metrics.replaced(reason)
            worker = None

    async def _serve(self, worker: WorkerProcess) -> str:
        """Give jobs to a worker until it has to be replaced; return why."""
        ended = asyncio.create_task(worker.process.wait())
        fresh = worker.memory()
        try:
            while True:
                job = await self._next(ended, worker, fresh + _GROWN)
                if not isinstance(job, _Job):
                    return job
                reason = await self._do(worker, job)
                if reason is not None:
                    return reason
                if worker.memory() > fresh + _SWOLLEN:
                    return "memory"
        finally:
            ended.cancel()

    async def _next(self, ended: asyncio.Task[int], worker: WorkerProcess, most: int) -> _Job | str:
        """Return the next job, or why an idle worker has to be replaced.

        Args:
            ended: Waits for the end of the worker.
            worker: The worker.
            most: Bytes of memory with which it may stay idle.
        """
        while True:
            coming = asyncio.create_task(self._available.acquire())
            self._idle += 1
            try:
                await asyncio.wait(
                    {coming, ended}, timeout=IDLE, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                self._idle -= 1
                waits = not coming.done()
                coming.cancel()  # does nothing if it is done
            if ended.done():
                if not waits:
                    self._available.release()
                return "died"
            if waits:
                if worker.memory() > most:
                    return "memory"
            elif self._waiting:  # else its client has left
                job = self._waiting.popleft()
                job.started.set()
                return job

    async def _do(self, worker: WorkerProcess, job: _Job) -> str | None:
        """Do a job; return why the worker has to be replaced, or None."""
        started = time.monotonic()
        reason = None
        try:
            answer = await worker.do(job.picture, job.query, lambda: not job.answer.done())
        except NotTaken as error:
            if not job.returned and not job.answer.done():
                job.returned = True
                self._waiting.appendleft(job)
                self._available.release()
                return "died"
            reason, answer = "died", Refusal.of(error)
        except (WorkerDied, TooSlow, LimitError) as error:
            kinds = {WorkerDied: "died", TooSlow: "deadline", LimitError: "memory"}
            reason = kinds[type(error)]
            answer = Refusal.of(error)
        spent = time.monotonic() - started
        self._usual += 0.2 * (spent - self._usual)
        self._metrics.worked(spent)
        if not job.answer.done():
            job.answer.set_result(answer)
        elif isinstance(answer, Finished):  # the client has left
            answer.file.close()
        return reason

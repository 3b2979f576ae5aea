"""Processes the images of a command, two at once, without blocking the waiting thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import lru_cache
from itertools import islice

from srcnn.cli.jobs import Job
from srcnn.cli.report import Outcome
from srcnn.images.files import remove_own_parts, remove_parts

_AT_ONCE = 2
"""Number of images in progress at once. Two take 6 % less time than one, for 24 images of 256 x
256; three are not faster than two."""
_AHEAD = 64
"""Number of jobs held: in progress, waiting, and finished ones that wait for an earlier result."""
_FOLDERS = 64
"""Number of folders remembered as clean; jobs arrive folder by folder."""
_TICK = 0.1
"""Time between two calls of ``tick``, in seconds."""
_GRACE = 1.0
"""Time, in seconds, that an interrupted image has to clean up after itself."""


class Runner:
    """Runs ``do`` for every job, reading the next one while the last one is written.

    Only a window of the jobs is held, so memory does not depend on their number.
    """

    def __init__(self, do: Callable[[Job], Outcome], jobs: Iterator[Job]) -> None:
        """Prepare to call ``do`` for each of ``jobs``; nothing is started yet."""
        self._do, self._jobs = do, jobs
        self._pool = ThreadPoolExecutor(_AT_ONCE, "srcnn-picture")
        self._at_work: deque[tuple[Job, Future[Outcome]]] = deque()

    def wait(self, tick: Callable[[], None]) -> bool:
        """Wait until the first job that was not taken is done; call ``tick`` while waiting.

        Returns:
            False if all jobs were taken.
        """
        for job in islice(self._jobs, _AHEAD - len(self._at_work)):
            self._at_work.append((job, self._pool.submit(self._do, job)))
        if not self._at_work:
            return False
        while not wait([self._at_work[0][1]], _TICK).done:
            tick()
        return True

    def take(self) -> Outcome:
        """Return the outcome that `wait` waited for. It is not returned again."""
        return self._at_work.popleft()[1].result()

    def leave(self) -> list[Outcome]:
        """Start no further jobs, and return finished results that were not taken, in order.

        ``do`` must notice by itself that it should stop. An encoder that holds a whole image cannot
        do so for minutes, nor can a read from a terminal: their unfinished files are removed, and
        the process must not wait for them (`srcnn.__main__`).
        """
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait([future for _, future in self._at_work if not future.done()], _GRACE)
        if not all(future.done() for _, future in self._at_work):
            remove_own_parts()
        ended = [future for _, future in self._at_work if future.done() and not future.cancelled()]
        return [future.result() for future in ended if future.exception() is None]


def tidied(jobs: Iterator[Job]) -> Iterator[Job]:
    """Yield the jobs, after removing what a killed process left in the folder of each result."""
    remove = lru_cache(_FOLDERS)(remove_parts)
    for job in jobs:
        if job.destination is not None:
            remove(job.destination.parent)
        yield job

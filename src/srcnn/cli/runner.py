"""The pictures of a command, two at once, while the thread that waits for them stays free."""

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
"""Pictures at work: 24 of 256 x 256 take 6 % less time than one after the other. Three are no faster."""
_AHEAD = 64
"""Jobs that are held: those at work, those that wait, and results that wait for an earlier one."""
_FOLDERS = 64
"""Folders that are known to be tidy: jobs come folder by folder."""
_TICK = 0.1
"""Seconds between two looks at the clock."""
_GRACE = 1.0
"""Seconds that an interrupted picture has to tidy up for itself."""


class Together:
    """Runs ``do`` for every job, the next one read while the last one is written.

    Only a window of the jobs is held, so memory does not depend on how many there are.
    """

    def __init__(self, do: Callable[[Job], Outcome], jobs: Iterator[Job]) -> None:
        self._do, self._jobs = do, jobs
        self._pool = ThreadPoolExecutor(_AT_ONCE, "srcnn-picture")
        self._at_work: deque[tuple[Job, Future[Outcome]]] = deque()

    def results(self, tick: Callable[[], None]) -> Iterator[Outcome]:
        """Yield what ``do`` returned, in the order of the jobs; call ``tick`` while there is nothing."""
        self._fill()
        while self._at_work:
            _, future = self._at_work[0]
            while not wait([future], _TICK).done:
                tick()
            self._at_work.popleft()
            yield future.result()
            self._fill()

    def _fill(self) -> None:
        for job in islice(self._jobs, _AHEAD - len(self._at_work)):
            self._at_work.append((job, self._pool.submit(self._do, job)))

    def leave(self) -> list[Outcome]:
        """Begin nothing more; return what is done and was not yielded, in the order of the jobs.

        ``do`` has to notice by itself that it should stop. An encoder that holds a whole picture cannot
        for minutes, nor can a read from a terminal: their unfinished files are removed, and the process
        must not wait for them (`srcnn.__main__`).
        """
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait([future for _, future in self._at_work if not future.done()], _GRACE)
        if not all(future.done() for _, future in self._at_work):
            remove_own_parts()
        ended = [future for _, future in self._at_work if future.done() and not future.cancelled()]
        return [future.result() for future in ended if future.exception() is None]


def tidied(jobs: Iterator[Job]) -> Iterator[Job]:
    """Yield the jobs, after what a killed process left in the folder of each result is removed."""
    remove = lru_cache(_FOLDERS)(remove_parts)
    for job in jobs:
        if job.destination is not None:
            remove(job.destination.parent)
        yield job

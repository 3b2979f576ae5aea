"""The pictures of a command, two at once, while the thread that waits for them stays free."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from srcnn.cli.jobs import Job
from srcnn.images.files import remove_parts

_AT_ONCE = 2
"""Pictures: 24 of 256 x 256 take 6 % less time than one after the other. Three are no faster."""
_TICK = 0.1
"""Seconds between two looks at the clock."""
_GRACE = 1.0
"""Seconds that an interrupted picture has to tidy up for itself."""

Result = dict[str, Any]


class Together:
    """``do`` for every job, in order, the next one read while the last one is written."""

    def __init__(self, do: Callable[[Job], Result], jobs: Sequence[Job]) -> None:
        self._do, self._jobs = do, jobs
        self._pool = ThreadPoolExecutor(_AT_ONCE, "srcnn-picture")
        self._at_work: list[Future[Result]] = []

    def start(self) -> None:
        """Begin, and come back."""
        for job in self._jobs:
            self._at_work.append(self._pool.submit(self._do, job))

    def results(self, tick: Callable[[], None]) -> Iterator[Result]:
        """What ``do`` returned, in the order of the jobs; ``tick`` is called while there is none."""
        for future in self._at_work:
            while not wait([future], _TICK).done:
                tick()
            yield future.result()

    def leave(self) -> list[Result]:
        """Begin nothing more; what is done, in the order of the jobs.

        ``do`` has to know that it shall stop. An encoder that holds a whole picture hears nothing for
        minutes, nor does who reads from a terminal: their files are removed under them, and the process
        must not wait for them (`srcnn.__main__`).
        """
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait([future for future in self._at_work if not future.done()], _GRACE)
        for job, future in zip(self._jobs, self._at_work, strict=False):
            if not future.done() and job.destination is not None:
                remove_parts(job.destination.parent, own=True)
        ended = [future for future in self._at_work if future.done() and not future.cancelled()]
        return [future.result() for future in ended if future.exception() is None]

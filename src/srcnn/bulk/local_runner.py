"""Runs tasks in threads of this process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

from srcnn.bulk.task import Row, Task
from srcnn.bulk.work import Work, Worker
from srcnn.errors import Stopped
from srcnn.images.files import remove_own_parts

_AT_ONCE = 2
"""Number of pictures in progress at once; each uses all threads of the network."""
_TICK = 0.1
"""Longest time without a row or None, in seconds."""
_GRACE = 1.0
"""Time that interrupted pictures have to clean up after themselves, in seconds."""


class LocalRunner:
    """Enlarges two pictures at once, as ``srcnn upscale`` does by itself. See `Runner`."""

    def __init__(self) -> None:
        """Prepare; threads start with the first task."""
        self._threads = ThreadPoolExecutor(_AT_ONCE, "srcnn-bulk")
        self._worker: Worker | None = None
        self._at_work: set[Future[Row]] = set()

    def rows(self, work: Work, tasks: Iterator[Task]) -> Iterator[Row | None]:
        """See `Runner.rows`."""
        worker = self._worker = Worker(work)
        while True:
            for task in islice(tasks, 2 * _AT_ONCE - len(self._at_work)):
                self._at_work.add(self._threads.submit(worker, task))
            if not self._at_work:
                return
            done = wait(self._at_work, _TICK, FIRST_COMPLETED).done
            if not done:
                yield None
            for future in done:
                self._at_work.discard(future)
                yield future.result()

    def leave(self) -> Iterator[Row]:
        """See `Runner.leave`."""
        if self._worker is not None:
            self._worker.stop.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        if wait(self._at_work, _GRACE).not_done:
            remove_own_parts()  # the process does not wait for the encoder that holds them
        for future in self._at_work:
            if future.done() and not future.cancelled():
                try:
                    yield future.result()
                except Stopped:
                    continue

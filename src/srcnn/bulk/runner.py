"""What runs the tasks: threads of this process, or the workers of a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from srcnn.bulk.task import Row, Task
from srcnn.bulk.work import Work


class Runner(Protocol):
    """Does tasks, several at once."""

    def rows(self, work: Work, tasks: Iterator[Task]) -> Iterator[Row | None]:
        """Yield a row for each task, in any order; None about ten times a second while waiting.

        Args:
            work: What to do with each task.
            tasks: The tasks; they are read as workers become free.
        """
        ...

    def leave(self) -> Iterator[Row]:
        """End all work within seconds.

        Yields:
            The finished rows that were not yielded yet.
        """
        ...

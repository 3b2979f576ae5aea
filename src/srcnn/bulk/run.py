"""Runs the tasks of a command, and keeps the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from srcnn.bulk.manifest import Manifest
from srcnn.bulk.runner import Runner
from srcnn.bulk.task import Row, Task
from srcnn.bulk.work import Work


def run(
    work: Work,
    tasks: Iterator[Task],
    runner: Runner,
    manifest: Manifest,
    seen: Callable[[Row | None], None],
) -> None:
    """Do all tasks. However this ends, every finished row is in the manifest.

    Args:
        work: What is done with each picture.
        tasks: The pictures.
        runner: What does it.
        manifest: Gets the rows.
        seen: Called with each row, and with None about ten times a second while there is none.
    """
    try:
        for row in runner.rows(work, tasks):
            if row is not None:
                manifest.add(row)
            seen(row)
    finally:
        try:
            manifest.flush()  # first, because a process that is interrupted has four seconds
        finally:
            for row in runner.leave():
                manifest.add(row)
                seen(row)
            manifest.flush()

"""The work on one picture, in whatever process it happens."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from srcnn.bulk.stores import Store
from srcnn.bulk.task import Row, Task
from srcnn.conversion.conversion import Conversion, Limits
from srcnn.conversion.convert import convert
from srcnn.conversion.failures import as_ours
from srcnn.conversion.places import Source, Target
from srcnn.conversion.pool import UpscalerPool
from srcnn.conversion.size import IfLarger, TargetSize
from srcnn.engine.upscaler import Upscaler
from srcnn.errors import Stopped
from srcnn.images.formats import format_of_name


@dataclass(frozen=True)
class Work:
    """What is done with every picture of a command. It can be pickled.

    Attributes:
        upscaler: The network.
        size: Size of the results.
        source: Where the pictures are.
        target: Where the results go.
        format: File extension of the results; None is that of the source.
        quality: Quality of JPEG, WebP and AVIF; None is the format's default.
        limits: Limits on a picture and its result.
        if_larger: What to do with a picture that fills the box of ``size`` already.
        mark: Whether results get a mark.
    """

    upscaler: Upscaler
    size: TargetSize
    source: Store
    target: Store
    format: str | None = None
    quality: int | None = None
    limits: Limits = field(default_factory=Limits)
    if_larger: IfLarger = IfLarger.ERROR
    mark: bool = True

    def conversion(self, given: bool) -> Conversion:
        """Return the conversion of a picture that was named itself, or found in a folder."""
        return Conversion(
            self.size,
            None if self.format is None else format_of_name(self.format),
            self.quality,
            self.limits,
            self.if_larger,
            skip_marked=not given,
            mark=self.mark,
        )


class Worker:
    """Enlarges pictures with a network that stays open. Thread-safe.

    Attributes:
        stop: Set it to stop the pictures in progress.
    """

    def __init__(self, work: Work) -> None:
        """Prepare for ``work``."""
        self.stop = Event()
        self._work = work
        self._pool = UpscalerPool(work.upscaler.at)
        self._conversions = {given: work.conversion(given) for given in (True, False)}

    def __call__(self, task: Task) -> Row:
        """Read, enlarge and write one picture. A failure is returned as a row, not raised.

        Raises:
            Stopped: If ``stop`` was set.
        """
        started = time.perf_counter()
        try:
            return self._row(task, started)
        except Stopped:
            raise
        except Exception as error:  # whatever it is, the other pictures continue
            return Row.failed(task, as_ours(error, task.source), _since(started))

    def _row(self, task: Task, started: float) -> Row:
        work = self._work
        work.target.tidy(task.destination.rpartition("/")[0])
        content, size = work.source.source(task.source, work.limits.bytes)
        with work.target.place(task.destination) as path:
            done = convert(
                Source(content, task.source),
                Target(path, task.destination),
                self._pool,
                self._conversions[task.given],
                stop=self.stop,
            )
            made = None if done.skipped else path.stat().st_size
            digest = None if done.skipped else _digest(path)
        done = replace(done, seconds=_since(started))
        return Row.of(task, done, (size, made), digest)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 4)

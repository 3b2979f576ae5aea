"""The process in which pixels are decoded: ``python -m srcnn.serve.worker SETUP``.

It takes one job at a time from stdin; see `srcnn.serve.messages`. A picture that kills it, keeps it
busy past the deadline or fills its memory costs one request: the server starts another worker.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from srcnn.conversion.conversion import Conversion
from srcnn.conversion.convert import convert
from srcnn.conversion.places import Source, Target
from srcnn.conversion.plan import make_plan
from srcnn.conversion.pool import UpscalerPool
from srcnn.engine.upscaler import load
from srcnn.errors import LimitError, OutputError, SrcnnError
from srcnn.serve.errors import RETRY, NoSpace, Refusal
from srcnn.serve.estimate import estimate, seconds_per_multiplication
from srcnn.serve.memory import give_back
from srcnn.serve.messages import RESULT, Report, Setup, line, refused_line, report_of
from srcnn.serve.query import Query

_PICTURE = "the picture"
"""Name of every picture in messages: clients do not send one."""
_NEEDED = 64 * 2**20
"""Free disk space, in bytes, below which a failed write is the server's fault."""


@dataclass
class Worker:
    """Enlarges pictures one after the other; each network is opened once."""

    setup: Setup
    out: BinaryIO
    pace: float = 0.0

    def __post_init__(self) -> None:
        self._pools: dict[tuple[str | None, bool], UpscalerPool] = {}

    def warm_up(self) -> None:
        """Load the libraries, measure the machine and report that jobs can come."""
        self.pace = seconds_per_multiplication(self.setup.engine.threads or 1)
        self._say(line(ready=self.pace))

    def do(self, picture: bytes, query: Query) -> None:
        """Do one job and report that it has begun, and how it ended."""
        self._say(line(taken=True))
        try:
            report = self._do(picture, query)
        except SrcnnError as error:
            self._say(refused_line(Refusal.of(self._explained(error))))
        except MemoryError:
            self._say(refused_line(Refusal.of(_too_large())))
        except Exception as error:  # whatever it is, only this request fails
            why = f"cannot be enlarged ({type(error).__name__}: {error})"
            self._say(refused_line(Refusal.of(SrcnnError(_PICTURE, why))))
        else:
            self._say(line(done=report))

    def _do(self, picture: bytes, query: Query) -> Report:
        limits = self.setup.limits
        conversion = query.conversion(limits)
        tta = query.tta or self.setup.engine.ensemble
        source, pool = Source(picture, _PICTURE), self._pool(query.model, tta)
        _check_pages(source, conversion, limits.max_pages)
        path = Path(self.setup.folder, RESULT)
        with path.open("wb") as file:
            target = Target(file, "the result")
            plan = make_plan(source, target, pool, conversion)
            cost = estimate(plan, tta, self.pace)
            deadline = limits.deadline(cost.pixels)
            if cost.seconds > deadline:
                why = f"would take {cost.seconds:.0f} s, over the {deadline:.0f} s for its size"
                raise LimitError(_PICTURE, why, "ask for a smaller result or another model")
            self._say(line(deadline=deadline))
            done = convert(source, target, pool, conversion)
        return report_of(done, plan.format.name)

    def _pool(self, model: str | None, tta: bool) -> UpscalerPool:
        if (model, tta) not in self._pools:
            engine = replace(self.setup.engine, ensemble=tta)
            self._pools[model, tta] = UpscalerPool(lambda at: load(model, at, engine))
        return self._pools[model, tta]

    def _explained(self, error: SrcnnError) -> SrcnnError:
        """Return the error to report: a full disk is not the client's."""
        free = shutil.disk_usage(self.setup.folder).free
        if isinstance(error, OutputError) and free < _NEEDED:
            return NoSpace("the result", "does not fit on the server's disk", RETRY)
        return error

    def _say(self, message: bytes) -> None:
        self.out.write(message)
        self.out.flush()


def _check_pages(source: Source, conversion: Conversion, most: int) -> None:
    """Check the number of pages: each costs time, however small it is.

    Raises:
        LimitError: If there are too many.
    """
    pages = source.open(conversion.limits).header.pages
    if pages > most:
        raise LimitError(_PICTURE, f"has {pages} pages, over the limit of {most}", "split it")


def _too_large() -> LimitError:
    return LimitError(
        _PICTURE, "needs more memory than a worker may have", "ask for a smaller result or format"
    )


def _own_stdout() -> BinaryIO:
    """Return stdout for messages alone; what libraries print goes to stderr."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def main() -> None:
    """Work until stdin ends."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; the server ends us
    with suppress(OSError):  # when memory is short, Linux ends a worker before anything else
        Path("/proc/self/oom_score_adj").write_text("500")
    jobs = sys.stdin.buffer
    worker = Worker(Setup.of(sys.argv[1]), _own_stdout())
    worker.warm_up()
    while head := jobs.readline():
        job = json.loads(head)
        picture = jobs.read(job["bytes"])
        if len(picture) < job["bytes"]:
            return
        worker.do(picture, Query(**job["query"]))
        del picture
        give_back()


if __name__ == "__main__":
    main()

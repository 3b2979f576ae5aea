"""``srcnn upscale --on``: many pictures, in folders or object stores, here or on a cluster."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from srcnn.cli.console import report_error
from srcnn.cli.options import Voice
from srcnn.cli.progress import Progress
from srcnn.errors import UsageError
from srcnn.terminal import duration, say

if TYPE_CHECKING:
    from srcnn.bulk.listing import Listing
    from srcnn.bulk.manifest import Manifest
    from srcnn.bulk.runner import Runner
    from srcnn.bulk.task import Row, Task
    from srcnn.bulk.work import Work
    from srcnn.cli.jobs import Request
    from srcnn.conversion.conversion import Conversion
    from srcnn.engine.options import Engine

LOCAL, RAY = "local", "ray"
_ADDRESS = re.compile(r"auto|(ray://)?[\w.-]+:\d+|(ray://)?\[[0-9a-f:]+\]:\d+")
_EVERY = 60.0
"""Time between two lines of progress where stderr is not a terminal, in seconds."""
_COLUMNS = 79


@dataclass(frozen=True)
class Where:
    """Where the pictures of a command are enlarged, and where they and their results are.

    Attributes:
        on: ``local``, ``ray`` or the address of a cluster.
        sources: Paths and URLs of pictures, folders and patterns.
        output: Path or URL of the folder of the results.
    """

    on: str
    sources: tuple[str, ...]
    output: str


def check_options(
    on: str | None, places: Sequence[str | None], others: Mapping[str, object]
) -> None:
    """Check what cannot be combined with ``--on``, and what needs it.

    Args:
        on: The value of ``--on``, or None.
        places: The sources, and the output as the last one.
        others: Values of options that cannot be combined with it, by their names.

    Raises:
        UsageError: If the options make no sense together.
    """
    from srcnn.bulk.stores import is_url

    if on is None:
        for place in places:
            if place is not None and is_url(place):
                raise UsageError(place, "is not a file of this machine", "add --on local")
        return
    if on not in (LOCAL, RAY) and not _ADDRESS.fullmatch(on):
        fix = "use local, ray, or the address of a cluster: auto, HOST:PORT"
        raise UsageError(f"--on {on}", "is not known", fix)
    if wrong := [option for option, value in others.items() if value]:
        raise UsageError("--on", f"cannot be combined with {' or '.join(wrong)}")
    if places[-1] is None:
        raise UsageError("--on", "needs a folder for the results", "add --output FOLDER")
    if "-" in places:
        raise UsageError("--on", "takes files and folders, not stdin or stdout")


def upscale_on(
    where: Where, request: Request, model: str | None, engine: Engine, conversion: Conversion
) -> int:
    """Enlarge the pictures of a request, or those that an earlier run left.

    Args:
        where: Where to enlarge them, and where they are.
        request: How results are named, and the list of more sources.
        model: Name or file of the network.
        engine: How it is run.
        conversion: What is done with each picture.

    Returns:
        The exit code: 1 if any picture failed, in this run or an earlier one, else 0.

    Raises:
        SrcnnError: If the command cannot begin or continue.
    """
    from srcnn.bulk.listing import Names, list_tasks
    from srcnn.bulk.manifest import Manifest
    from srcnn.bulk.run import run
    from srcnn.bulk.work import Work
    from srcnn.engine.upscaler import load

    size = conversion.size
    if where.on != LOCAL:  # a worker for each core takes less time than threads for each picture
        engine = replace(engine, threads=engine.threads or 1)
    engine.resolved()
    upscaler = load(model, size.scale or 2, engine)
    sources = (*where.sources, *request.words())
    listing = list_tasks(
        Names(sources, where.output, request.ending, request.format, request.recursive)
    )
    work = Work(
        upscaler,
        size,
        listing.source,
        listing.target,
        request.format,
        conversion.quality,
        conversion.limits,
        conversion.if_larger,
        conversion.mark,
    )
    settings = _settings(request, work)
    manifest = Manifest(listing.target, listing.output, settings, request.overwrite)
    if manifest.is_new and not (request.overwrite or request.skip_existing):
        listing.check_free()
    left = [task for task in listing.tasks if not manifest.has(task.source)]
    report = _Report(len(left), len(listing.tasks), manifest.failed)
    report.begin(listing)
    manifest.begin()
    if request.skip_existing:
        left = _skip_existing(listing, left, manifest, report)
    if left:
        run(work, iter(left), _runner(where.on, engine), manifest, report.add)
    manifest.flush()
    report.end()
    return 1 if report.failed else 0


def _runner(on: str, engine: Engine) -> Runner:
    if on == LOCAL:
        from srcnn.bulk.local_runner import LocalRunner

        return LocalRunner()
    from srcnn.bulk.ray_runner import RayRunner

    return RayRunner(None if on == RAY else on, engine)


def _settings(request: Request, work: Work) -> dict[str, object]:
    """Return everything that decides how results look, under the names of the options."""
    size, upscaler = work.size, work.upscaler
    return {
        "scale": size.scale,
        "width": size.width,
        "height": size.height,
        "max-edge": size.max_edge,
        "if-larger": str(work.if_larger),
        "model": upscaler.name,
        "weights": {str(scale): digest for scale, digest in upscaler.networks.digests.items()},
        "engine": upscaler.engine,
        "precision": upscaler.precision,
        "tta": upscaler.networks.engine.ensemble,
        "format": request.format,
        "quality": work.quality,
        "suffix": request.ending,
        "mark": work.mark,
    }


def _skip_existing(
    listing: Listing, left: list[Task], manifest: Manifest, report: _Report
) -> list[Task]:
    """Add a row for each picture whose destination exists; return the others."""
    from srcnn.bulk.task import Row
    from srcnn.conversion.plan import THERE

    there = set(listing.there())
    for task in left:
        if task in there:
            row = Row(task.source, task.destination, skipped=True, reason=THERE, seconds=0.0)
            manifest.add(row)
            report.add(row)
    return [task for task in left if task not in there]


class _Report:
    """Progress and errors on stderr, and the summary.

    Attributes:
        failed: Number of pictures that failed, in this run and before.
    """

    def __init__(self, left: int, pictures: int, failed: int) -> None:
        self.failed = failed
        self._before, self._pictures = pictures - left, pictures
        self._voice = Voice.current()
        self._line = Progress(left, float(left), self._voice.quiet)
        self._done = pictures - left - failed
        self._skipped = self._pixels = 0
        self._started = self._said = time.monotonic()

    def begin(self, listing: Listing) -> None:
        for line in listing.left_out.lines():
            say(line, self._voice.quiet)
        if self._before:
            say(f"{self._before} of {self._pictures} were finished before", self._voice.quiet)

    def add(self, row: Row | None) -> None:
        if row is not None:
            self._line.begin(row.source, 1.0)
            self._line.end(row.source, row.ok)
            self._done += row.ok and not row.skipped
            self._skipped += row.skipped
            self.failed += not row.ok
            self._pixels += (row.width or 0) * (row.height or 0)
            if not row.ok:
                report_error(row.error, self._voice)
        self._line.draw()
        now = time.monotonic()
        if not self._line.shown and now - self._said > _EVERY:
            self._said = now
            say(self._line.line(_COLUMNS, now), self._voice.quiet)

    def end(self) -> None:
        self._line.clear()
        failed = f"{self.failed} of {self._pictures} failed" if self.failed else ""
        if self._voice.quiet:
            if failed:
                say(failed)
            return
        skipped = f"{self._skipped} skipped" if self._skipped else ""
        counts = [f"{self._done} of {self._pictures} done", skipped, failed]
        took = duration(time.monotonic() - self._started)
        said = ", ".join(count for count in counts if count)
        say(f"{said}: {self._pixels / 1e6:.1f} megapixels in {took}")

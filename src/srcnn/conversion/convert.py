"""Conversion of one image: read, enlarge, write."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.conversion.conversion import Conversion, Converted
from srcnn.conversion.places import Source, Target, Writable
from srcnn.conversion.plan import PagePlan, Plan, make_plan
from srcnn.conversion.pool import UpscalerPool
from srcnn.engine.arguments import callback
from srcnn.engine.pipeline import ROWS, Progress
from srcnn.engine.threads import one_core_per_product
from srcnn.errors import OutputError, Stopped, UsageError
from srcnn.images import encode
from srcnn.images.lost_words import lost_words
from srcnn.images.picture import Picture
from srcnn.images.source import File

if TYPE_CHECKING:
    import PIL.Image


class Stop(Protocol):
    """An object that tells whether to stop, such as a ``threading.Event``."""

    def is_set(self) -> bool:
        """Return whether to stop."""
        ...


def convert(
    source: File | PIL.Image.Image | Source,
    target: Writable | Target,
    pool: UpscalerPool,
    conversion: Conversion,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Converted:
    """Enlarge an image file into another, with its pages, metadata, depth and channels.

    Args:
        source: A path, bytes, a binary file object to read from, or a PIL image.
        target: A path, which is written atomically, or a binary file object, which receives the
            result once it is complete.
        pool: Opens the networks.
        conversion: What to do.
        progress: Called with the completed fraction, 0 to 1.
        stop: Ends the work soon after it is set.

    Returns:
        What was done.

    Raises:
        Stopped: If ``stop`` was set before the result was complete; nothing is written then.
        SrcnnError: If anything else fails; nothing is written then either.
    """
    callback(progress, "progress")
    if stop is not None and not callable(getattr(stop, "is_set", None)):
        raise UsageError(
            f"stop {stop!r}", "is not a threading.Event", "pass an object with is_set()"
        )
    started = time.perf_counter()
    goes = Target.of(target)
    plan = make_plan(Source.of(source), goes, pool, conversion)
    lost = None
    try:
        if plan.reason is None:
            lost = _write(plan, goes, conversion.quality, _Watch(plan.name, progress, stop))
    except Exception:
        if stop is not None and stop.is_set():  # the caller may have removed the file already
            raise Stopped(plan.name, "was stopped") from None
        raise
    seconds = round(time.perf_counter() - started, 4)
    result = plan.result(goes.name)
    warnings = (*result.warnings, lost) if lost else result.warnings
    return replace(result, seconds=seconds, warnings=warnings)


class _Watch:
    """Reports progress, and raises `Stopped` when the caller wants to stop."""

    def __init__(self, name: str, progress: Progress | None, stop: Stop | None) -> None:
        self._name, self._progress, self._stop = name, progress, stop

    def report(self, part: float) -> None:
        if self._progress is not None:
            self._progress(part)

    def check(self) -> None:
        if self._stop is not None and self._stop.is_set():
            raise Stopped(self._name, "was stopped")


def _write(plan: Plan, target: Target, quality: int | None, watch: _Watch) -> str | None:
    """Write the result; return a warning about metadata that its format could not hold, or None."""
    watch.check()
    extent = encode.Extent.of([page.size for page in plan.pages])
    with ExitStack() as stack:
        stack.enter_context(one_core_per_product())  # once, as it is slow for 10,000 frames
        pages = stack.enter_context(closing(_pages(plan, watch)))
        file = stack.enter_context(target.open())
        try:
            encode.write_picture(file, pages, plan.format, quality, extent)
        except OutputError as error:
            raise OutputError(target.name, error.why, error.fix) from None
        return _lost(plan, file)


def _lost(plan: Plan, file: IO[bytes]) -> str | None:
    """Return a line that names metadata of the source that the finished file lacks, or None."""
    picture = plan.picture
    if picture.stored is None:
        return None
    return lost_words(
        picture.stored,
        picture.header.format,
        file,
        plan.format,
        picture.header.metadata,
        plan.pages[0].metadata,
    )


def _pages(plan: Plan, watch: _Watch) -> Generator[encode.Page, None, None]:
    """Yield the pages of the result; each is opened after the one before it is written."""
    count = len(plan.pages)
    for k, (page, picture) in enumerate(zip(plan.pages, plan.picture.pages(), strict=False)):
        with closing(_strips(picture, page, watch, (k, count))) as strips:
            yield encode.Page(page.size, strips, page.metadata)


def _strips(
    picture: Picture, page: PagePlan, watch: _Watch, place: tuple[int, int]
) -> Generator[NDArray[np.number], None, None]:
    """Yield the enlarged strips of page ``place[0]`` of ``place[1]``."""
    number, count = place
    made = page.upscaler.strips(
        picture.strips(ROWS),
        (picture.header.height, picture.header.width),
        page.size,
        lambda part: watch.report((number + part) / count),
    )
    with closing(made):
        for strip in made:
            watch.check()
            yield strip

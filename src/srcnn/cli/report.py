"""Reports of ``srcnn upscale``: an outcome for each image, and their sum."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from srcnn.conversion.conversion import Converted, ConvertedRow
from srcnn.conversion.plan import MADE_BY_SRCNN
from srcnn.data.folder import LeftOut
from srcnn.errors import SrcnnError
from srcnn.terminal import duration, say


class EstimateRow(TypedDict):
    """Additional fields of a JSON document after a dry run.

    Attributes:
        estimated_seconds: Estimated time in seconds.
    """

    estimated_seconds: NotRequired[float]


class OutcomeRow(ConvertedRow, EstimateRow):
    """An image in a JSON document."""


@dataclass(frozen=True)
class Estimate:
    """Estimated cost of one image, or of all of them.

    Attributes:
        seconds: Time in seconds.
    """

    seconds: float

    def row(self) -> EstimateRow:
        """Return the estimate as fields of a JSON document."""
        return {"estimated_seconds": round(self.seconds, 2)}

    def in_words(self) -> str:
        """Return the estimate in the form ``12 s``."""
        seconds = round(self.seconds, 2)
        return f"{seconds:.1g} s" if seconds < 1 else duration(seconds)


@dataclass(frozen=True)
class Outcome:
    """The outcome of one job.

    Attributes:
        converted: The result, also for an image that failed or was skipped.
        error: The error, if it failed.
        estimate: The estimated cost, in a dry run.
    """

    converted: Converted
    error: SrcnnError | None = None
    estimate: Estimate | None = None

    def row(self) -> OutcomeRow:
        """Return the outcome as a row of a JSON document."""
        more: EstimateRow = {} if self.estimate is None else self.estimate.row()
        return {**self.converted.row(), **more}

    def plan_line(self) -> str:
        """Return the line that a dry run prints for an image that can be enlarged."""
        result = self.converted
        places = f"{result.source} -> {result.destination}"
        if result.skipped or self.estimate is None:
            return f"{places}: {result.reason}"
        networks = " then ".join(f"x{scale}" for scale in result.passes) or "no network"
        size = f"{result.width} x {result.height}"
        return f"{places}: {size}, {networks}, {self.estimate.in_words()}"


class SummaryRow(EstimateRow):
    """The sum of all outcomes in a JSON document.

    Attributes:
        pictures: Number of sources.
        done: Number of images that were converted.
        skipped: Number of images that were skipped.
        failed: Number of images that failed.
        megapixels: Megapixels of all results together.
        seconds: Time of the whole command in seconds.
        left_out: Number of files in folders that are not sources, by reason.
    """

    pictures: int
    done: int
    skipped: int
    failed: int
    megapixels: float
    seconds: float
    left_out: dict[str, int]


class Summary:
    """Counts the outcomes of a command, which starts now."""

    def __init__(self, pictures: int, left_out: LeftOut) -> None:
        """Start counting.

        Args:
            pictures: Number of images of the command.
            left_out: Files in folders that are not sources.
        """
        self.pictures = pictures
        self._left_out = left_out
        self.done = self.skipped = self.failed = 0
        self._pixels = 0
        self._reasons: Counter[str] = Counter()
        self._started = time.monotonic()

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        result = outcome.converted
        self.failed += not result.ok
        self.skipped += result.skipped
        if result.skipped:
            self._reasons[result.reason or ""] += 1
        if result.ok and not result.skipped:
            self.done += 1
            self._pixels += (result.width or 0) * (result.height or 0)

    def row(self, estimate: Estimate | None) -> SummaryRow:
        """Return the sum. An interrupted command has fewer outcomes than images."""
        more: EstimateRow = {} if estimate is None else estimate.row()
        return {
            "pictures": self.pictures,
            "done": self.done,
            "skipped": self.skipped,
            "failed": self.failed,
            "megapixels": round(self._pixels / 1e6, 3),
            "seconds": round(time.monotonic() - self._started, 4),
            "left_out": dict(self._left_out.counts),
            **more,
        }

    def say(self, quiet: bool) -> None:
        """Print a summary line, unless the messages about each image already say everything."""
        for line in self._left_out.lines():
            say(line, quiet)
        of = self.pictures
        failed = f"{self.failed} of {of} failed" if self.failed else ""
        if of == 0:
            say("nothing to do: no sources were given", quiet)
        elif self.skipped == of:
            why = f" ({next(iter(self._reasons))})" if len(self._reasons) == 1 else ""
            say(f"nothing to do: {self.skipped} of {of} skipped{why}", quiet)
        elif quiet and failed and of > 1:
            say(failed)
        elif of > 1:
            skipped = f"{self.skipped} skipped" if self.skipped else ""
            if made := self._reasons[MADE_BY_SRCNN]:
                skipped += f" ({made} {MADE_BY_SRCNN})"
            counts = [f"{self.done} of {of} done", skipped, failed]
            said = ", ".join(count for count in counts if count)
            row = self.row(None)
            took = duration(row["seconds"])
            say(f"{said}: {row['megapixels']:.1f} megapixels in {took}", quiet)

    def plan_total(self, estimate: Estimate) -> str:
        """Return the last line of a dry run."""
        images = f"{self.done} of {self.pictures} images"
        return f"{images}: {self._pixels / 1e6:.1f} megapixels, {estimate.in_words()}"

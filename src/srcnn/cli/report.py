"""What ``srcnn upscale`` has to report: a result for each picture, and the sum of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from srcnn.cli.jobs import Job
from srcnn.terminal import duration, say

Result = dict[str, Any]
Estimate = tuple[float, float]
"""(seconds, bytes of the process at its peak)"""


def result_of(job: Job) -> Result:
    """The result of a picture that nothing is known of yet."""
    return {
        "source": job.source,
        "destination": "-" if job.destination is None else str(job.destination),
        "ok": False,
        "skipped": job.skip,
        "error": None,
        "width": None,
        "height": None,
        "scale": None,
        "model": None,
        "engine": None,
        "precision": None,
        "seconds": None,
    }


def estimated(estimate: Estimate) -> Result:
    """What a dry run has more."""
    return {
        "estimated_seconds": round(estimate[0], 2),
        "estimated_peak_mb": round(estimate[1] / 1e6),
    }


def plan_line(result: Result) -> str:
    """What a dry run prints of a picture that can be enlarged."""
    road = f"{result['source']} -> {result['destination']}"
    if result["skipped"]:
        return f"{road}: there already"
    return f"{road}: {result['width']} x {result['height']}, {_in_words(result)}"


class Summary:
    """Counts of a command that begins now and is to make so many ``pictures``."""

    def __init__(self, pictures: int) -> None:
        self._pictures = pictures
        self._started = time.monotonic()

    def document(self, results: Sequence[Result], estimate: Estimate | None) -> dict[str, Any]:
        """The JSON document; that of an interrupted command has fewer results than pictures."""
        made = [result for result in results if result["ok"] and not result["skipped"]]
        summary = {
            "pictures": self._pictures,
            "done": len(made),
            "skipped": sum(result["skipped"] for result in results),
            "failed": sum(not result["ok"] for result in results),
            "megapixels": round(sum(r["width"] * r["height"] for r in made) / 1e6, 3),
            "seconds": round(time.monotonic() - self._started, 4),
        }
        summary |= {} if estimate is None else estimated(estimate)
        return {"schema": 1, "results": list(results), "summary": summary}


def say_summary(summary: Result, quiet: bool) -> None:
    """One line, where there is more to say than what was said of each picture."""
    of, skipped = summary["pictures"], summary["skipped"]
    failed = f"{summary['failed']} of {of} failed" if summary["failed"] else ""
    if skipped == of:
        say(f"nothing to do: {skipped} of {of} there already", quiet)
    elif quiet and failed and of > 1:
        say(failed)
    elif of > 1:
        counts = [
            f"{summary['done']} of {of} done",
            f"{skipped} skipped" if skipped else "",
            failed,
        ]
        said = ", ".join(count for count in counts if count)
        took = duration(summary["seconds"])
        say(f"{said}: {summary['megapixels']:.1f} megapixels in {took}", quiet)


def plan_total(summary: Result) -> str:
    """What a dry run prints at its end."""
    pictures = f"{summary['done']} of {summary['pictures']} pictures"
    return f"{pictures}: {summary['megapixels']:.1f} megapixels, {_in_words(summary)}"


def _in_words(estimate: Result) -> str:
    seconds = estimate["estimated_seconds"]
    about = f"{seconds:.1g} s" if seconds < 1 else duration(seconds)
    return f"{estimate['estimated_peak_mb']} MB, {about}"

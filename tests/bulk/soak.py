"""Many small pictures through a Ray cluster: 2 % bad, one deadly; then killed half way and continued."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from . import corpus
from .commands import FAST, digests, rows, upscale, words

MANIFEST = "srcnn-manifest"


@dataclass
class Continued:
    """What became of a run that was stopped half way.

    Attributes:
        signal: What stopped it.
        code: Its exit code; None after SIGKILL.
        results: Number of results at its end.
        recorded: Number of rows at its end.
        redone: Number of those results that the second run wrote again.
        same: Whether the rows of both runs together are those of one run, but for ``seconds``.
    """

    signal: str
    code: int
    results: int
    recorded: int
    redone: int
    same: bool


@dataclass
class Figures:
    """What a soak found.

    Attributes:
        pictures: Number of pictures.
        code: Exit code of the run.
        equal: Number of results that equal those of the plain command line.
        different: Number that do not, or that only one of the two has.
        kinds: Number of failed rows by kind.
        without_reason: Number of failed rows without an error.
        plain_seconds: Time that the plain command line took, from start to end.
        seconds: Time that the run took, from start to end.
        continued: The runs that were stopped half way.
    """

    pictures: int
    code: int
    equal: int
    different: int
    kinds: dict[str, int]
    without_reason: int
    plain_seconds: float
    seconds: float
    continued: list[Continued] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        return asdict(self)


def soak(count: int, folder: Path, address: str) -> Figures:
    """Run all of it.

    Args:
        count: Number of pictures.
        folder: An empty folder.
        address: A cluster with the deadly engine of `corpus`.
    """
    source, plain, out = folder / "in", folder / "plain", folder / "out"
    corpus.make(source, count, bad=count // 50, deadly=True)
    started = time.perf_counter()
    upscale(source, "-r", *FAST, "-o", plain, "--quiet")
    plain_seconds = time.perf_counter() - started
    line = [source, "-r", *FAST, "--on", address, "-o"]
    started = time.perf_counter()
    done = upscale(*line, out)
    seconds = time.perf_counter() - started
    expected, found = digests(plain), digests(out)
    del expected[corpus.KILLER.replace(".", "_x2.")]  # the plain command line has another engine
    recorded = rows(out / MANIFEST)
    failed = [row for row in recorded if not row["ok"]]
    figures = Figures(
        pictures=len(recorded),
        code=done.returncode,
        equal=len(expected.items() & found.items()),
        different=len(expected.items() ^ found.items()),
        kinds=dict(Counter(row["kind"] for row in failed)),
        without_reason=sum(not row["error"] for row in failed),
        plain_seconds=round(plain_seconds, 1),
        seconds=round(seconds, 1),
    )
    for number in (signal.SIGKILL, signal.SIGINT):
        again = folder / number.name
        figures.continued.append(stop_and_continue(count, number, [*line, again], again, out))
    return figures


def stop_and_continue(
    count: int, number: signal.Signals, line: list[Any], out: Path, whole: Path
) -> Continued:
    """Stop a run when half of the results are there, and run it again."""
    process = subprocess.Popen(words(*line), stderr=subprocess.DEVNULL)
    while process.poll() is None and len(_results(out)) < count / 2:
        time.sleep(0.02)
    process.send_signal(number)
    code = process.wait()
    before: dict[Path, int] = {}
    while before != (before := _results(out)):  # workers end a moment after what they work for
        time.sleep(1.0)
    recorded = len(rows(out / MANIFEST))
    upscale(*line)
    after = _results(out)
    return Continued(
        number.name,
        code,
        len(before),
        recorded,
        sum(after[path] != time_of for path, time_of in before.items()),
        comparable(out) == comparable(whole),
    )


def _results(out: Path) -> dict[Path, int]:
    """Return the time of each result, in nanoseconds."""
    return {path: path.stat().st_mtime_ns for path in out.rglob("*_x2.*")}


def comparable(out: Path) -> list[dict[str, Any]]:
    """Return the rows of an output without times, and with destinations relative to it."""
    return [
        {**row, "seconds": None, "destination": str(Path(row["destination"]).relative_to(out))}
        for row in rows(out / MANIFEST)
    ]

"""The work on one image of a command: convert or estimate it, and report the result."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from threading import Event

from srcnn.cli.console import report_error
from srcnn.cli.jobs import STDIO, Job, encoder_of
from srcnn.cli.options import Voice
from srcnn.cli.progress import Progress
from srcnn.cli.report import Estimate, Outcome
from srcnn.conversion.conversion import Conversion, Converted
from srcnn.conversion.convert import convert
from srcnn.conversion.failures import as_ours, flag_line
from srcnn.conversion.places import Source, Target
from srcnn.conversion.plan import THERE, make_plan
from srcnn.conversion.pool import UpscalerPool
from srcnn.engine.cost import Costs
from srcnn.errors import SrcnnError, Stopped
from srcnn.terminal import say


class Worker:
    """Does the jobs of one command. Thread-safe.

    Attributes:
        stop: Set it to stop the images in progress.
        line: Shows the progress.
        voice: How much is printed.
        costs: Measurements of a dry run; None otherwise.
    """

    def __init__(
        self,
        pool: UpscalerPool,
        conversion: Conversion,
        line: Progress,
        voice: Voice,
        dry_run: bool,
    ) -> None:
        """Set up the worker.

        Args:
            pool: Opens the networks.
            conversion: What to do with each image.
            line: Shows the progress.
            voice: How much is printed.
            dry_run: Whether to estimate costs instead of converting.
        """
        self.stop = Event()
        self.costs = Costs() if dry_run else None
        self._pool, self._conversion = pool, conversion
        self.line, self.voice = line, voice

    def __call__(self, job: Job) -> Outcome:
        """Do one job. A failure is reported and returned, not raised."""
        started = time.perf_counter()
        self.line.begin(job.name, job.weight, encoder_of(job.target_name))
        error: SrcnnError | None = None
        try:
            outcome = self._outcome(job)
        except (BrokenPipeError, Stopped):
            raise
        except Exception as raised:  # whatever it is, the other images continue
            error = as_ours(raised, job.name)
            seconds = round(time.perf_counter() - started, 4)
            line = flag_line(error)
            failed = Converted.failed(job.source, job.target_name, error, line, seconds)
            outcome = Outcome(failed, error)
            report_error(error, self.voice)
        self.line.end(job.name, error is None)
        self._report(job, outcome)
        return outcome

    def estimate(self) -> Estimate | None:
        """Return the estimated cost of all jobs together, after a dry run."""
        return None if self.costs is None else Estimate(self.costs.total())

    def _outcome(self, job: Job) -> Outcome:
        if job.skip:
            there = Converted(job.source, job.target_name, skipped=True, reason=THERE, seconds=0.0)
            return Outcome(there)
        source = Source(sys.stdin.buffer, job.name) if job.source == STDIO else job.source
        target = Target(sys.stdout.buffer, "stdout")
        if job.destination is not None:
            target = Target.of(job.destination)
        if self.costs is None:
            done = convert(
                source,
                target,
                self._pool,
                self._conversion_of(job),
                lambda part: self.line.advance(job.name, part),
                self.stop,
            )
            estimate = None
        else:
            done, estimate = self._estimate(
                Source.of(source), target, self._conversion_of(job), self.costs
            )
        done = replace(done, source=job.source, destination=job.target_name)
        return Outcome(done, estimate=estimate)

    def _conversion_of(self, job: Job) -> Conversion:
        """Return what to do with a job's source. A file found in a folder may be a result."""
        if job.given:
            return self._conversion
        return replace(self._conversion, skip_marked=True)

    def _estimate(
        self, source: Source, target: Target, conversion: Conversion, costs: Costs
    ) -> tuple[Converted, Estimate | None]:
        """Return what would be done, and what it would cost."""
        started = time.perf_counter()
        plan = make_plan(source, target, self._pool, conversion)
        estimate = None
        if plan.reason is None:
            page, pages = plan.pages[0], len(plan.pages)
            quality = conversion.quality
            cost = costs.of(plan.picture, page.upscaler, page.size, plan.format, quality, pages)
            estimate = Estimate(cost.seconds)
        seconds = round(time.perf_counter() - started, 4)
        return replace(plan.result(target.name), seconds=seconds), estimate

    def _report(self, job: Job, outcome: Outcome) -> None:
        result = outcome.converted
        for warning in result.warnings:
            say(f"{job.name}: {warning}", self.voice.quiet)
        in_line = self.line.shown and self.line.pictures > 1
        if result.choice is not None and (self.voice.verbose or not in_line):
            numbers = f" ({result.choice.numbers()})" if self.voice.verbose else ""
            line = f"{job.name}: {result.model}, since it {result.choice.why}{numbers}"
            say(line, self.voice.quiet)
        if result.ok and not (self.costs or result.skipped or in_line):
            size = f"{result.width} x {result.height}"
            name = job.destination or "stdout"
            say(f"{name}: {size}, {result.seconds:.2f} s", self.voice.quiet)

"""Runs all jobs of one command, from the first image to the summary line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from srcnn.cli.jobs import Job
from srcnn.cli.names import Checked
from srcnn.cli.report import Outcome, Summary
from srcnn.cli.results import Results
from srcnn.cli.runner import Runner, tidied
from srcnn.cli.signals import uninterrupted
from srcnn.cli.work import Worker
from srcnn.conversion.conversion import Converted
from srcnn.errors import SrcnnError


class Run:
    """Runs jobs and reports them.

    Attributes:
        error: Error of the last image that failed.
        last: Result of the last image.
    """

    def __init__(self, worker: Worker, jobs: Iterator[Job], checked: Checked) -> None:
        """Prepare to run ``jobs``, which were ``checked``, with ``worker``."""
        self.error: SrcnnError | None = None
        self.last: Converted | None = None
        self._worker = worker
        dry_run = worker.costs is not None
        self._runner = Runner(worker, jobs if dry_run else tidied(jobs))
        self._summary = Summary(checked.pictures, checked.left_out)
        self._results: Sequence[Results] = ()

    def do(self, results: Sequence[Results], in_words: bool) -> None:
        """Run all jobs and write ``results``, also if the command is interrupted.

        Args:
            results: Where rows are written.
            in_words: Whether to print a line for each image, as a dry run does.
        """
        self._results = results
        try:
            while self._runner.wait(self._worker.line.draw):
                with uninterrupted():  # an outcome is in the results once, and whole
                    outcome = self._runner.take()
                    self._add(outcome)
                if in_words and outcome.error is None:
                    print(outcome.plan_line())
        finally:
            self._worker.stop.set()
            for outcome in self._runner.leave():
                self._add(outcome)
            self._worker.line.clear()
            for target in results:
                target.close(self._summary.row(self._worker.estimate()))

    def say_end(self, in_words: bool) -> None:
        """Print the summary."""
        estimate = self._worker.estimate()
        if estimate is None:
            self._summary.say(self._worker.voice.quiet)
        elif in_words and self._summary.pictures > 1:
            print(self._summary.plan_total(estimate))

    def _add(self, outcome: Outcome) -> None:
        self.error = outcome.error or self.error
        self.last = outcome.converted
        self._summary.add(outcome)
        row = outcome.row()
        for target in self._results:
            target.add(row)

"""Results as JSON, written while they come."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, Protocol, TextIO

from srcnn.cli.jobs import STDIO
from srcnn.cli.report import OutcomeRow, SummaryRow
from srcnn.images.files import atomic_file, check_writable, writing


class Results(Protocol):
    """Takes the rows of a command, and its sum at the end."""

    def add(self, row: OutcomeRow) -> None: ...

    def close(self, summary: SummaryRow) -> None: ...


class JsonDocument:
    """One JSON document, valid when it is closed; ``-`` is stdout."""

    def __init__(self, target: str) -> None:
        self._target, self._count = target, 0
        if target != STDIO:
            check_writable(Path(target))
        # A file is put in place when it is whole, and a terminal shows the progress until then.
        self._direct = target == STDIO and not sys.stdout.isatty()
        self._file: Any = sys.stdout if self._direct else TemporaryFile("w+")  # noqa: SIM115
        self._file.write('{"schema": 1, "results": [')

    def add(self, row: OutcomeRow) -> None:
        """Append a row."""
        self._file.write(",\n " if self._count else "\n ")
        self._file.write(json.dumps(row))
        self._count += 1

    def close(self, summary: SummaryRow) -> None:
        """End the document."""
        end = "\n]" if self._count else "]"
        self._file.write(f'{end}, "summary": {json.dumps(summary)}}}\n')
        self._file.flush()
        if self._direct:
            return
        with self._file as written:
            written.seek(0)
            if self._target == STDIO:
                copyfileobj(written, sys.stdout)
                sys.stdout.flush()
            else:
                with atomic_file(Path(self._target)) as file:
                    copyfileobj(written.buffer, file)


class JsonLines:
    """A JSON object a line, there as soon as the picture is done; ``-`` is stdout."""

    def __init__(self, target: str, stack: ExitStack) -> None:
        self._path = Path(target)
        self._file: TextIO = sys.stdout
        if target != STDIO:
            with writing(self._path):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = stack.enter_context(self._path.open("w"))

    def add(self, row: OutcomeRow) -> None:
        """Write a line."""
        with writing(self._path):
            self._file.write(json.dumps(row) + "\n")
            self._file.flush()

    def close(self, summary: SummaryRow) -> None:
        """Do nothing: every line is there."""


def open_results(document: str | None, lines: str | None, stack: ExitStack) -> list[Results]:
    """Open what was asked for; ``stack`` closes the files.

    Raises:
        OutputError: If either file cannot be written.
    """
    results: list[Results] = []
    if document is not None:
        results.append(JsonDocument(document))
    if lines is not None:
        results.append(JsonLines(lines, stack))
    return results

"""Results as JSON, written while they come."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, Protocol, TextIO

from srcnn.cli.console import writing_stdout
from srcnn.cli.jobs import STDIO
from srcnn.cli.options import Voice
from srcnn.cli.report import OutcomeRow, SummaryRow
from srcnn.images.files import atomic_file, check_writable, writing
from srcnn.terminal import show


class Results(Protocol):
    """Takes the rows of a command, and its sum at the end."""

    def add(self, row: OutcomeRow) -> None: ...

    def close(self, summary: SummaryRow) -> None: ...


class JsonDocument:
    """One JSON document, valid when it is closed; ``-`` is stdout."""

    def __init__(self, target: str) -> None:
        self._target, self._count, self._begun = target, 0, False
        if target != STDIO:
            check_writable(Path(target))
        # A file is put in place when it is whole, and a terminal shows the progress until then.
        self._direct = target == STDIO and not sys.stdout.isatty()
        self._file: Any = sys.stdout if self._direct else TemporaryFile("w+")  # noqa: SIM115

    def _write(self, text: str) -> None:
        """Write a part, after the head; from here on nobody else writes a document."""
        head = "" if self._begun else '{"schema": 1, "results": ['
        self._begun = Voice.current().documented = True
        with _writing(self._target):
            self._file.write(head + text)

    def add(self, row: OutcomeRow) -> None:
        """Append a row."""
        self._write((",\n " if self._count else "\n ") + json.dumps(row))
        self._count += 1

    def close(self, summary: SummaryRow) -> None:
        """End the document."""
        end = "\n]" if self._count else "]"
        self._write(f'{end}, "summary": {json.dumps(summary)}}}\n')
        with _writing(self._target):
            self._file.flush()
        if self._direct:
            return
        with self._file as written:
            written.seek(0)
            if self._target == STDIO:
                with writing_stdout():
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
        if self._file is sys.stdout and sys.stdout.isatty():
            show("")  # the progress line, which may be on the same terminal
        with _writing(str(self._path)):
            self._file.write(json.dumps(row) + "\n")
            self._file.flush()

    def close(self, summary: SummaryRow) -> None:
        """Do nothing: every line is there."""


def _writing(target: str) -> AbstractContextManager[None]:
    """Turn an `OSError` inside the block into the `OutputError` that the target cannot be written."""
    return writing_stdout() if target == STDIO else writing(Path(target))


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

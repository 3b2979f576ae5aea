"""Results as JSON, written as they arrive."""

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
    """Receives the rows of a command, and its sum at the end."""

    def add(self, row: OutcomeRow) -> None:
        """Write a row.

        Args:
            row: The outcome of one image.
        """
        ...

    def close(self, summary: SummaryRow) -> None:
        """Write the summary and finish.

        Args:
            summary: The sum of all outcomes.
        """
        ...


class JsonDocument:
    """One JSON document, which is valid once it is closed; ``-`` is stdout."""

    def __init__(self, target: str) -> None:
        """Check that the target can be written.

        Raises:
            OutputError: If it cannot.
        """
        self._target, self._count, self._begun = target, 0, False
        if target != STDIO:
            check_writable(Path(target))
        # A file is only moved into place once complete; a terminal shows progress until then.
        self._direct = target == STDIO and not sys.stdout.isatty()
        self._file: Any = sys.stdout if self._direct else TemporaryFile("w+")  # noqa: SIM115

    def _write(self, text: str) -> None:
        """Write a part, after the head; from now on no other code writes a document."""
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
    """One JSON object per line, written as soon as an image is done; ``-`` is stdout."""

    def __init__(self, target: str, stack: ExitStack) -> None:
        """Open the file, which ``stack`` closes.

        Raises:
            OutputError: If it cannot be written.
        """
        self._path = Path(target)
        self._file: TextIO = sys.stdout
        if target != STDIO:
            with writing(self._path):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = stack.enter_context(self._path.open("w"))

    def add(self, row: OutcomeRow) -> None:
        """Write a line."""
        if self._file is sys.stdout and sys.stdout.isatty():
            show("")  # clears the progress line, which may be on the same terminal
        with _writing(str(self._path)):
            self._file.write(json.dumps(row) + "\n")
            self._file.flush()

    def close(self, summary: SummaryRow) -> None:
        """Do nothing, because every line has been written."""


def _writing(target: str) -> AbstractContextManager[None]:
    """Turn an `OSError` inside the block into an `OutputError` about the target."""
    return writing_stdout() if target == STDIO else writing(Path(target))


def open_results(document: str | None, lines: str | None, stack: ExitStack) -> list[Results]:
    """Open the requested outputs; ``stack`` closes the files.

    Args:
        document: Path of a JSON document, ``-`` or None.
        lines: Path of a file of JSON lines, ``-`` or None.
        stack: Closes the files.

    Raises:
        OutputError: If either file cannot be written.
    """
    results: list[Results] = []
    if document is not None:
        results.append(JsonDocument(document))
    if lines is not None:
        results.append(JsonLines(lines, stack))
    return results

"""What every verb shares at the terminal: progress on stderr, results where they are wanted."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from srcnn.errors import LimitError, SrcnnError
from srcnn.images.files import atomic_file, write_atomically
from srcnn.terminal import say

_CHUNK = 2**20
"""Bytes of stdin that are read at a time."""


def flag(name: str) -> bool:
    """Whether an option that is valid everywhere stands on the command line, before a ``--``."""
    words = sys.argv[1:]
    return name in (words[: words.index("--")] if "--" in words else words)


def report_error(line: object) -> None:
    """The one line that an error is; with ``--debug`` after the traceback of what is being handled."""
    if flag("--debug"):
        traceback.print_exc()
    say(f"error: {' '.join(str(line).split())}"[:198])


def as_ours(error: Exception, source: str) -> SrcnnError:
    """Whatever went wrong with a picture, as an error that reads as one line."""
    if isinstance(error, SrcnnError):
        return error
    if isinstance(error, MemoryError):
        return LimitError(source, "does not fit into memory", "use a smaller --tile or scale")
    return SrcnnError(source, f"{type(error).__name__}: {error}")


def read_stdin(max_bytes: int) -> bytes:
    """What stdin gives, up to a byte more than may be taken: it need not have an end."""
    data = BytesIO()
    while chunk := sys.stdin.buffer.read(min(_CHUNK, max_bytes + 1 - data.tell())):
        data.write(chunk)
    return data.getvalue()


def write_json(document: Mapping[str, Any], target: str) -> None:
    """One JSON document to a file, or to stdout for ``-``."""
    text = json.dumps(document, indent=1) + "\n"
    if target == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_atomically(Path(target), text.encode())


@contextmanager
def picture_file(path: Path | None) -> Iterator[IO[bytes]]:
    """Where a picture is written; stdout (``None``) gets it when it is whole."""
    if path is not None:
        with atomic_file(path) as file:
            yield file
    else:
        from shutil import copyfileobj
        from tempfile import TemporaryFile

        with TemporaryFile() as file:
            yield file
            file.seek(0)
            copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()

"""Terminal output that all commands share: progress on stderr, and results."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from srcnn.cli.options import Voice
from srcnn.conversion.failures import flag_line
from srcnn.errors import OutputError, SrcnnError
from srcnn.images.files import write_atomically
from srcnn.terminal import say


def report_error(error: object, voice: Voice | None = None) -> None:
    """Print an error as one line; with ``--debug``, print the current traceback first.

    Args:
        error: The error, or its line.
        voice: The command's, if this may run in another thread than the command.
    """
    if (voice or Voice.current()).debug:
        traceback.print_exc()
    line = flag_line(error) if isinstance(error, SrcnnError) else error
    say(f"error: {' '.join(str(line).split())}"[:198])


@contextmanager
def writing_stdout() -> Iterator[None]:
    """Turn an `OSError` inside the block into an `OutputError`, unless the reader is gone."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError("stdout", f"cannot be written ({error.strerror})") from None


def write_json(document: Mapping[str, object], target: str) -> None:
    """Write one JSON document to a file, or to stdout for ``-``."""
    Voice.current().documented = True
    text = json.dumps(document, indent=1) + "\n"
    if target == "-":
        with writing_stdout():
            sys.stdout.write(text)
            sys.stdout.flush()
    else:
        write_atomically(Path(target), text.encode())

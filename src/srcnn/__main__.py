"""``srcnn``, and ``python -m srcnn``, which is the same."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def _fill_closed_streams() -> None:
    """Put something in place of standard streams that whoever started the process had closed.

    Otherwise the next file that is opened would take a stream's number. What is written to stderr goes
    nowhere then; to read stdin or write stdout is an error.
    """
    flags = {"stdin": os.O_WRONLY, "stdout": os.O_RDONLY, "stderr": os.O_WRONLY}
    for number, (name, flag) in enumerate(flags.items()):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, flag)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115


def _flushed(code: int) -> int:
    """Return the exit code after stdout is written out, which may fail at this late point."""
    try:
        sys.stdout.flush()
    except OSError as error:
        from srcnn.terminal import say

        say(f"error: stdout: cannot be written ({error.strerror})")
        # So that the interpreter, which tries again, says nothing more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return code or 5
    return code


def run() -> None:
    """Run the command line and end the process with its exit code."""
    _fill_closed_streams()
    try:
        from srcnn.cli.main import main

        code = main()
    except KeyboardInterrupt:  # so early that there was nobody to mind it
        code = 130
    if code < 128:
        sys.exit(_flushed(code))
    # A picture that was given up may keep its encoder for minutes yet; an ordinary exit would wait.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()

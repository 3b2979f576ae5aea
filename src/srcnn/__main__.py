"""Entry point of ``srcnn`` and of ``python -m srcnn``."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def _fill_closed_streams() -> None:
    """Replace standard streams that the parent process had closed.

    Otherwise the next file that is opened would get the file descriptor of a stream. Output to such
    a stderr is discarded; reading such a stdin or writing such a stdout is an error.
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
    """Flush stdout and return the exit code, which becomes 5 if flushing fails."""
    try:
        sys.stdout.flush()
    except OSError as error:
        from srcnn.terminal import say

        say(f"error: stdout: cannot be written ({error.strerror})")
        # The interpreter flushes stdout once more; redirect it so that it prints nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return code or 5
    return code


def run() -> None:
    """Run the command line and end the process with its exit code."""
    _fill_closed_streams()
    try:
        from srcnn.cli.main import main

        code = main()
    except KeyboardInterrupt:  # before main could handle it
        code = 130
    if code < 128:
        sys.exit(_flushed(code))
    # The encoder of an abandoned image may run for minutes, and a normal exit would wait for it.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()

"""``srcnn``, and ``python -m srcnn``, which is the same."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def run() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        from srcnn.cli.main import main

        code = main()
    except KeyboardInterrupt:  # so early that there was nobody to mind it
        code = 130
    if code < 128:
        sys.exit(code)
    # A picture that was given up may keep its encoder for minutes yet; an ordinary exit would wait.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()

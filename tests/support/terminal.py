"""The command line on a terminal of its own, and what it may draw there."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios

from srcnn.terminal import width

COLUMNS = 60
_SHARED = re.compile(r"[^\r\n]\x1b\[K[^\r\n]|[^\r\n]\x1b\[K\r?\n|[^\r\n]\x1b\[K\Z")
"""Progress, and then anything else than the beginning of the line, or the end."""
DRAWN = re.compile(r"\r([^\r\n\x1b]+)\x1b\[K")
"""A line of progress."""


def check(shown: str) -> None:
    """Progress shares its line with nothing, and fits into it."""
    shared = _SHARED.search(shown)
    assert shared is None, shown[max(0, shared.start() - 200) : shared.end() + 100]
    assert all(width(line) < COLUMNS for line in DRAWN.findall(shown))


def on_a_terminal(
    columns: int, *words: object, stdout: bool = True, stop_at: str = "", before: str = ""
) -> tuple[int, str]:
    """(exit code, what ``srcnn`` writes to a terminal that is its stderr, and its stdout too if asked).

    SIGINT is sent when ``stop_at`` is on it. The code ``before`` runs first.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    run = f"import sys\n{before}\nfrom srcnn.__main__ import run\nsys.exit(run())"
    command = [sys.executable, *(("-c", run) if before else ("-m", "srcnn")), *map(str, words)]
    out = theirs if stdout else None
    with subprocess.Popen(command, stderr=theirs, stdout=out, stdin=subprocess.DEVNULL) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError:  # Linux's way to say that the other side has left
                break
            if not data:
                break
            shown += data
            if stop_at and stop_at.encode() in shown:
                process.send_signal(signal.SIGINT)
                stop_at = ""
    os.close(ours)
    return process.returncode, shown.decode()

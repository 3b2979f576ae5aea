"""The command line on a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios


def on_a_terminal(
    columns: int, *words: object, stdout: bool = True, stop_at: str = ""
) -> tuple[int, str]:
    """(exit code, what ``srcnn`` writes to a terminal that is its stderr, and its stdout too if asked).

    SIGINT is sent when ``stop_at`` is on it.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-m", "srcnn", *map(str, words)]
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

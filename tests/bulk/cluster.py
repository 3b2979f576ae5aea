"""A Ray cluster on this machine, as ``ray start`` makes it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_CODE = "from ray.scripts.scripts import main; main()"
_SECONDS = 120


@contextmanager
def started(environment: Mapping[str, str]) -> Iterator[str]:
    """Start a cluster with two logical CPUs, and yield its address."""
    folder = tempfile.mkdtemp(prefix="srcnn-ray-", dir="/tmp")  # sockets need a short path
    port = free_port()
    words = ["start", "--head", f"--port={port}", "--num-cpus=2", "--include-dashboard=false"]
    words += ["--block", "--disable-usage-stats", "--object-store-memory=100000000"]
    words += ["--node-ip-address=127.0.0.1", f"--temp-dir={folder}"]
    log = Path(folder) / "start.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _CODE, *words],
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        ends = time.monotonic() + _SECONDS
        while "Ray runtime started" not in log.read_text():
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"ray start failed: {log.read_text()}")
            time.sleep(0.2)
        yield f"127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        for each in in_session(process.pid):
            os.kill(each, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def in_session(leader: int) -> list[int]:
    """Return the processes of a session."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(process.name))
    return found


def left_over() -> list[str]:
    """Return the command lines of Ray's processes that this user runs."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z" and ("/ray/core/src" in line or line.startswith("ray::")):
            lines.append(line)
    return lines

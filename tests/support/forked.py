"""The command line in a process of its own that has the libraries already.

A process is forked from one that has imported them, which saves most of the time that a small
command takes. Its memory and its processor time are still its own.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_LIBRARIES = (
    "numpy",
    "onnxruntime",
    "pyvips",
    "PIL.Image",
    "tifffile",
    "srcnn.conversion.conversion",
)
_LONGEST = 300
"""Seconds after which a command is killed."""
_SERVER = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Forked:
    """What a command left behind; ``code`` is -N after a signal N.

    Attributes:
        code: Exit code.
        err: What it wrote to stderr.
        peak: Peak memory in KB.
        seconds: Processor time.
    """

    code: int
    err: str
    peak: int
    seconds: float


def run_forked(words: Sequence[object], folder: Path, temporary: Path) -> Forked:
    """Run ``srcnn`` with ``words`` in ``folder``, where temporary files go to ``temporary``."""
    _SERVER.set_forkserver_preload(["srcnn.cli.main", *_LIBRARIES])
    said = folder.with_name(f"{folder.name}.err")
    used = folder.with_name(f"{folder.name}.used")
    arguments = (list(map(str, words)), str(folder), str(temporary), str(said), str(used))
    process = _SERVER.Process(target=_command, args=arguments)
    process.start()
    process.join(_LONGEST)
    if process.exitcode is None:
        process.kill()
        process.join()
    assert process.exitcode is not None
    peak, seconds = used.read_text().split() if used.exists() else ("0", "0")
    err = said.read_text() if said.exists() else ""
    for file in (said, used):
        file.unlink(missing_ok=True)
    return Forked(process.exitcode, err, int(peak), float(seconds))


def _command(words: list[str], folder: str, temporary: str, said: str, used: str) -> None:
    from srcnn.cli.main import main

    os.dup2(os.open(said, os.O_CREAT | os.O_WRONLY), 2)
    os.environ["TMPDIR"] = temporary
    os.chdir(folder)
    sys.argv = ["srcnn", *words]
    code = main()
    sys.stderr.flush()
    status = Path("/proc/self/status").read_text().split()
    Path(used).write_text(f"{status[status.index('VmHWM:') + 1]} {time.process_time()}")
    os._exit(code)

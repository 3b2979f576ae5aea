"""``python -m tests.training.killed FOLDER MOMENTS``: training runs that are ended, and resumed.

Every run is a fork of this process, which has loaded everything and used nothing of it: that is quick. What
became of each is a line of JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import srcnn.runs.run  # noqa: F401
from srcnn.cli.main import main


class Lines:
    """Counts the lines that write a checkpoint, and ends the process before the ``fatal`` one."""

    def __init__(self, fatal: int | None) -> None:
        self.count, self._fatal, self._inside = 0, fatal, False

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        name, file = frame.f_code.co_name, Path(frame.f_code.co_filename).name
        if event == "call" and (file, name) == ("state.py", "save_state"):
            self._inside = True
        if not self._inside or file not in ("state.py", "files.py"):
            return None
        if event == "line":
            if self.count == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            self.count += 1
        if event == "return" and name == "save_state":
            self._inside = False
        return self


def start(folder: Path, *arguments: str, lines: Lines | None = None) -> int:
    """The process number of a fork that trains."""
    process = os.fork()
    if process == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        sys.argv = ["srcnn", "train", *arguments, "--device", "cpu"]
        sys.settrace(lines)
        code = main()
        sys.settrace(None)
        if lines is not None:
            (folder / "lines").write_text(str(lines.count))
        os._exit(code)
    return process


def code_of(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def report(run: Path, code: int) -> None:
    left = sorted(path.name for path in run.glob("state*.pt"))
    begun = (run / "recipe.yaml").exists()
    recipe = str(run.parent / "recipe.yaml")
    again = ("--resume", str(run)) if begun else (recipe, "--run", str(run))
    resumed = code_of(start(run.parent, *again))
    entry = {"run": str(run), "code": code, "left": left, "resumed": resumed}
    print(json.dumps(entry), flush=True)


def run_all(folder: Path, moments: int) -> None:
    recipe = str(folder / "recipe.yaml")

    def arguments(name: str) -> tuple[str, str, str]:
        return recipe, "--run", str(folder / name)

    code_of(start(folder, *arguments("counted"), lines=Lines(None)))
    lines = int((folder / "lines").read_text())
    for fatal in sorted({i * lines // moments for i in range(moments)}):
        process = start(folder, *arguments(f"line {fatal}"), lines=Lines(fatal))
        report(folder / f"line {fatal}", code_of(process))
    started = time.monotonic()
    code_of(start(folder, *arguments("timed")))
    takes = time.monotonic() - started
    for i in range(moments // 2):
        number = (signal.SIGKILL, signal.SIGINT, signal.SIGKILL, signal.SIGTERM)[i % 4]
        process = start(folder, *arguments(f"time {i}"))
        time.sleep(takes * (i + 1) / (moments // 2 + 1))
        os.kill(process, number)
        report(folder / f"time {i}", code_of(process))


if __name__ == "__main__":
    run_all(Path(sys.argv[1]), int(sys.argv[2]))

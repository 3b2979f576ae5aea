"""Environments that hold one runtime each."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

_SECONDS = 120
"""Longest time that an installation or a run may take."""


class NotInstalled(Exception):
    """A package does not install here; the message says why."""


class Failed(Exception):
    """A command failed; the message is the end of what it said."""


def python_with(folder: Path, packages: Sequence[str]) -> list[str]:
    """Return the command of a Python in a new environment with ``packages``."""
    venv.create(folder, with_pip=True)
    python = str(folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    options = ["--quiet", "--no-compile", "--disable-pip-version-check", "--only-binary", ":all:"]
    _install([python, "-m", "pip", "install", *options, *packages], folder)
    return [python]


def node_with(folder: Path, packages: Sequence[str]) -> list[str]:
    """Return the command of Node.js, to be run in ``folder``, which holds ``packages``."""
    folder.mkdir()
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotInstalled("there is no Node.js with npm")
    options = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", "."]
    _install([npm, "install", *options, *packages], folder)
    return [node]


def run(command: Sequence[str], folder: Path) -> str:
    """Run a command in a folder and return its stdout.

    Raises:
        Failed: Its exit code is not 0, or it took too long.
    """
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"took over {_SECONDS} seconds") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines() or ["said nothing"]
        raise Failed(said[-1][:160])
    return done.stdout.strip()


def _install(command: Sequence[str], folder: Path) -> None:
    try:
        run(command, folder)
    except Failed as error:
        raise NotInstalled(f"the package does not install ({error})") from None

"""Start-up time of whole processes, from start to exit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srcnn.bench.interleave import Call
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS


def open_starts(folder: Path, picture: NDArray[np.uint8], threads: int | None) -> dict[str, Call]:
    """Return calls that run a process: ``help_s`` and ``picture_s``.

    ``help_s`` runs ``srcnn --help``; ``picture_s`` upscales an image file with the default model.

    Args:
        folder: Folder for the files.
        picture: (H, W, 3) uint8.
        threads: Threads of the upscale; None leaves the default.
    """
    source, destination = folder / "source.png", folder / "result.png"
    source.write_bytes(encode(picture, FORMATS["png"]))
    upscale = ["upscale", str(source), "-o", str(destination), "-s", "3", "--overwrite", "--quiet"]
    if threads is not None:
        upscale += ["--threads", str(threads)]
    return {"help_s": _process("--help"), "picture_s": _process(*upscale)}


def _process(*words: str) -> Call:
    command = [sys.executable, "-m", "srcnn", *words]
    # Keep bytecode files, as an installed program has them.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)

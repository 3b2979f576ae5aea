"""The command line in a process of its own, and what it left behind."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

FAST = ("-s", "2", "-m", "fast")


def words(*arguments: object) -> list[str]:
    """Return the command line of ``srcnn upscale``."""
    return [sys.executable, "-W", "ignore", "-m", "srcnn", "upscale", *map(str, arguments)]


def upscale(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ``srcnn upscale``."""
    return subprocess.run(words(*arguments), capture_output=True, text=True)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every picture below a folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "srcnn-manifest" not in path.parts
    }


def rows(manifest: Path) -> list[dict[str, Any]]:
    """Return the rows of a manifest, as any reader of Parquet finds them, sorted by source."""
    if not any(manifest.glob("*.parquet")):
        return []
    from pyarrow import parquet

    found: list[dict[str, Any]] = parquet.read_table(manifest).to_pylist()
    return sorted(found, key=lambda row: str(row["source"]))

"""The pictures of a folder, and those that a pattern matches."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from srcnn.errors import MissingData, UsageError
from srcnn.images.formats import SUFFIXES

RESOLVED, LOG = "recipe.yaml", "log.jsonl"
"""Files of the directory of a training run: the resolved recipe and the log. One that has both is one."""


def pictures_in(folder: Path, recursive: bool = False) -> list[Path]:
    """Every file with the suffix of a picture, sorted by path; `MissingData` when there is none."""
    if not folder.is_dir():
        raise MissingData(folder, "no such folder")
    pictures = [Path(name) for name in picture_names(str(folder), recursive)]
    if not pictures:
        raise MissingData(folder, "holds no pictures")
    return pictures


def picture_names(folder: str, recursive: bool = False) -> Iterator[str]:
    """The paths of `pictures_in`, one by one; none where there is none."""
    # scandir knows what is a folder without asking the disk again: 400,000 files are seconds.
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise MissingData(folder, f"cannot be read ({error.strerror})") from None
    for entry in entries:
        suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122
        if recursive and entry.is_dir(follow_symlinks=False):
            # Those of a training run are drawings of it.
            if not all(os.path.exists(f"{entry.path}/{name}") for name in (RESOLVED, LOG)):  # noqa: PTH110
                yield from picture_names(entry.path, recursive)
        elif suffix in SUFFIXES and not entry.name.startswith(".") and _is_file(entry):
            yield entry.path


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads to itself
        return False


def fingerprint(files: Sequence[Path]) -> str:
    """The same while the files have the same names and sizes in the same order: a sha256."""
    known = "\n".join(f"{file.name} {file.stat().st_size}" for file in files)
    return hashlib.sha256(known.encode(errors="surrogateescape")).hexdigest()


def pictures_like(pattern: str) -> tuple[Path, list[Path]]:
    """(the folder that a pattern starts in, every picture that it matches, sorted by path).

    ``*``, ``?`` and ``[...]`` stand for parts of a name, ``**`` for folders in folders. What is there
    by the very name, such as a folder ``holiday[1]``, is no part of the pattern. `UsageError` for a
    pattern that cannot be.
    """
    parts = Path(pattern).parts
    fixed = next(n for n in range(len(parts) - 1, -1, -1) if Path(*parts[:n]).is_dir())
    folder = Path(*parts[:fixed])
    try:
        return folder, _pictures(folder.glob("/".join(parts[fixed:])))
    except ValueError as error:
        raise UsageError(pattern, f"is no pattern ({error})") from None


def is_pattern(name: str) -> bool:
    """Whether a name holds characters that stand for others."""
    return any(character in name for character in "*?[")


def _pictures(found: Iterable[Path]) -> list[Path]:
    return sorted(
        {
            path
            for path in found
            if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith(".")
        }
    )

"""The pictures of a folder, and those that a pattern matches."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from srcnn._optional import has
from srcnn.errors import MissingData, UsageError
from srcnn.images.formats import SOURCE_SUFFIXES

RESOLVED, LOG = "recipe.yaml", "log.jsonl"
"""Files of the directory of a training run: the resolved recipe and the log. One that has both is one."""
_THUMBNAILS = ("@eaDir",)
"""Folders in which network drives keep small versions of the pictures beside them."""
_EXAMPLES = 3
"""Names of files left out that are shown."""


def pictures_in(folder: Path, recursive: bool = False) -> list[Path]:
    """Every file with the suffix of a picture, sorted by path; `MissingData` when there is none."""
    if not folder.is_dir():
        raise MissingData(folder, "no such folder")
    pictures = [Path(name) for name in picture_names(str(folder), recursive)]
    if not pictures:
        raise MissingData(folder, "holds no pictures")
    return pictures


@dataclass
class LeftOut:
    """Counts what is in folders and is not taken, by reason.

    Attributes:
        counts: How many there are, by reason.
        examples: The first names of each.
    """

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, name: str) -> None:
        """Count one."""
        self.counts[reason] += 1
        if len(named := self.examples.setdefault(reason, [])) < _EXAMPLES:
            named.append(name)

    def lines(self) -> Iterator[str]:
        """Yield a line for each reason."""
        for reason, count in self.counts.items():
            more = ", ..." if count > _EXAMPLES else ""
            yield f"left out, {reason}: {count} ({', '.join(self.examples[reason])}{more})"


def picture_names(
    folder: str, recursive: bool = False, left_out: LeftOut | None = None
) -> Iterator[str]:
    """Yield the paths of the pictures in a folder, one by one.

    Args:
        folder: Where to look.
        recursive: Whether folders in it are entered, except hidden ones, folders of thumbnails
            (``@eaDir``), those of training runs, and links, which could lead back.
        left_out: Counts what is not taken; hidden files are not mentioned.
    """
    # scandir knows what is a folder without asking the disk again: 400,000 files are seconds.
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise MissingData(folder, f"cannot be read ({error.strerror})") from None
    left_out = LeftOut() if left_out is None else left_out
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if recursive and entry.name not in _THUMBNAILS and not _is_run(entry.path):
                yield from picture_names(entry.path, recursive, left_out)
        elif (reason := _left_out(entry.name)) is not None:
            linked = recursive and _is_folder(entry)
            left_out.add("linked folders" if linked else reason, entry.name)
        elif _is_file(entry):
            yield entry.path


def _left_out(name: str) -> str | None:
    """Return why a file of this name is not taken, or ``None``."""
    fmt = SOURCE_SUFFIXES.get(os.path.splitext(name)[1].lower())  # noqa: PTH122
    if fmt is None:
        return "not pictures"
    if fmt.extra is None or _has(fmt.extra):
        return None
    return f"{fmt.name.upper()}, which needs: pip install 'srcnn[{fmt.extra}]'"


@cache
def _has(extra: str) -> bool:
    return has(extra)


def _is_run(path: str) -> bool:
    """Return whether a folder is that of a training run, whose pictures are drawings of it."""
    return all(os.path.exists(f"{path}/{name}") for name in (RESOLVED, LOG))  # noqa: PTH110


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


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
            if _left_out(path.name) is None and path.is_file() and not path.name.startswith(".")
        }
    )

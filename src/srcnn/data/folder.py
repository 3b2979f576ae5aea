"""Find the images in a folder, or those that match a pattern."""

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
"""Names of a run's resolved recipe and log; a folder with both is that of a training run."""
_THUMBNAILS = ("@eaDir",)
"""Folders in which network drives keep thumbnails beside images."""
_EXAMPLES = 3
"""Largest number of skipped files that are shown by name."""


def pictures_in(folder: Path, recursive: bool = False) -> list[Path]:
    """Return every file in a folder whose suffix is that of an image, sorted by path.

    Args:
        folder: Where to look.
        recursive: Include subfolders; see `picture_names`.

    Raises:
        MissingData: The folder does not exist, cannot be read, or has no images.
    """
    if not folder.is_dir():
        raise MissingData(folder, "no such folder")
    pictures = [Path(name) for name in picture_names(str(folder), recursive)]
    if not pictures:
        raise no_pictures(str(folder), recursive)
    return pictures


def no_pictures(folder: str, recursive: bool) -> MissingData:
    """Return the error of a folder without images, with what it holds instead."""
    left_out = LeftOut()
    list(picture_names(folder, recursive, left_out))
    return MissingData(folder, "; ".join(["contains no images", *left_out.lines()]))


@dataclass
class LeftOut:
    """Counts the files in folders that are skipped.

    Attributes:
        counts: Number of files by reason.
        examples: The first file names by reason.
    """

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, name: str) -> None:
        """Count one skipped file."""
        self.counts[reason] += 1
        if len(named := self.examples.setdefault(reason, [])) < _EXAMPLES:
            named.append(name)

    def lines(self) -> Iterator[str]:
        """Yield a line of text for each reason."""
        for reason, count in self.counts.items():
            more = ", ..." if count > _EXAMPLES else ""
            yield f"left out, {reason}: {count} ({', '.join(self.examples[reason])}{more})"


def picture_names(
    folder: str, recursive: bool = False, left_out: LeftOut | None = None
) -> Iterator[str]:
    """Yield the paths of the images in a folder, one by one.

    Args:
        folder: Where to look.
        recursive: Include subfolders, except hidden ones, thumbnails (``@eaDir``), training runs,
            and links, which could lead back.
        left_out: Counts the skipped files, except hidden ones.

    Raises:
        MissingData: The folder cannot be read.
    """
    # scandir tells folders from files without another disk access, so 400,000 files take seconds.
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
        elif (reason := why_left_out(entry.name)) is not None:
            linked = recursive and _is_folder(entry)
            left_out.add("linked folders" if linked else reason, entry.name)
        elif _is_file(entry):
            yield entry.path


def why_left_out(name: str) -> str | None:
    """Return why a file with this name is skipped, or ``None`` if it is an image."""
    fmt = SOURCE_SUFFIXES.get(os.path.splitext(name)[1].lower())  # noqa: PTH122
    if fmt is None:
        return "not images"
    if fmt.extra is None or _has(fmt.extra):
        return None
    return f"{fmt.name.upper()}, which needs: pip install 'srcnn[{fmt.extra}]'"


@cache
def _has(extra: str) -> bool:
    return has(extra)


def _is_run(path: str) -> bool:
    """Return whether a folder is that of a training run, whose images are only plots."""
    return all(os.path.exists(f"{path}/{name}") for name in (RESOLVED, LOG))  # noqa: PTH110


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link to itself
        return False


def fingerprint(files: Sequence[Path]) -> str:
    """Return a SHA-256 that depends on the names, sizes and order of the files."""
    known = "\n".join(f"{file.name} {file.stat().st_size}" for file in files)
    return hashlib.sha256(known.encode(errors="surrogateescape")).hexdigest()


def pictures_like(pattern: str) -> tuple[Path, list[Path]]:
    """Find the images that match a pattern.

    ``*``, ``?`` and ``[...]`` match parts of a name, ``**`` matches nested folders. A leading
    folder that exists literally, such as ``holiday[1]``, is not part of the pattern.

    Args:
        pattern: The pattern.

    Returns:
        The folder in which the pattern starts, and the images, sorted by path.

    Raises:
        UsageError: The pattern is invalid.
    """
    parts = Path(pattern).parts
    fixed = next(n for n in range(len(parts) - 1, -1, -1) if Path(*parts[:n]).is_dir())
    folder = Path(*parts[:fixed])
    try:
        return folder, _pictures(folder.glob("/".join(parts[fixed:])))
    except ValueError as error:
        raise UsageError(pattern, f"is not a valid pattern ({error})") from None


def is_pattern(name: str) -> bool:
    """Return whether a name contains wildcard characters."""
    return any(character in name for character in "*?[")


def _pictures(found: Iterable[Path]) -> list[Path]:
    return sorted(
        {
            path
            for path in found
            if why_left_out(path.name) is None and path.is_file() and not path.name.startswith(".")
        }
    )

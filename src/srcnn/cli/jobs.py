"""From the arguments of ``srcnn upscale`` to the names of all sources and destinations."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from srcnn.data.folder import LeftOut, is_pattern, no_pictures, picture_names, pictures_like
from srcnn.errors import InputError, UsageError
from srcnn.images.formats import HEIC, SUFFIXES, format_of_name
from srcnn.images.heif_boxes import result_suffix

STDIO = "-"
_FOLDERS = 256
"""Number of cached folder paths; names arrive folder by folder."""


class Name(NamedTuple):
    """The name of one source. The file has not been looked at."""

    source: str
    """Path, as messages show it; ``-`` is stdin."""
    below: str
    """Subfolder of the output in which the result belongs."""
    given: bool
    """Whether the source was named itself rather than found in a folder."""


@dataclass(frozen=True)
class Job:
    """One image to convert. A destination of None is stdout."""

    source: str
    destination: Path | None
    weight: float = 0.0
    """Its share of the progress."""
    skip: bool = False
    """Whether the destination exists and is kept."""
    given: bool = True
    """Whether the source was named itself rather than found in a folder."""

    @property
    def name(self) -> str:
        """Name of its source in messages."""
        return "stdin" if self.source == STDIO else self.source

    @property
    def target_name(self) -> str:
        """Name of its destination in reports."""
        return STDIO if self.destination is None else str(self.destination)


@dataclass(frozen=True)
class Request:
    """The sources of a command, and how their results are named.

    Attributes:
        sources: Files, folders and patterns; ``-`` is stdin.
        listed: File that lists more sources, one per line.
        output: File for one source, folder for several; ``-`` is stdout. None is beside the source.
        ending: Suffix that is added to the name of a source.
        format: File extension of the results. None is that of the source.
        recursive: Whether to search folders recursively.
        overwrite: Whether to replace existing destinations.
        skip_existing: Whether to skip sources whose destination exists.
        in_place: Whether each result replaces its source.

    Raises:
        UsageError: If values cannot be combined, or cannot be part of a file name.
        InputError: If a source does not exist and the name of the output has an unknown suffix.
    """

    sources: tuple[str, ...]
    listed: str | None = None
    output: str | None = None
    ending: str = "_x3"
    format: str | None = None
    recursive: bool = False
    overwrite: bool = False
    skip_existing: bool = False
    in_place: bool = False

    def __post_init__(self) -> None:
        if self.overwrite and self.skip_existing:
            raise UsageError("--overwrite", "cannot be combined with --skip-existing")
        if self.in_place:
            self._check_in_place()
        if "" in (*self.sources, self.output):
            raise UsageError("a source or --output", "is empty")
        for part in (self.ending, self.format or ""):
            if "/" in part or "\\" in part:
                raise UsageError(f"'{part}'", "must not contain a slash or a backslash")
        if self.format is not None:
            format_of_name(self.format)
        if self.output == STDIO and self.several:
            raise UsageError("-o -", "stdout can take only one image", "give a folder")
        if self.output is not None and self.several:
            if exists(Path(self.output)) and not is_folder(self.output):
                raise UsageError(self.output, "is not a folder", "several images need a folder")
            if not is_folder(self.output) and encoder_of(self.output):
                fix = f"give a folder: -o {self.output}/"
                raise UsageError(self.output, "is a file name, but there are several images", fix)
        elif self.output not in (None, STDIO) and not self._into_folder and self.format is None:
            try:
                format_of_name(Path(str(self.output)).name)
            except UsageError:
                # A mistyped folder looks like a file, and its output folder has no suffix.
                if self.sources[0] != STDIO and not exists(Path(self.sources[0])):
                    raise InputError(self.sources[0], "no such file or folder") from None
                raise

    def _check_in_place(self) -> None:
        given = {
            "--output": self.output is not None,
            "--format": self.format is not None,
            "--suffix": bool(self.ending),
            "--skip-existing": self.skip_existing,
            "stdin": STDIO in self.sources,
        }
        if wrong := [word for word, is_given in given.items() if is_given]:
            raise UsageError("--in-place", f"cannot be combined with {' or '.join(wrong)}")

    @property
    def replaces(self) -> bool:
        """Whether an existing destination may be replaced."""
        return self.overwrite or self.in_place

    @cached_property
    def several(self) -> bool:
        """Whether the sources may be anything other than a single named file."""
        if self.listed is not None or len(self.sources) != 1:
            return True
        (source,) = self.sources
        return is_folder(source) or bool(_matches(source))

    @cached_property
    def _into_folder(self) -> bool:
        output = self.output or ""
        return self.several or output.endswith(("/", "\\")) or is_folder(output)

    def names(self, left_out: LeftOut | None = None) -> Iterator[Name]:
        """Yield every source, folders in alphabetical order, without opening a file.

        Args:
            left_out: Counts files in folders that are not sources.

        Raises:
            MissingData: If a folder has no images.
            UsageError: If stdin is named twice, or the list cannot be read.
        """
        stdin = 0
        for source in self.words():
            stdin += source == STDIO
            if stdin > 1:
                raise UsageError("-", "stdin is given twice", "give it once")
            if is_folder(source):
                yield from _in_folder(source, self.recursive, left_out)
            elif like := _matches(source):
                start, found = like
                for path in found:
                    yield Name(str(path), str(path.parent.relative_to(start)), given=False)
            else:  # a pattern without a match is reported as a missing file
                yield Name(source, "", given=True)

    def words(self) -> Iterator[str]:
        """Yield the sources as they were given, and those of the list.

        Raises:
            UsageError: If the list cannot be read.
        """
        yield from self.sources
        if self.listed is None:
            return
        try:
            coding = sys.getfilesystemencoding()
            with Path(self.listed).open(encoding=coding, errors="surrogateescape") as file:
                for number, line in enumerate(file):
                    # Some editors write a UTF-8 byte order mark before the first name.
                    word = line.rstrip("\r\n")
                    if word := word if number else word.removeprefix("\ufeff"):
                        yield word
        except OSError as error:
            why = f"cannot be read ({error.strerror})"
            raise UsageError(f"--list {self.listed}", why) from None

    def destination(self, name: Name) -> str | None:
        """Return the path of a result; None is stdout."""
        if self.in_place:
            if name.source == STDIO:
                raise UsageError("--in-place", "cannot be combined with stdin")
            return normal(name.source)
        if self.output == STDIO or (name.source == STDIO and self.output is None):
            return None
        if self.output is not None and not self._into_folder:
            return normal(self.output)
        source = "stdin.png" if name.source == STDIO else name.source.rstrip("/") or name.source
        folder, file = os.path.split(source)
        stem, suffix = split_suffix(file)
        if self.format is not None:
            suffix = f".{self.format.lower().lstrip('.')}"
        elif suffix.lower() in HEIC.suffixes:
            suffix = result_suffix(name.source)
        if self.output is not None:
            folder = f"{self.output}/{name.below}" if name.below else self.output
        return join(normal(folder), f"{stem}{self.ending}{suffix}")


def check_json_file(target: str | None, files: Iterable[Path], option: str = "--json") -> None:
    """Check that a JSON document would not replace one of ``files``.

    Raises:
        UsageError: If it would.
    """
    if target not in (None, STDIO) and identity(target) in map(identity, map(str, files)):
        raise UsageError(f"{option} {target}", "is an input or output of this command")


def _in_folder(source: str, recursive: bool, left_out: LeftOut | None) -> Iterator[Name]:
    base = normal(source)
    found = False
    for path in picture_names(base, recursive, left_out):
        found = True
        folder, file = os.path.split(path)
        yield Name(join(normal(folder), file), _below(base, folder), given=False)
    if not found:
        raise no_pictures(source, recursive)


def _matches(source: str) -> tuple[Path, list[Path]] | None:
    if not is_pattern(source) or exists(Path(source)):
        return None
    like = pictures_like(source)
    return like if like[1] else None


def split_suffix(file: str) -> tuple[str, str]:
    """Return (stem, suffix) of a file name, as `pathlib` splits it."""
    dot = file.rfind(".")
    return (file[:dot], file[dot:]) if 0 < dot < len(file) - 1 else (file, "")


def join(folder: str, file: str) -> str:
    """Return the path of a file in a folder, without the folder if that is the current one."""
    if folder == ".":
        return file
    return f"{folder}{file}" if folder.endswith("/") else f"{folder}/{file}"


@lru_cache(_FOLDERS)
def normal(folder: str) -> str:
    """Return a path as `pathlib` formats it."""
    return str(Path(folder))


@lru_cache(_FOLDERS)
def _below(base: str, folder: str) -> str:
    below = str(Path(folder).relative_to(base))
    return "" if below == "." else below


def is_folder(source: str) -> bool:
    """Return whether a source or an output is an existing folder."""
    try:
        return source != STDIO and Path(source).is_dir()
    except OSError:  # the name is too long
        return False


def exists(path: Path) -> bool:
    """Return whether a path exists; a name that is too long does not."""
    try:
        return path.exists()
    except OSError:  # writing to it will report the error
        return False


def resolved(path: Path) -> Path:
    """Return the path with links resolved as far as possible."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a link loop or a NUL, which reading will report
        return path.absolute()


def identity(path: str) -> str:
    """Return a text that is equal for all names of one file; for hard links it is the inode."""
    try:
        status = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):  # the file does not exist yet
        return str(resolved(Path(path)))
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        return f"\0{status.st_dev}:{status.st_ino}"
    return str(resolved(Path(path)))


def encoder_of(destination: str | None) -> str:
    """Return the name of the format of a destination's suffix; empty if the suffix is unknown."""
    fmt = SUFFIXES.get(split_suffix(destination or "")[1].lower())
    return "" if fmt is None else fmt.name

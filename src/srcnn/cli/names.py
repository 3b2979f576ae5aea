"""The two passes over the sources of a command: check all names, then convert the images.

The first pass only opens HEIC files, whose result's name depends on their content, and temporarily
holds 41 bytes per name. The second pass recognizes every source by eight bytes, so that files which
appeared in the meantime, such as results, are not taken for sources.
"""

from __future__ import annotations

import os
import stat
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srcnn.cli.jobs import (
    STDIO,
    Job,
    Name,
    Request,
    check_json_file,
    encoder_of,
    exists,
    identity,
    is_folder,
    join,
    normal,
    resolved,
)
from srcnn.cli.progress import weight_of
from srcnn.data.folder import LeftOut
from srcnn.errors import DestinationExists, UsageError

_NO_REPORTS: Mapping[str, str | None] = {}
_GIVEN, _STDOUT, _EXISTS, _FOLDER = 1, 2, 4, 8


@dataclass(frozen=True)
class Checked:
    """The result of the first pass.

    Attributes:
        pictures: Number of images.
        weight: Sum of their shares of the progress.
        taken: Hashes of their sources, sorted.
        left_out: Files in folders that are not sources.
    """

    pictures: int
    weight: float
    taken: array[int]
    left_out: LeftOut = field(default_factory=LeftOut)


class _Found:
    """Hashes of all names, in the order of the names."""

    def __init__(self) -> None:
        self.sources, self.destinations = array("q"), array("q")
        self.real_sources, self.places = array("q"), array("q")  # without links
        self.weights = array("d")
        self.flags = bytearray()

    def add(self, name: Name, request: Request) -> None:
        destination = request.destination(name)
        real, size = _real_source(name.source)
        flags = _GIVEN if name.given else 0
        place = ""
        if destination is None:
            flags |= _STDOUT
        else:
            place, there = _place(destination)
            flags |= there
        self.sources.append(hash(normal_name(name.source)))
        self.destinations.append(hash(destination))
        self.real_sources.append(hash(real))
        self.places.append(hash(place))
        skip = request.skip_existing and flags & _EXISTS
        self.weights.append(0.0 if skip else weight_of(size, encoder_of(destination)))
        self.flags.append(flags)


def check_names(request: Request, reports: Mapping[str, str | None] = _NO_REPORTS) -> Checked:
    """Check every name before any work.

    Args:
        request: The sources and their destinations.
        reports: Other files that will be written, by the option that names them.

    Raises:
        UsageError: If two results have the same destination, a result would replace a source
            without ``in_place``, or a report would replace either.
        DestinationExists: If a destination exists and is neither to be replaced nor skipped.
        MissingData: If a folder has no images.
    """
    _real_folder.cache_clear()  # relative paths change with the current directory
    found, left_out = _Found(), LeftOut()
    for name in request.names(left_out):
        found.add(name, request)
    sources, destinations, real, places = (
        np.frombuffer(hashes, np.int64)
        for hashes in (found.sources, found.destinations, found.real_sources, found.places)
    )
    flags = np.frombuffer(found.flags, np.uint8)
    file = flags & _STDOUT == 0
    for option, report in reports.items():
        check_json_file(report, [Path(request.listed)] if request.listed else [], option)
    _check_reports(reports, file, real, places)
    kept = np.ones(len(sources), bool)
    if request.ending:
        # The result of an earlier run, beside its source, is not a source.
        made = destinations[file]
        # Not setdiff1d: it imports masked arrays, which takes 20 ms.
        made = made[~np.isin(made, sources[flags & _GIVEN != 0])]
        kept = ~np.isin(sources, made)
    there = flags & _EXISTS != 0
    twice = _repeated(places, kept & file)
    others = np.isin(places, real[kept]) & (places != real)
    replaces = others | ((places == real) & (not request.in_place))
    wrong = twice | (flags & _FOLDER != 0) | (replaces & ~(there & request.skip_existing))
    if not (request.replaces or request.skip_existing):
        wrong |= there
    wrong &= kept & file
    if wrong.any():
        index = int(wrong.argmax())
        earlier = int(((places == places[index]) & kept).argmax()) if twice[index] else None
        _refuse(request, index, earlier, int(flags[index]), bool(replaces[index]))
    weights = np.frombuffer(found.weights)
    taken = array("q", np.sort(sources[kept]).tobytes())
    return Checked(int(kept.sum()), float(weights[kept].sum()), taken, left_out)


def iter_jobs(request: Request, checked: Checked) -> Iterator[Job]:
    """Yield the jobs that were checked, while listing the sources a second time."""
    for name in request.names():
        key = hash(normal_name(name.source))
        at = bisect_left(checked.taken, key)
        if at == len(checked.taken) or checked.taken[at] != key:
            continue
        destination = request.destination(name)
        path = None if destination is None else Path(destination)
        skip = request.skip_existing and path is not None and exists(path)
        size = _size_of(name.source)
        weight = 0.0 if skip else weight_of(size, encoder_of(destination))
        yield Job(name.source, path, weight, skip, name.given)


def normal_name(source: str) -> str:
    """Return a source's path as `pathlib` formats it, to be compared with a destination."""
    folder, file = os.path.split(source)
    return join(normal(folder), file) if file else source


def _size_of(source: str) -> int:
    """Return the bytes of a source; 0 if it is not a file."""
    try:
        return 0 if source == STDIO else os.stat(source).st_size  # noqa: PTH116 - ten times as fast
    except (OSError, ValueError):
        return 0


def _real_source(source: str) -> tuple[str, int]:
    """Return (path without links, bytes) of a source; 0 bytes if it is not a file."""
    if source == STDIO:
        return "\0stdin", 0
    try:
        status = os.lstat(source)
        if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
            folder, file = os.path.split(source)
            return join(_real_folder(folder), file), status.st_size
    except (OSError, ValueError):  # reading it will report the error
        pass
    return identity(source), _size_of(source)


def _place(destination: str) -> tuple[str, int]:
    """Return (path without links, flags) of a destination."""
    try:
        os.lstat(destination)
    except (OSError, ValueError):
        folder, file = os.path.split(destination)
        return join(_real_folder(folder), file), 0
    path = Path(destination)
    flags = (_EXISTS if exists(path) else 0) | (_FOLDER if is_folder(destination) else 0)
    return identity(destination), flags


@lru_cache(256)
def _real_folder(folder: str) -> str:
    return str(resolved(Path(folder)))


def _repeated(places: NDArray[np.int64], among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of the chosen places occurred before."""
    chosen = np.flatnonzero(among)
    order = chosen[np.argsort(places[chosen], kind="stable")]
    out = np.zeros(len(places), bool)
    out[order[1:]] = places[order[1:]] == places[order[:-1]]
    return out


def _check_reports(
    reports: Mapping[str, str | None],
    file: NDArray[np.bool_],
    real: NDArray[np.int64],
    places: NDArray[np.int64],
) -> None:
    given = {option: report for option, report in reports.items() if report is not None}
    names = [report if report == STDIO else identity(report) for report in given.values()]
    if len(set(names)) < len(names):
        raise UsageError(" and ".join(given), "have the same destination")
    for (option, report), name in zip(given.items(), names, strict=True):
        if report == STDIO and not file.all():
            raise UsageError(f"the image and {option} -", "cannot both be written to stdout")
        if report != STDIO and (np.any(real == hash(name)) or np.any(places == hash(name))):
            raise UsageError(f"{option} {report}", "is an input or output of this command")


def _refuse(request: Request, index: int, earlier: int | None, flags: int, replaces: bool) -> None:
    """Raise the error of the name at ``index``, which is found by listing the names once more."""
    name = next(islice(request.names(), index, None))
    destination = request.destination(name)
    if earlier is not None:
        other = next(islice(request.names(), earlier, None)).source
        why = f"both {other} and {name.source} would be written to it"
        raise UsageError(destination, why)
    if flags & _FOLDER:
        raise UsageError(destination, "is a folder")
    if flags & _EXISTS and not (replaces or request.replaces or request.skip_existing):
        raise DestinationExists(destination, "already exists", "use --overwrite or --skip-existing")
    if replaces:
        other = "its own result" if destination == normal_name(name.source) else name.source
        why = f"is a source; {other} would replace it"
        raise UsageError(destination, why, "use --in-place to replace sources")

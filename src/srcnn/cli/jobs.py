"""From the words of ``srcnn upscale`` to a list of jobs; every mistake is found before work starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from srcnn.conversion.size import TargetSize
from srcnn.data.folder import is_pattern, pictures_in, pictures_like
from srcnn.errors import DestinationExists, UsageError
from srcnn.images.formats import SUFFIXES, Format, format_of_name

STDIO = "-"


@dataclass(frozen=True)
class Job:
    """One picture: where it comes from and where it goes; ``None`` is stdout."""

    source: str
    destination: Path | None
    skip: bool = False
    """The destination is there, and stays."""

    @property
    def name(self) -> str:
        """What messages call its source."""
        return "stdin" if self.source == STDIO else self.source

    @property
    def target_name(self) -> str:
        """What reports call its destination."""
        return STDIO if self.destination is None else str(self.destination)


def plan_jobs(
    sources: Sequence[str],
    output: str | None,
    size: TargetSize,
    format: str | None,
    suffix: str | None,
    recursive: bool,
    overwrite: bool,
    skip_existing: bool,
) -> list[Job]:
    """Every picture with its destination; `UsageError` for what cannot be or is there already."""
    if overwrite and skip_existing:
        raise UsageError("--overwrite", "goes not together with --skip-existing")
    if "" in (*sources, output):
        raise UsageError("a source or --output", "is empty")
    ending = size.suffix if suffix is None else suffix
    for part in (ending, format or ""):
        if "/" in part or "\\" in part:
            raise UsageError(f"'{part}'", "is no part of a file name")
    fmt = None if format is None else format_of_name(format)
    pictures = _expand(sources, recursive)
    several = [source for source, _ in pictures] != [sources[0]]
    if output == STDIO and several:
        raise UsageError("-o -", "stdout takes one picture")
    if output is not None and several and exists(Path(output)) and not is_folder(output):
        raise UsageError(output, "is no folder", "several pictures need one")
    jobs = []
    for source, below in pictures:
        destination = _destination(source, below, output, several, fmt, format, ending)
        if destination is not None and fmt is None:
            # A name that was asked for needs a known suffix; any other keeps the source's format.
            unknown = destination.suffix.lower() not in SUFFIXES
            if output is not None and not several and unknown and not _names_folder(output):
                format_of_name(destination.name)
        jobs.append(Job(source, destination))
    if ending:
        # What an earlier run left in a folder, beside its source, is no source.
        made = {job.destination for job in jobs} - {Path(source) for source in sources}
        jobs = [job for job in jobs if Path(job.source) not in made]
    return _checked(jobs, overwrite, skip_existing)


def check_json(target: str | None, jobs: Sequence[Job]) -> None:
    """`UsageError` where a JSON document would lie over a picture, or between its bytes."""
    if target == STDIO and any(job.destination is None for job in jobs):
        raise UsageError("the picture and --json -", "both want stdout")
    made = [job.destination for job in jobs if job.destination is not None]
    check_json_file(target, [*(Path(job.source) for job in jobs), *made])


def check_json_file(target: str | None, files: Iterable[Path]) -> None:
    """`UsageError` where a JSON document would lie over one of ``files``."""
    if target not in (None, STDIO) and resolved(Path(target)) in map(resolved, files):
        raise UsageError(f"--json {target}", "is a file that this works on")


def _expand(sources: Sequence[str], recursive: bool) -> list[tuple[str, Path]]:
    """(source, folder below the output where its result belongs) of every picture."""
    found: list[tuple[str, Path]] = []
    for source in sources:
        folder = Path(source)
        if is_folder(source):
            for path in pictures_in(folder, recursive):
                found.append((str(path), path.parent.relative_to(folder)))
        elif is_pattern(source) and not exists(folder) and (like := pictures_like(source))[1]:
            found += [(str(path), path.parent.relative_to(like[0])) for path in like[1]]
        else:  # also a pattern that matches nothing, which is a file that is missing
            found.append((source, Path()))
    if [source for source, _ in found].count(STDIO) > 1:
        raise UsageError("-", "stdin is named twice")
    return found


def is_folder(source: str) -> bool:
    """Whether a source, or an output, is a folder that is there."""
    try:
        return source != STDIO and Path(source).is_dir()
    except OSError:  # a name too long for any file
        return False


def exists(path: Path) -> bool:
    """Whether something is there; a name too long for any file is not."""
    try:
        return path.exists()
    except OSError:  # writing there will fail and say so
        return False


def resolved(path: Path) -> Path:
    """The path without links, as far as they lead anywhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a link that leads to itself; reading will fail and say so
        return path.absolute()


def _names_folder(output: str) -> bool:
    return output.endswith(("/", "\\")) or is_folder(output)


def _destination(
    source: str,
    below: Path,
    output: str | None,
    several: bool,
    fmt: Format | None,
    format: str | None,
    ending: str,
) -> Path | None:
    if output == STDIO or (source == STDIO and output is None):
        return None
    path = Path("stdin.png" if source == STDIO else source)
    extension = path.suffix if fmt is None else f".{(format or '').lower().lstrip('.')}"
    name = f"{path.stem}{ending}{extension}"
    if output is None:
        return path.with_name(name)
    if several or _names_folder(output):
        return Path(output) / below / name
    return Path(output)


def _checked(jobs: list[Job], overwrite: bool, skip_existing: bool) -> list[Job]:
    left: list[Job] = []
    seen: dict[Path, str] = {}
    sources = {resolved(Path(job.source)): job.source for job in jobs}
    for job in jobs:
        if job.destination is not None:
            place = resolved(job.destination)
            if place in seen:
                raise UsageError(
                    job.destination, f"both {seen[place]} and {job.source} would be written there"
                )
            seen[place] = job.source
            if is_folder(str(job.destination)):
                raise UsageError(job.destination, "is a folder")
            if exists(job.destination):
                if skip_existing:
                    job = replace(job, skip=True)
                elif not overwrite:
                    raise DestinationExists(
                        job.destination, "is there already", "use --overwrite or --skip-existing"
                    )
            if not job.skip and sources.get(place, job.source) != job.source:
                raise UsageError(job.destination, f"is a source; {job.source} would replace it")
        left.append(job)
    return left

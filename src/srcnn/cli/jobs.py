"""From the words of ``srcnn upscale`` to a list of jobs; every mistake is found before work starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from srcnn.data.folder import is_pattern, pictures_in, pictures_like
from srcnn.engine.upscaler import check_scale, enlarged_size
from srcnn.errors import DestinationExists, UsageError
from srcnn.images.formats import SUFFIXES, Format, format_of_name
from srcnn.images.io import open_picture

STDIO = "-"


@dataclass(frozen=True)
class Job:
    """One picture: where it comes from and where it goes; ``None`` is stdout."""

    source: str
    destination: Path | None
    format: Format | None
    """``None``: the format of the source."""
    skip: bool = False
    """The destination is there, and stays."""

    @property
    def name(self) -> str:
        """What messages call its source."""
        return "stdin" if self.source == STDIO else self.source


@dataclass(frozen=True)
class Wanted:
    """The size that was asked for: a scale, or a box to fit into; nothing is distorted."""

    scale: float | None = None
    width: int | None = None
    height: int | None = None
    max_edge: int | None = None

    def __post_init__(self) -> None:
        box = [value for value in (self.width, self.height, self.max_edge) if value is not None]
        if self.scale is not None and box:
            raise UsageError("--scale", "goes not together with --width, --height, --max-edge")
        if self.max_edge is not None and len(box) > 1:
            raise UsageError("--max-edge", "goes not together with --width, --height")
        if any(value < 1 for value in box):
            raise UsageError("the size", "is not positive")
        if not box:
            object.__setattr__(self, "scale", 3.0 if self.scale is None else self.scale)
            check_scale(self.scale or 0.0)

    def size_of(self, height: int, width: int, name: str) -> tuple[tuple[int, int], float]:
        """((height, width) of the result, the scale) for a picture of this size."""
        if self.scale is not None:
            return enlarged_size(height, width, self.scale), self.scale
        limits = [
            limit / side
            for limit, side in (
                (self.width, width),
                (self.height, height),
                (self.max_edge, max(height, width)),
            )
            if limit is not None
        ]
        scale = min(limits)
        if scale <= 1:
            raise UsageError(name, f"is {width} x {height} already", "srcnn only enlarges")
        return enlarged_size(height, width, scale), scale

    @property
    def suffix(self) -> str:
        """What the default name of a result ends in: ``_x3``, ``_x2.5``, ``_w1200``."""
        if self.scale is not None:
            return f"_x{self.scale:g}"
        parts = (("w", self.width), ("h", self.height), ("e", self.max_edge))
        return "_" + "".join(f"{letter}{value}" for letter, value in parts if value is not None)


def plan_jobs(
    sources: Sequence[str],
    output: str | None,
    wanted: Wanted,
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
    ending = wanted.suffix if suffix is None else suffix
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
        target = fmt
        if destination is not None and target is None:
            # A name without a known suffix keeps the source's format.
            target = SUFFIXES.get(destination.suffix.lower())
            if output is not None and not several and target is None and not _names_folder(output):
                format_of_name(destination.name)
        jobs.append(Job(source, destination, target))
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


def expected(job: Job, wanted: Wanted, max_pixels: int) -> tuple[int, str]:
    """(pixels of a job's result, name of its format) by its source's header; (0, "") if there is none."""
    pixels, encoder = 0, ""
    with suppress(Exception):  # what is wrong with it is said when its turn comes
        if job.source != STDIO and not job.skip:
            header = open_picture(job.source, max_pixels).header
            (height, width), _ = wanted.size_of(header.height, header.width, job.source)
            fmt = job.format or header.format
            pixels, encoder = height * width * (header.pages if fmt.pages else 1), fmt.name
    return pixels, encoder

"""The data sets of an evaluation: found, checked and named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from srcnn.data.catalog import locate, report_name
from srcnn.data.files import files_in, given_files
from srcnn.data.layouts import Files
from srcnn.data.pairs import check_pairs, without_results
from srcnn.errors import UsageError
from srcnn.evaluation.documents import Taken
from srcnn.evaluation.request import GivenFolders


@dataclass(frozen=True)
class Source:
    """A data set that was found.

    Attributes:
        title: Its name in the report.
        at: Its files by scale.
    """

    title: str
    at: dict[int, Files]

    def taken(self) -> Iterable[Taken]:
        """Yield the files that are used, for each scale."""
        for scale, files in self.at.items():
            yield Taken(self.title, scale, files)


def find_sources(
    names: Sequence[str],
    scales: Sequence[int],
    data_root: str | Path | None = None,
    given: GivenFolders | None = None,
) -> list[Source]:
    """Find the images of every data set for every scale, and check them.

    Args:
        names: Catalog names or folders.
        scales: The scales.
        data_root: Folder that holds the named data sets.
        given: A caller's own folders.

    Raises:
        MissingData: If a data set is missing, or has no low-resolution files for a scale.
        UsageError: If low-resolution files do not fit, or two names would clash in the report.
    """
    folders = {name: locate(name, data_root) for name in names}
    sources = {
        name: Source(
            report_name(name, folder),
            {scale: without_results(files_in(folder, scale)) for scale in scales},
        )
        for name, folder in folders.items()
    }
    if given is not None:
        files = {scale: given_files(given.high, given.low, scale) for scale in scales}
        sources[f"--hr {given.high}"] = Source(given.high.resolve().name, files)
    refuse_clashes("data sets", (source.title for source in sources.values()))
    for name, source in sources.items():
        for scale, files_at in source.at.items():
            refuse_clashes(f"pictures of {name}", (file.stem for file in files_at.high))
            check_pairs(files_at, scale)
    return list(sources.values())


def files_of(
    names: Sequence[str],
    scales: Sequence[int],
    data_root: str | Path | None = None,
    given: GivenFolders | None = None,
) -> list[Path]:
    """Return every file that an evaluation reads, including low-resolution files."""
    several = [files_in(locate(name, data_root), scale) for name in names for scale in scales]
    if given is not None:
        several += [given_files(given.high, given.low, scale) for scale in scales]
    return [path for files in several for path in (*files.high, *files.low.values())]


def refuse_clashes(what: str, names: Iterable[str]) -> None:
    """Check that names, which identify rows and saved images, are unique.

    Raises:
        UsageError: If a name is repeated.
    """
    for name, count in Counter(names).items():
        if count > 1:
            raise UsageError(what, f"{count} are named '{name}'", "rename all but one")

"""From the arguments of a command to the list of its tasks."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from srcnn.bulk.stores import Store, store_of
from srcnn.bulk.task import Task
from srcnn.data.folder import LeftOut
from srcnn.errors import DestinationExists, MissingData, SrcnnError, UsageError
from srcnn.images.formats import HEIC, SOURCE_SUFFIXES, result_format
from srcnn.images.heif_boxes import read_header


@dataclass(frozen=True)
class Names:
    """The sources of a command, and how their results are named.

    Attributes:
        sources: Files, folders and patterns, each a path or a URL, all in one store.
        output: Folder or prefix of the results.
        ending: Text that is added to the name of a source, such as ``_x3``.
        format: File extension of the results; None is that of the source.
        recursive: Whether to search folders recursively, and keep their tree.
    """

    sources: tuple[str, ...]
    output: str
    ending: str
    format: str | None = None
    recursive: bool = False


@dataclass
class Listing:
    """All pictures of a command.

    Attributes:
        source: Where they are.
        target: Where their results go.
        output: The folder or prefix of the results, as an absolute path or URL.
        tasks: Each picture once.
        left_out: Files in folders that are not sources.
    """

    source: Store
    target: Store
    output: str
    tasks: list[Task] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)

    def check_free(self) -> None:
        """Check that no destination exists.

        Raises:
            DestinationExists: If one does.
        """
        for task in self.there():
            fix = "use --overwrite or --skip-existing"
            raise DestinationExists(task.destination, "already exists", fix)

    def there(self) -> Iterator[Task]:
        """Yield the tasks whose destination exists."""
        existing = self.target.existing(self.output)
        for task in self.tasks:
            if (
                self.target.exists(task.destination)
                if existing is None
                else task.destination in existing
            ):
                yield task


def list_tasks(names: Names) -> Listing:
    """List every picture of a command, and name its result.

    Raises:
        MissingData: If a folder does not exist or has no pictures.
        MissingExtra: If a package is not installed.
        UsageError: If two results have the same name, the output is among the sources, or the
            sources are in several stores.
    """
    target, output = store_of(names.output)
    source, _ = store_of(names.sources[0])
    listing = Listing(source, target, output)
    destinations: dict[int, int] = {}
    for text in names.sources:
        for name, below, given in _found(text, names, listing):
            destination = _destination(name, below, names, listing)
            at = destinations.setdefault(hash(destination), len(listing.tasks))
            if at == len(listing.tasks):
                listing.tasks.append(Task(name, destination, given))
            elif (other := listing.tasks[at].source) != name:
                raise UsageError(destination, f"both {other} and {name} would be written there")
    return listing


def _found(text: str, names: Names, listing: Listing) -> Iterable[tuple[str, str, bool]]:
    """Yield (path, subfolder, whether it was named itself) of the pictures of one source."""
    store, source = store_of(text)
    if vars(store) != vars(listing.source):
        raise UsageError(
            text, "is in another store than the sources before it", "run once for each"
        )
    inside = names.recursive and f"{listing.output}/".startswith(f"{source}/")
    if inside or listing.output == source:
        why = f"is inside the source {source}, so results would become sources"
        raise UsageError(f"-o {names.output}", why, "use a folder outside")
    found = False
    for path, below in store.names(source, names.recursive, listing.left_out):
        found = True
        yield path, below, False
    if found:
        return
    if PurePosixPath(source).suffix.lower() not in SOURCE_SUFFIXES:
        why = "; ".join(["contains no images, or does not exist", *listing.left_out.lines()])
        raise MissingData(text, why)
    yield source, "", True


def _destination(source: str, below: str, names: Names, listing: Listing) -> str:
    name = PurePosixPath(source)
    suffix = name.suffix
    if names.format is not None:
        suffix = f".{names.format.lower().lstrip('.')}"
    elif suffix.lower() in HEIC.suffixes:
        suffix = _suffix_of_heic(listing.source, source)
    folder = f"{listing.output}/{below}" if below else listing.output
    return f"{folder}/{name.stem}{names.ending}{suffix}"


def _suffix_of_heic(store: Store, source: str) -> str:
    """Return the suffix of the result of a HEIC file: PNG for what JPEG does not support."""
    try:
        header = read_header(io.BytesIO(store.get(source)))
    except SrcnnError:  # reading the picture will report it
        return ".jpg"
    return result_format(HEIC, header.has_alpha(), header.bits() > 8).suffixes[0]

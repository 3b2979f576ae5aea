"""Download a data set into the data root, verifying each file."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pooch import HTTPDownloader
from requests import ConnectionError as NoConnection
from requests import RequestException, Timeout

from srcnn.data.catalog import DataSet, data_root, how_to_get, known
from srcnn.data.photos import origins
from srcnn.data.verify import checksums, digest, verify
from srcnn.errors import DestinationExists, InputError, MissingData, SrcnnError
from srcnn.images.files import remove_parts, write_atomically

_AT_ONCE = 4
"""Concurrent downloads; more than one, because latency dominates rather than bandwidth."""


@dataclass(frozen=True)
class Order:
    """The files of a data set that have to be downloaded.

    Attributes:
        name: Name of the data set in the catalog.
        folder: Where the files go.
        files: SHA-256 of each missing file by name; ``None`` if it is unknown.
    """

    name: str
    folder: Path
    files: dict[str, str | None]


def order(name: str, root: str | Path | None = None) -> Order:
    """Return what has to be downloaded to complete a data set.

    Args:
        name: Name of the data set in the catalog.
        root: The data root; see `srcnn.data.catalog.data_root`.

    Raises:
        MissingData: The data set is unknown, or it is incomplete and cannot be downloaded.
        DestinationExists: Its folder contains other images, which would be evaluated or trained on
            with it. No file is overwritten.
    """
    folder = data_root(root) / name
    findings = verify(name, folder)
    for files, why in (
        (findings.changed, f"is not the file of {name}"),
        (findings.extra, f"is not an image of {name}"),
    ):
        if files:
            raise DestinationExists(folder / files[0], why, "move it away and fetch again")
    if findings.missing and not known(name).origin:
        repositories, packages = origins()
        why = (
            f"cannot be downloaded as a whole; it was cut from {len(repositories)} GitHub repositories and "
            f"{len(packages)} Debian packages"
        )
        raise MissingData(f"data set '{name}'", why, how_to_get(name))
    sums = checksums(name)
    return Order(name, folder, {file: sums[file] for file in findings.missing})


def fetch(order: Order, progress: Callable[[int], None] | None = None) -> list[InputError]:
    """Download the ordered files.

    A file appears in the folder only when it is complete and its checksum, if known, is right.

    Args:
        order: The result of the function `order`.
        progress: Called with the number of finished files.

    Returns:
        The failures; a failed download leaves nothing behind.

    Raises:
        OutputError: The folder cannot be written.
        SrcnnError: The server cannot be reached.
    """
    data = known(order.name)
    failures = []
    remove_parts(order.folder)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        futures = [
            pool.submit(_fetch_file, data, order.folder / file, sha256)
            for file, sha256 in order.files.items()
        ]
        try:
            for done, future in enumerate(as_completed(futures), 1):
                try:
                    future.result()
                except InputError as error:
                    failures.append(error)
                if progress is not None:
                    progress(done)
        finally:
            # Downloads in progress finish by themselves; no new ones start.
            pool.shutdown(cancel_futures=True)
    return failures


def _fetch_file(data: DataSet, destination: Path, sha256: str | None) -> None:
    url = data.url(destination.name)
    received = io.BytesIO()
    try:
        HTTPDownloader(stream=False)(url, received, None)
    except (NoConnection, Timeout) as error:
        raise SrcnnError(
            urlsplit(url).netloc,
            "cannot be reached",
            "check the network and fetch again; fetched files are kept",
        ) from error
    except RequestException as error:
        code = error.response.status_code if error.response is not None else None
        why = f"the server answered {code}" if code else "the download was interrupted"
        raise InputError(url, why, "try again later") from error
    # Without a checksum, at least make sure that it is an image and not a proxy's error page.
    found = digest(received.getvalue(), data.checked if sha256 else "pixels", url)
    if sha256 not in (None, found):
        raise InputError(url, "has the wrong checksum", "the file was deleted")
    write_atomically(destination, received.getvalue())

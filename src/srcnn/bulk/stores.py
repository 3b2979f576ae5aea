"""Places that hold files: folders of this machine, and object stores through fsspec.

A path is absolute on this machine (``/data/a.png``), or a URL (``s3://bucket/a.png``), so it means the
same in every worker. A store can be pickled.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from srcnn._optional import need
from srcnn.data.folder import LeftOut, is_pattern, picture_names, pictures_like, why_left_out
from srcnn.errors import InputError, LimitError, MissingExtra, OutputError, SrcnnError, StoreError
from srcnn.images.files import remove_parts, write_atomically, writing

_URL = re.compile(r"([a-z][a-z0-9+.-]+)://")
_PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
}
"""Package of each object store. These stores show a new object only once it is complete."""
_FOLDERS = 64
"""Number of folders remembered as tidy; results arrive folder by folder."""


class Store(Protocol):
    """Files by their paths. Errors of every method are `SrcnnError`."""

    def names(self, source: str, recursive: bool, left_out: LeftOut) -> Iterator[tuple[str, str]]:
        """Yield (path, subfolder) of the pictures that a source means: a folder or a pattern.

        Nothing is yielded for the path of a single picture.

        Args:
            source: Path or pattern.
            recursive: Whether to search folders recursively.
            left_out: Counts other files.
        """
        ...

    def existing(self, folder: str) -> set[str] | None:
        """Return the paths of all files below a folder; None if calling `exists` is faster.

        Args:
            folder: Path of the folder.
        """
        ...

    def exists(self, path: str) -> bool:
        """Return whether a path exists.

        Args:
            path: Path of a file or a folder.
        """
        ...

    def source(self, path: str, max_bytes: int) -> tuple[Path | bytes, int]:
        """Return a picture to read, and its size in bytes.

        Args:
            path: Path of the picture.
            max_bytes: Limit for its size.
        """
        ...

    def place(self, path: str) -> AbstractContextManager[Path]:
        """Return a local path to write a file to, which is in the store once the block has ended.

        Other readers see all of the file, or nothing. The block need not write it.

        Args:
            path: Path of the file in the store.
        """
        ...

    def write(self, path: str, data: bytes) -> None:
        """Write a small file; other readers see all of it, or nothing.

        Args:
            path: Path of the file.
            data: Its content.
        """
        ...

    def get(self, path: str) -> bytes:
        """Return the content of a file.

        Args:
            path: Path of the file.
        """
        ...

    def list(self, folder: str) -> list[str]:
        """Return the paths of the files in a folder, sorted; a missing folder has none.

        Args:
            folder: Path of the folder.
        """
        ...

    def remove(self, path: str) -> None:
        """Remove a file.

        Args:
            path: Path of the file.
        """
        ...

    def tidy(self, folder: str) -> None:
        """Remove unfinished files of killed processes from a folder.

        Args:
            folder: Path of the folder.
        """
        ...


class Folders:
    """The file system of this machine, or one that all machines of a cluster share."""

    def names(self, source: str, recursive: bool, left_out: LeftOut) -> Iterator[tuple[str, str]]:
        """See `Store.names`."""
        if Path(source).is_dir():
            for path in picture_names(source, recursive, left_out):
                yield path, _below(path, source)
        elif is_pattern(source) and not Path(source).exists():
            start, found = pictures_like(source)
            for each in found:
                yield str(each), _below(str(each), str(start))

    def existing(self, folder: str) -> set[str] | None:
        """See `Store.existing`."""
        return None

    def exists(self, path: str) -> bool:
        """See `Store.exists`."""
        return os.path.lexists(path)

    def source(self, path: str, max_bytes: int) -> tuple[Path | bytes, int]:
        """See `Store.source`. The size is checked when the picture is opened."""
        size = 0
        with suppress(OSError, ValueError):  # opening it reports the error
            size = os.stat(path).st_size  # noqa: PTH116
        return Path(path), size

    @contextmanager
    def place(self, path: str) -> Iterator[Path]:
        """See `Store.place`. The block must write the file atomically."""
        yield Path(path)

    def write(self, path: str, data: bytes) -> None:
        """See `Store.write`."""
        write_atomically(Path(path), data)

    def get(self, path: str) -> bytes:
        """See `Store.get`."""
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise InputError(path, f"cannot be read ({error.strerror})") from None

    def list(self, folder: str) -> list[str]:
        """See `Store.list`."""
        try:
            return sorted(entry.path for entry in os.scandir(folder) if entry.is_file())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise OutputError(folder, f"cannot be read ({error.strerror})") from None

    def remove(self, path: str) -> None:
        """See `Store.remove`."""
        with writing(Path(path)):
            Path(path).unlink(missing_ok=True)

    def tidy(self, folder: str) -> None:
        """See `Store.tidy`. A folder is looked at once."""
        _tidy(folder)


class Objects:
    """An object store, or anything else that fsspec opens."""

    def __init__(self, scheme: str) -> None:
        """Use the store of a scheme, such as ``s3``.

        Raises:
            MissingExtra: If its package is not installed.
            UsageError: If fsspec does not know the scheme.
        """
        self.scheme = scheme
        self._is_atomic = scheme in _PACKAGES
        _check_package(scheme)

    @property
    def _files(self) -> Any:
        import fsspec

        with _asking(f"{self.scheme}://"):
            # fsspec opens it once in each process. A cached listing holds 1 kB for each object.
            return fsspec.filesystem(self.scheme, use_listings_cache=False)

    def _url(self, path: str) -> str:
        return f"{self.scheme}://{path.lstrip('/') if self._is_atomic else path}"

    def names(self, source: str, recursive: bool, left_out: LeftOut) -> Iterator[tuple[str, str]]:
        """See `Store.names`."""
        files = self._files
        plain = files._strip_protocol(source)
        with _asking(source):
            if is_pattern(plain) and not files.exists(source):
                start = plain[: re.search(r"[*?\[]", plain).start()].rpartition("/")[0]  # type: ignore[union-attr]
                found = sorted(files.glob(plain))
            elif files.isdir(source):
                start = plain
                found = sorted(files.find(plain, maxdepth=None if recursive else 1))
            else:
                return
        for path in found:
            below = _below(path, start)
            name = path.rpartition("/")[2]
            if any(part.startswith(".") for part in (*below.split("/"), name)):
                continue
            if (reason := why_left_out(name)) is None:
                yield self._url(path), below
            elif not path.endswith("/"):
                left_out.add(reason, name)

    def existing(self, folder: str) -> set[str] | None:
        """See `Store.existing`. One listing takes far fewer requests than a question for each file."""
        with _asking(folder):
            return {self._url(path) for path in self._files.find(folder)}

    def exists(self, path: str) -> bool:
        """See `Store.exists`."""
        with _asking(path):
            return bool(self._files.exists(path))

    def source(self, path: str, max_bytes: int) -> tuple[Path | bytes, int]:
        """See `Store.source`."""
        size = 0
        with _asking(path):
            size = int(self._files.info(path)["size"] or 0)
        if size > max_bytes:
            why = f"has over {max_bytes} bytes, the limit"
            raise LimitError(path, why, "raise it with {option}", "max_bytes")
        return self.get(path), size

    @contextmanager
    def place(self, path: str) -> Iterator[Path]:
        """See `Store.place`."""
        with TemporaryDirectory(prefix="srcnn-") as folder:
            local = Path(folder) / path.rpartition("/")[2]
            yield local
            if local.exists():
                self._put(local, path)

    def write(self, path: str, data: bytes) -> None:
        """See `Store.write`."""
        with self.place(path) as local:
            local.write_bytes(data)

    def _put(self, local: Path, path: str) -> None:
        files = self._files
        with _asking(path):
            if self._is_atomic:
                files.put_file(str(local), path)
                return
            folder, _, name = path.rpartition("/")
            files.makedirs(folder, exist_ok=True)
            part = f"{folder}/.srcnn-{os.getpid()}-{name}.part"
            files.put_file(str(local), part)
            files.mv(part, path)

    def get(self, path: str) -> bytes:
        """See `Store.get`."""
        with _asking(path):
            return bytes(self._files.cat_file(path))

    def list(self, folder: str) -> list[str]:
        """See `Store.list`."""
        found: list[str] = []
        with _asking(folder), suppress(FileNotFoundError):
            found = self._files.find(folder, maxdepth=1)
        return sorted(map(self._url, found))

    def remove(self, path: str) -> None:
        """See `Store.remove`."""
        with _asking(path):
            self._files.rm_file(path)

    def tidy(self, folder: str) -> None:
        """See `Store.tidy`. Nothing unfinished is visible in an object store."""


def is_url(path: str) -> bool:
    """Return whether a path names a store other than the file system of this machine."""
    found = _URL.match(path)
    return found is not None and found[1] != "file"


def store_of(path: str) -> tuple[Store, str]:
    """Return the store of a source or an output, and its path there, without a slash at its end.

    Raises:
        MissingExtra: If a package is not installed.
        UsageError: If the scheme of a URL is not known.
    """
    if is_url(path):
        scheme = path.partition("://")[0]
        return Objects(scheme), path.rstrip("/")
    return Folders(), os.path.abspath(path.removeprefix("file://"))  # noqa: PTH100 - keeps links


def _check_package(scheme: str) -> None:
    need("ray", f"{scheme}://", "fsspec")
    package = _PACKAGES.get(scheme)
    if package is not None and find_spec(package) is None:
        raise MissingExtra(f"{scheme}://", f"needs {package}", f"run: pip install {package}")
    from fsspec import get_filesystem_class

    try:
        get_filesystem_class(scheme)
    except (ImportError, ValueError) as error:
        raise MissingExtra(f"{scheme}://", error) from None


@contextmanager
def _asking(path: str) -> Iterator[None]:
    """Turn the exceptions of fsspec's stores, which share no base, into errors about a path."""
    try:
        yield
    except SrcnnError:
        raise
    except FileNotFoundError:
        raise InputError(path, "no such file") from None
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise StoreError(path, reason) from None


def _below(path: str, folder: str) -> str:
    """Return the folder of a path, relative to ``folder``; empty if it is that folder."""
    return path.rpartition("/")[0][len(folder) :].strip("/")


@lru_cache(_FOLDERS)
def _tidy(folder: str) -> None:
    remove_parts(Path(folder))

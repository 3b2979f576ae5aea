"""Write files atomically: at any time, either the old file or the complete new one exists.

Everything that the project writes uses `atomic_file`, so the same rules hold for every command:
links are followed, devices and pipes are written directly, and a file system that refuses to write
causes an error message without losing the old file.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO

from srcnn.errors import DestinationExists, OutputError, UsageError
from srcnn.terminal import say

with suppress(ImportError):  # does not exist on Windows
    import fcntl

_DAY = 86400.0
"""Age in seconds after which an unfinished file is removed if it cannot be locked."""
_LOST = (errno.EIO, errno.ENOSPC, errno.EDQUOT)
"""Errors of fsync that mean that data are lost; other errors mean that fsync is not supported."""
_REFUSED = (errno.EPERM, errno.EACCES, errno.EBUSY, errno.EROFS, errno.EXDEV)
"""Errors of file systems that allow writing to a file but not replacing it."""
_own: set[Path] = set()
"""Unfinished files of this process."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Convert an `OSError` inside the block to an `OutputError` about ``path``."""
    try:
        yield
    except OSError as error:
        raise OutputError(path, f"cannot be written ({error.strerror or error})") from None


@contextmanager
def atomic_file(destination: Path) -> Iterator[BinaryIO]:
    """Open a file that replaces ``destination`` when the block ends without an error.

    The file can be written, read and seeked. It lies beside ``destination``, locked, until it has
    been flushed to disk, and is removed after an error. Missing folders are created. Mode and owner
    of a replaced file are kept. If ``destination`` is a link, its target is replaced. If it is a
    device or a pipe, the bytes are written to it.

    Raises:
        OutputError: An `OSError` occurred.
    """
    with writing(destination):
        place = _followed(destination)
        if is_special(place):
            with TemporaryFile() as whole:
                yield whole
                whole.seek(0)
                with place.open("wb") as device:
                    copyfileobj(whole, device)
            return
        part, file = _new_part(place)
        try:
            with file:
                _take_after(place, file)
                yield file
                file.flush()
                _sync(file)
                if os.name == "nt":  # where an open file cannot be renamed, and has no lock
                    file.close()
                _put(part, place)
        finally:
            if part in _own:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
                _own.discard(part)


def _followed(destination: Path) -> Path:
    """Return the target of a link, even if it does not exist, or ``destination`` itself."""
    return Path(os.path.realpath(destination)) if destination.is_symlink() else destination


def is_special(place: Path) -> bool:
    """Return whether a path is a device, a pipe or a socket rather than a file or folder."""
    try:
        mode = place.stat().st_mode
    except OSError:  # the path does not exist, or writing will report the error
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _new_part(place: Path) -> tuple[Path, BinaryIO]:
    """Return a new locked file beside ``place``, or in the temporary folder if that is refused."""
    place.parent.mkdir(parents=True, exist_ok=True)
    folder = place.parent
    while True:
        part = folder / f".srcnn-{os.getpid()}-{uuid.uuid4().hex}.part"
        _own.add(part)
        try:
            file = part.open("x+b")
        except OSError as error:
            _own.discard(part)
            writable = place.is_file() and os.access(place, os.W_OK)
            if folder == place.parent and error.errno in _REFUSED and writable:
                folder = Path(tempfile.gettempdir())
                continue
            raise
        _lock(file, wait=True)
        # Another process may have removed it as abandoned before it was locked.
        if os.fstat(file.fileno()).st_nlink or os.name == "nt":
            return part, file
        file.close()
        _own.discard(part)


def _take_after(place: Path, file: BinaryIO) -> None:
    """Copy owner and mode of the file that will be replaced, as far as permitted."""
    if not (place.exists() and hasattr(os, "fchmod")):
        return
    old = place.stat()
    with suppress(OSError):
        os.fchown(file.fileno(), old.st_uid, old.st_gid)
    try:
        os.fchmod(file.fileno(), old.st_mode & 0o7777)
    except OSError as error:
        say(f"{place}: could not copy the permissions ({error.strerror})")


def _sync(file: BinaryIO) -> None:
    try:
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno in _LOST:
            raise


def _put(part: Path, place: Path) -> None:
    """Move a finished file to its place, or copy it if the file system does not allow replacing."""
    try:
        part.replace(place)
    except OSError as error:
        if error.errno not in _REFUSED or not place.is_file():
            raise
        _write_over(part, place)
        say(f"{place}: overwritten in place, because it could not be replaced ({error.strerror})")


def _write_over(part: Path, place: Path) -> None:
    """Copy a finished file over the one at ``place``, and remove it when the copy is complete.

    Raises:
        OutputError: The copy failed; the finished file stays, and the error names it.
    """
    # From here on the old file is lost, so the new one must survive any error or interruption. It
    # gets another name, because the next run removes unlocked parts.
    _own.discard(part)
    whole = part.with_suffix(".whole")
    try:
        part.replace(whole)
    except OSError:
        whole = part
    try:
        with whole.open("rb") as source, place.open("wb") as target:
            copyfileobj(source, target)
            target.flush()
            _sync(target)
    except OSError as error:
        why = f"was only partly written ({error.strerror}); the whole result is in {whole}"
        raise OutputError(place, why) from None
    with suppress(OSError):
        whole.unlink()


def check_free(destination: Path, replace: bool) -> None:
    """Check, before any work, that nothing is at a destination which must not be replaced.

    Args:
        destination: Where a file is going to be written.
        replace: Whether a file that is there may be replaced.

    Raises:
        UsageError: If it is a folder.
        DestinationExists: If it exists and is not to be replaced.
    """
    try:
        is_folder, exists = destination.is_dir(), destination.exists()
    except OSError:  # not a name that a file can have; writing will report it
        return
    if is_folder:
        raise UsageError(destination, "is a folder")
    if exists and not replace:
        raise DestinationExists(destination, "already exists", "use --overwrite")


def check_writable(destination: Path) -> None:
    """Check that `atomic_file` can write to a destination; create missing folders.

    Raises:
        OutputError: It cannot.
    """
    with writing(destination):
        place = _followed(destination)
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if is_special(place):
            if not os.access(place, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=place.parent):
            pass


def write_atomically(destination: Path, data: bytes) -> None:
    """Write ``data`` with `atomic_file`.

    Raises:
        OutputError: The file cannot be written.
    """
    with atomic_file(destination) as file:
        file.write(data)


def remove_parts(folder: Path) -> None:
    """Remove files that killed processes left unfinished in ``folder``.

    Files that are locked by a running process, on any machine, stay. If the file system does not
    support locks, files stay for a day.
    """
    for part in folder.glob(".srcnn-*.part"):
        with suppress(OSError), part.open("r+b") as file:
            if _lock(file) or time.time() - os.fstat(file.fileno()).st_mtime > _DAY:
                part.unlink()


def remove_own_parts() -> None:
    """Remove the unfinished files of this process, which must exit afterwards."""
    for part in list(_own):
        with suppress(OSError):
            part.unlink()


def _lock(file: BinaryIO, wait: bool = False) -> bool:
    """Lock a file until it is closed; return whether the file system supports locks.

    Raises:
        BlockingIOError: Another process holds the lock, and ``wait`` is false.
    """
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        raise
    except (OSError, NameError):  # the file system or the operating system has no locks
        return False
    return True

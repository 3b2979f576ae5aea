"""Writing a file so that the old one or the new one is there, never a part.

Everything that this project writes goes through `atomic_file`, so that each rule below holds for every
verb: links are followed, devices and pipes are written through, and what a file system refuses costs a
message and no result.
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

from srcnn.errors import OutputError
from srcnn.terminal import say

with suppress(ImportError):  # Windows has none
    import fcntl

_DAY = 86400.0
"""Age in seconds of a part that is removed where nobody can tell whether its writer lives."""
_LOST = (errno.EIO, errno.ENOSPC, errno.EDQUOT)
"""Errors of fsync that mean that data are lost; others mean that the file system has none."""
_REFUSED = (errno.EPERM, errno.EACCES, errno.EBUSY, errno.EROFS, errno.EXDEV)
"""Errors of a file system that does not let a file be replaced, though it may let it be written."""
_own: set[Path] = set()
"""Unfinished files of this process."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an `OSError` inside the block into the `OutputError` that ``path`` cannot be written."""
    try:
        yield
    except OSError as error:
        raise OutputError(path, f"cannot be written ({error.strerror or error})") from None


@contextmanager
def atomic_file(destination: Path) -> Iterator[BinaryIO]:
    """Open a file to write, read and seek that takes ``destination``'s place when the block ends well.

    It lies beside ``destination``, locked, until it is flushed to disk, and is removed if anything is
    raised. Missing folders are made; mode and owner of a replaced file are kept. Where ``destination``
    is a link, what it leads to is replaced; where it is a device or a pipe, the bytes are written to it.

    Raises:
        OutputError: For every `OSError`.
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
    """Return where a link leads, even if nothing is there yet; other paths as they are."""
    return Path(os.path.realpath(destination)) if destination.is_symlink() else destination


def is_special(place: Path) -> bool:
    """Return whether a path is something other than a file or folder: a device, a pipe, a socket."""
    try:
        mode = place.stat().st_mode
    except OSError:  # nothing there, or writing will say why
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _new_part(place: Path) -> tuple[Path, BinaryIO]:
    """Return a new locked file beside ``place``, or elsewhere if only ``place`` itself can be written."""
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
        # Another process may have taken it for abandoned before it was locked.
        if os.fstat(file.fileno()).st_nlink or os.name == "nt":
            return part, file
        file.close()
        _own.discard(part)


def _take_after(place: Path, file: BinaryIO) -> None:
    """Give a new file the owner and the mode of the one that it will replace, as far as that is allowed."""
    if not (place.exists() and hasattr(os, "fchmod")):
        return
    old = place.stat()
    with suppress(OSError):
        os.fchown(file.fileno(), old.st_uid, old.st_gid)
    try:
        os.fchmod(file.fileno(), old.st_mode & 0o7777)
    except OSError as error:
        say(f"{place}: its permissions could not be kept ({error.strerror})")


def _sync(file: BinaryIO) -> None:
    try:
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno in _LOST:
            raise


def _put(part: Path, place: Path) -> None:
    """Move a finished file to its place, by another way where the file system refuses the usual one."""
    try:
        part.replace(place)
    except OSError as error:
        if error.errno not in _REFUSED or not place.is_file():
            raise
        _write_over(part, place)
        say(f"{place}: was written over, since it could not be replaced ({error.strerror})")


def _write_over(part: Path, place: Path) -> None:
    """Copy a finished file into the one at ``place``, and remove it when the copy is whole.

    Raises:
        OutputError: If the copy fails; the finished file stays, and the error names it.
    """
    # From here on the old file is lost, so the new one must outlive any error or interruption. Under
    # another name, for the next run removes parts that nobody holds the lock of.
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
        why = f"could be written in part only ({error.strerror}); the whole result is in {whole}"
        raise OutputError(place, why) from None
    with suppress(OSError):
        whole.unlink()


def check_writable(destination: Path) -> None:
    """Raise `OutputError` if an `atomic_file` could not be made there. Missing folders are made."""
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
    """Write ``data`` as an `atomic_file`."""
    with atomic_file(destination) as file:
        file.write(data)


def remove_parts(folder: Path) -> None:
    """Remove what killed processes left unfinished in ``folder``.

    A part that a process holds the lock of stays, on whatever machine that process runs. Where the
    file system has no locks, a part stays for a day.
    """
    for part in folder.glob(".srcnn-*.part"):
        with suppress(OSError), part.open("r+b") as file:
            if _lock(file) or time.time() - os.fstat(file.fileno()).st_mtime > _DAY:
                part.unlink()


def remove_own_parts() -> None:
    """Remove the unfinished files of this process, which then has to end: they are being written."""
    for part in list(_own):
        with suppress(OSError):
            part.unlink()


def _lock(file: BinaryIO, wait: bool = False) -> bool:
    """Lock a file until it is closed; return whether the file system can.

    Raises:
        BlockingIOError: If somebody else holds the lock, unless this is to ``wait`` for it.
    """
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        raise
    except (OSError, NameError):  # no locks there, or none on this system
        return False
    return True

"""Writing a file so that the old one or the new one is there, never a part."""

from __future__ import annotations

import errno
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from srcnn.errors import OutputError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """An `OSError` inside the block becomes the `OutputError` that ``path`` cannot be written."""
    try:
        yield
    except OSError as error:
        raise OutputError(path, f"cannot be written ({error.strerror or error})") from None


@contextmanager
def atomic_file(destination: Path) -> Iterator[BinaryIO]:
    """A file to write, read and seek that takes ``destination``'s place when the block is left well.

    It lies beside ``destination`` until it is flushed to disk, and goes if anything is raised; an
    `OSError` becomes `OutputError`. Missing folders are made; the mode of a replaced file is kept.
    """
    # The process's number tells a later run whether its writer is still there.
    part = destination.parent / f".srcnn-{os.getpid()}-{uuid.uuid4().hex}.part"
    with writing(destination):
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
            with part.open("x+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if destination.exists():
                part.chmod(destination.stat().st_mode & 0o7777)
            part.replace(destination)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def check_writable(destination: Path) -> None:
    """Raise `OutputError` if an `atomic_file` could not be made there. Missing folders are made."""
    with writing(destination):
        if destination.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        destination.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=destination.parent):
            pass


def write_atomically(destination: Path, data: bytes) -> None:
    """Write ``data`` as an `atomic_file`."""
    with atomic_file(destination) as file:
        file.write(data)


def remove_parts(folder: Path, own: bool = False) -> None:
    """Remove what a killed process left unfinished in ``folder``; parts of a living one stay.

    With ``own`` also those of this process, which then has to end: they are being written.
    """
    for part in folder.glob(".srcnn-*.part"):
        writer = re.fullmatch(r"\.srcnn-(\d+)-\w+\.part", part.name)
        number = None if writer is None else int(writer[1])
        if number is None or (own and number == os.getpid()) or not _is_alive(number):
            with suppress(OSError):
                part.unlink()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # somebody else's, and alive
    return True

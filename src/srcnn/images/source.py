"""Sources of images: a path, the bytes of a file, or an open file."""

from __future__ import annotations

import io
import os
import stat
import weakref
from pathlib import Path
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import IO, Any, TypeAlias

from srcnn.errors import InputError, LimitError, UsageError

File: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]
"""Types that `srcnn.images.io.open_picture` accepts."""

_SPOOLED = 2**24
"""Bytes of a stream that are kept in memory; a longer stream goes to a temporary file."""
_CHUNK = 2**20
"""Bytes of a stream that are read at once."""


class SharedFile:
    """A seekable file for several readers, each with its own position.

    Attributes:
        size: Size of the file in bytes.
    """

    def __init__(self, file: IO[bytes]) -> None:
        """Share ``file``, which must stay open."""
        self._file = file
        self._lock = Lock()
        self.size = file.seek(0, io.SEEK_END)

    def open(self) -> IO[bytes]:
        """Return a reader at the start of the file; closing it leaves the file open."""
        return io.BufferedReader(_Reader(self))

    def read_at(self, position: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``position``."""
        with self._lock:
            self._file.seek(position)
            return self._file.read(size)


Stored: TypeAlias = Path | bytes | SharedFile
"""A source that can be opened repeatedly, each time at its start."""


class _Reader(io.RawIOBase):
    def __init__(self, file: SharedFile) -> None:
        self._shared = file
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._shared.size}
        self._position = max(0, start[whence] + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        data = self._shared.read_at(self._position, len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def name_of(source: object) -> str:
    """Return the name of a source for messages: its path, its size, or "a file"."""
    if isinstance(source, bytes | bytearray):
        return f"{len(source)} bytes"
    if isinstance(source, memoryview):
        return f"{source.nbytes} bytes"
    if isinstance(source, str | os.PathLike):
        return str(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "a file"


def store(source: File, name: str, max_bytes: int) -> Stored:
    """Return a source in a form that can be opened repeatedly.

    A seekable file is read from its start and must stay open while the image is used. A stream is
    copied to memory or to a temporary file.

    Args:
        source: The source.
        name: Its name in error messages.
        max_bytes: Largest size in bytes.

    Raises:
        InputError: ``source`` is the path of a pipe, a socket or a device.
        LimitError: ``source`` exceeds ``max_bytes``.
        UsageError: ``source`` has another type, or is a file in text mode.
        OSError: ``source`` cannot be read.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        _check_bytes(memoryview(source).nbytes, max_bytes, name)
        return bytes(source)
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        status = path.stat()
        # Opening a pipe would wait for its writer, and a device may never end.
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            why = "is a pipe, a socket or a device"
            raise InputError(name, why, "pipe it into: srcnn upscale -")
        _check_bytes(status.st_size, max_bytes, name)
        return path
    if not callable(getattr(source, "read", None)):
        why = "is not a path, bytes or a file"
        raise UsageError(type(source).__name__, why)
    try:
        start = source.read(0)
    except TypeError:
        why = "cannot be read in chunks"
        raise UsageError(type(source).__name__, why, "pass what its read() returns") from None
    if start != b"":
        raise UsageError(name, "is a file in text mode", "open it with mode 'rb'")
    # Some objects have no method but `read`.
    if not (hasattr(source, "seekable") and source.seekable()):
        return _spooled(source, name, max_bytes)
    shared = SharedFile(source)
    _check_bytes(shared.size, max_bytes, name)
    return shared


def open_stored(source: Stored) -> IO[bytes]:
    """Open a stored source at its start."""
    if isinstance(source, SharedFile):
        return source.open()
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _check_bytes(size: int, max_bytes: int, name: str) -> None:
    if size > max_bytes:
        why = f"has more than {max_bytes} bytes, the limit"
        raise LimitError(name, why, "raise it with {option}", "max_bytes")


def _spooled(stream: IO[bytes], name: str, max_bytes: int) -> SharedFile:
    """Copy a stream; the copy is closed together with the last image that reads it.

    Raises:
        LimitError: The stream exceeds ``max_bytes``.
    """
    copy: Any = SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115 - closed below
    try:
        # A stream may be endless, so read at most one byte more than allowed.
        while chunk := stream.read(min(_CHUNK, max_bytes + 1 - copy.tell())):
            copy.write(chunk)
            _check_bytes(copy.tell(), max_bytes, name)
        shared = SharedFile(copy)
    except BaseException:
        copy.close()
        raise
    weakref.finalize(shared, copy.close)
    return shared

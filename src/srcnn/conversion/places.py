"""Where a picture comes from, and where its result goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import IO, Any

from srcnn.conversion.conversion import Limits
from srcnn.errors import InputError, UsageError
from srcnn.images.files import atomic_file, writing
from srcnn.images.io import open_picture
from srcnn.images.picture import Picture

_CHUNK = 2**20
"""Bytes that are read from a file object at a time."""


@dataclass(frozen=True)
class Source:
    """A picture to be read.

    Attributes:
        content: Path, bytes or a binary file object.
        name: What messages call it.
    """

    content: Any
    name: str

    @classmethod
    def of(cls, value: Any) -> Source:
        """Return whatever a caller passed as a source.

        Raises:
            UsageError: If it is nothing that a picture can be read from.
        """
        if isinstance(value, Source):
            return value
        if isinstance(value, bytes | bytearray | memoryview):
            return cls(bytes(value), f"{memoryview(value).nbytes} bytes")
        if isinstance(value, str | os.PathLike):
            path = os.fsdecode(value)
            return cls(Path(path), path)
        if hasattr(value, "read"):
            return cls(value, _name_of(value))
        kinds = "a path, bytes or a binary file"
        raise UsageError(f"a source of type {type(value).__name__}", f"is not {kinds}")

    def open(self, limits: Limits) -> Picture:
        """Open the picture and read its header.

        Raises:
            InputError: If it is missing or not a picture.
            LimitError: If it is larger than ``limits``.
        """
        content = self.content
        if hasattr(content, "read") and not isinstance(content, Path):
            content = _read(content, limits.bytes, self.name)
        return open_picture(content, limits.pixels, self.name, limits.bytes)


@dataclass(frozen=True)
class Target:
    """Where a result is written.

    Attributes:
        place: Path, or a binary file object that can be written.
        name: What messages call it.
    """

    place: Any
    name: str

    @classmethod
    def of(cls, value: Any) -> Target:
        """Return whatever a caller passed as a target.

        Raises:
            UsageError: If nothing can be written there.
        """
        if isinstance(value, Target):
            return value
        if isinstance(value, str | os.PathLike):
            path = os.fsdecode(value)
            return cls(Path(path), path)
        if hasattr(value, "write"):
            return cls(value, _name_of(value))
        kinds = "a path or a binary file"
        raise UsageError(f"a target of type {type(value).__name__}", f"is not {kinds}")

    @property
    def suffix(self) -> str:
        """Suffix of a path in lower case, ``.png``; empty for a file object."""
        return self.place.suffix.lower() if isinstance(self.place, Path) else ""

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open a file to write, read and seek. Its bytes reach the target when it is whole.

        Raises:
            OutputError: If the target cannot be written.
        """
        if isinstance(self.place, Path):
            with atomic_file(self.place) as file:
                yield file
            return
        with NamedTemporaryFile(prefix="srcnn-") as spooled:
            yield spooled
            spooled.seek(0)
            try:
                copyfileobj(spooled, self.place)
                if hasattr(self.place, "flush"):
                    self.place.flush()
            except BrokenPipeError:  # the reader has left; the command line ends quietly
                raise
            except OSError as error:
                with writing(Path(self.name)):
                    raise error
            except TypeError:
                raise UsageError(self.name, "is a text file", "open it as binary") from None


def _name_of(file: Any) -> str:
    name = getattr(file, "name", None)
    return name if isinstance(name, str) else type(file).__name__


def _read(file: Any, max_bytes: int, name: str) -> bytes:
    """Return what a file gives, at most a byte more than allowed: it need not have an end."""
    data = BytesIO()
    try:
        while chunk := file.read(min(_CHUNK, max_bytes + 1 - data.tell())):
            data.write(chunk)
    except TypeError:
        raise UsageError(name, "is a text file", "open it as binary") from None
    except (OSError, ValueError) as error:  # ValueError: the file is closed
        raise InputError(name, f"cannot be read ({error})") from None
    return data.getvalue()

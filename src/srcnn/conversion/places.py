"""The source of an image and the target of its result."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, TypeAlias, cast

from srcnn.conversion.conversion import Limits
from srcnn.errors import UsageError
from srcnn.images.files import atomic_file, writing
from srcnn.images.io import open_picture
from srcnn.images.picture import Picture
from srcnn.images.pil import is_pil, open_pil
from srcnn.images.source import File, name_of

if TYPE_CHECKING:
    import PIL.Image

Writable: TypeAlias = str | os.PathLike[str] | IO[bytes]
"""Anything a result can be written to: a path, or a binary file object."""


@dataclass(frozen=True)
class Source:
    """An image to read.

    Attributes:
        content: A path, bytes, a binary file object or a PIL image.
        name: Name for messages.
    """

    content: File | PIL.Image.Image
    name: str

    @classmethod
    def of(cls, value: File | PIL.Image.Image | Source) -> Source:
        """Return the source for anything that a caller may pass."""
        if isinstance(value, Source):
            return value
        return cls(value, "PIL image" if is_pil(value) else name_of(value))

    def open(self, limits: Limits) -> Picture:
        """Open the image and read its header.

        Raises:
            InputError: If it is missing or not an image.
            LimitError: If it exceeds ``limits``.
            UsageError: If an image cannot be read from an object of this type.
        """
        if is_pil(self.content):
            return open_pil(self.content, limits.pixels, self.name)
        return open_picture(cast("File", self.content), limits.pixels, self.name, limits.bytes)


@dataclass(frozen=True)
class Target:
    """Where a result is written.

    Attributes:
        place: A path, or a writable binary file object.
        name: Name for messages.
    """

    place: Path | IO[bytes]
    name: str

    @classmethod
    def of(cls, value: Writable | Target) -> Target:
        """Return the target for anything that a caller may pass.

        Raises:
            UsageError: If it cannot be written to.
        """
        if isinstance(value, Target):
            return value
        if isinstance(value, str | os.PathLike):
            path = os.fsdecode(value)
            if "\0" in path:
                raise UsageError(path.replace("\0", "\\0"), "is not a valid file name")
            return cls(Path(path), path)
        if hasattr(value, "write"):
            _check_open(value)
            return cls(value, name_of(value))
        kinds = "a path or a binary file"
        raise UsageError(f"a target of type {type(value).__name__}", f"is not {kinds}")

    @property
    def suffix(self) -> str:
        """Lower-case suffix of a path, such as ``.png``; empty for a file object."""
        return self.place.suffix.lower() if isinstance(self.place, Path) else ""

    @property
    def exists(self) -> bool:
        """Whether a path exists already."""
        try:
            return isinstance(self.place, Path) and self.place.exists()
        except OSError:  # not a valid file name, as writing to it will report
            return False

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open a file to write, read and seek. Its bytes reach the target once it is complete.

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
            except BrokenPipeError:  # the reader is gone; the command line exits quietly
                raise
            except OSError as error:
                with writing(Path(self.name)):
                    raise error
            except TypeError:
                raise UsageError(self.name, "is a text file", "open it in binary mode") from None


def _check_open(file: object) -> None:
    """Check that a file object can take bytes, as far as that is visible.

    Raises:
        UsageError: If it is closed, a text file, or not open for writing.
    """
    if getattr(file, "closed", False):
        raise UsageError(name_of(file), "is closed", "pass an open file")
    if isinstance(file, io.TextIOBase):
        raise UsageError(name_of(file), "is a text file", "open it in binary mode")
    if isinstance(file, io.IOBase) and not file.writable():
        raise UsageError(name_of(file), "is not open for writing", "open it with mode 'wb'")

"""What workers get and return: a picture to enlarge, and a row of the manifest."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

from srcnn.conversion.conversion import Converted
from srcnn.conversion.failures import flag_line
from srcnn.errors import SrcnnError

RETRIED = ("OutputError", "StoreError")
"""Kinds of errors that say nothing about the picture, so the next run tries it again."""


class Task(NamedTuple):
    """One picture to enlarge."""

    source: str
    """Absolute path or URL."""
    destination: str
    """Absolute path or URL."""
    given: bool = True
    """Whether the source was named itself rather than found in a folder."""


@dataclass(frozen=True)
class Row:
    """What became of one picture: a row of the manifest.

    Attributes:
        source: Absolute path or URL of the picture.
        destination: Absolute path or URL of the result.
        ok: Whether the picture was enlarged, or skipped.
        skipped: Whether there was nothing to do, see ``reason``.
        reason: Why it was skipped.
        kind: Name of the error's class.
        error: The error, as one line.
        source_bytes: Size of the picture in bytes.
        result_bytes: Size of the result in bytes.
        width: Width of the result in pixels.
        height: Height of the result in pixels.
        scale: Enlargement factor.
        model: Name or file of the network.
        engine: Engine that ran it.
        precision: Precision in which it ran.
        passes: Trained scales of the passes, in order.
        warnings: What the format of the result cannot hold of the source.
        sha256: SHA-256 of the result, in hexadecimal.
        seconds: Time from the first byte read to the last one written.
    """

    source: str
    destination: str
    ok: bool = True
    skipped: bool = False
    reason: str | None = None
    kind: str | None = None
    error: str | None = None
    source_bytes: int | None = None
    result_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    scale: float | None = None
    model: str | None = None
    engine: str | None = None
    precision: str | None = None
    passes: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    sha256: str | None = None
    seconds: float | None = None

    @classmethod
    def failed(cls, task: Task, error: SrcnnError, seconds: float | None = None) -> Row:
        """Return the row of a picture that could not be enlarged."""
        return cls(
            task.source,
            task.destination,
            ok=False,
            kind=type(error).__name__,
            error=flag_line(error),
            seconds=seconds,
        )

    @classmethod
    def of(
        cls, task: Task, done: Converted, sizes: tuple[int, int | None], sha256: str | None
    ) -> Row:
        """Return the row of a picture that was enlarged or skipped.

        Args:
            task: The picture.
            done: What was done.
            sizes: Sizes of the picture and of the result, in bytes.
            sha256: SHA-256 of the result.
        """
        shared = {field.name for field in fields(Converted)} & {field.name for field in fields(cls)}
        values = {name: getattr(done, name) for name in shared - {"source", "destination"}}
        return cls(
            task.source,
            task.destination,
            source_bytes=sizes[0],
            result_bytes=sizes[1],
            sha256=sha256,
            **values,
        )

"""The errors of the service, and the one table from an error's class to its HTTP status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from srcnn.errors import (
    InputError,
    LimitError,
    MissingExtra,
    ModelError,
    OutputError,
    SrcnnError,
    UsageError,
)

_LONGEST = 200
"""Longest text of an answer, in characters."""
RETRY = "try again later"


class ForeignPage(SrcnnError):
    """A page of another site sent the request."""


class UnknownPath(SrcnnError):
    """Nothing is served at this path."""


class WrongMethod(SrcnnError):
    """The path is served, but not with this method."""


class SlowClient(SrcnnError):
    """The body did not arrive in time."""


class UnknownFormat(InputError):
    """The body is not a picture in a format that is read."""


class TooManyRequests(SrcnnError):
    """One client has as many requests in progress as it may have."""


class LargeHeaders(SrcnnError):
    """The headers are too large."""


class Busy(SrcnnError):
    """The queue is full, or the request waited too long in it."""


class WorkerDied(SrcnnError):
    """The worker ended before the result was complete."""


class NoSpace(SrcnnError):
    """The disk for results in progress is full."""


class TooSlow(SrcnnError):
    """The work took longer than its deadline."""


class ServerMistake(SrcnnError):
    """A mistake in the service itself."""


STATUS: dict[type[SrcnnError], int] = {
    UsageError: 400,
    ForeignPage: 403,
    UnknownPath: 404,
    ModelError: 404,
    WrongMethod: 405,
    SlowClient: 408,
    LimitError: 413,
    UnknownFormat: 415,
    MissingExtra: 415,  # of a format
    InputError: 422,
    OutputError: 422,  # the format of the result cannot hold it
    SrcnnError: 422,
    TooManyRequests: 429,
    LargeHeaders: 431,
    ServerMistake: 500,
    Busy: 503,
    WorkerDied: 503,
    NoSpace: 503,
    TooSlow: 504,
}
"""HTTP status of each class; a class that is not listed has that of its nearest base."""


class ErrorDocument(TypedDict):
    """An error in JSON.

    Attributes:
        what: What it is about, such as ``scale``.
        why: What is wrong with it.
        fix: What to do; empty if there is nothing to say.
        kind: Class of the error, such as ``InputError``.
    """

    what: str
    why: str
    fix: str
    kind: str


@dataclass(frozen=True)
class Refusal:
    """An error as the answer to a request; it crosses from a worker to the server.

    Attributes:
        status: HTTP status.
        document: What the body says.
        retry_after: Seconds after which the client may try again, or None.
    """

    status: int
    document: ErrorDocument
    retry_after: int | None = None

    @classmethod
    def of(cls, error: Exception, retry_after: int | None = None) -> Refusal:
        """Return the answer to a request that failed with ``error``."""
        if not isinstance(error, SrcnnError):
            error = ServerMistake("srcnn serve", type(error).__name__, "see its log")
        status = status_of(type(error))
        option = f"{error.option}=" if error.option else ""
        what, why, fix = (
            " ".join(text.replace("{option}", option).split())[:_LONGEST]
            for text in (error.what, error.why, _fix(error))
        )
        if status in (429, 503) and retry_after is None:
            retry_after = 1
        return cls(
            status, ErrorDocument(what=what, why=why, fix=fix, kind=_kind(error)), retry_after
        )


def status_of(kind: type[SrcnnError]) -> int:
    """Return the HTTP status of a class of errors."""
    return next(STATUS[base] for base in kind.__mro__ if base in STATUS)


def _kind(error: SrcnnError) -> str:
    return type(error).__name__


def _fix(error: SrcnnError) -> str:
    """Return the advice of an error; clients cannot raise a limit."""
    if isinstance(error, LimitError) and error.option:
        return "send a smaller picture, or ask for a smaller result"
    if error.option == "if_larger":
        return "reduce it with if_larger=reduce"
    return error.fix

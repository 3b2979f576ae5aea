"""What the server and a worker say to each other: lines of JSON, the first one with bytes behind it.

::

    server                            worker
                                      {"ready": seconds per multiplication}
    {"bytes": n, "query": {...}} + n bytes
                                      {"taken": true}
                                      {"deadline": seconds}        once the header is read
                                      {"done": {...}}  or  {"refused": {...}}
    ...                               ...

The result is a file in the worker's folder, so it does not pass through a pipe.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypedDict, cast

from srcnn.conversion.conversion import Converted
from srcnn.engine.options import Engine
from srcnn.serve.errors import Refusal
from srcnn.serve.limits import ServeLimits
from srcnn.serve.query import Query

RESULT = "result"
"""Name of the file of a result, in the worker's folder."""


@dataclass(frozen=True)
class Setup:
    """What a worker has to know when it starts."""

    limits: ServeLimits
    engine: Engine
    folder: str

    def text(self) -> str:
        """Return it as one line."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Setup:
        """Return what `text` has written."""
        given = json.loads(text)
        return cls(ServeLimits(**given["limits"]), Engine(**given["engine"]), given["folder"])


class Report(TypedDict):
    """What was done, for the header ``Srcnn-Result`` of an answer.

    Attributes:
        format: Format of the result.
        width: Width of the result in pixels.
        height: Height of the result in pixels.
        scale: Factor by which the image was enlarged.
        model: Name of the network.
        passes: Scale of each network that ran, in order.
        warnings: What the format of the result cannot hold of the source.
        seconds: Time that the work took, without waiting.
    """

    format: str
    width: int
    height: int
    scale: float
    model: str
    passes: list[int]
    warnings: list[str]
    seconds: float


def report_of(done: Converted, fmt: str) -> Report:
    """Return the report of a conversion into the format ``fmt``."""
    row = done.row()
    return cast("Report", {"format": fmt} | {key: row[key] for key in _KEYS})  # type: ignore[literal-required]


_KEYS = tuple(key for key in Report.__annotations__ if key != "format")


def line(**message: object) -> bytes:
    """Return a message as a line."""
    return json.dumps(message).encode("ascii") + b"\n"


def job_line(size: int, query: Query) -> bytes:
    """Return the line of a job, behind which the picture's ``size`` bytes follow."""
    return line(bytes=size, query=asdict(query))


def refused_line(refusal: Refusal) -> bytes:
    """Return the line of a job that failed."""
    return line(refused=asdict(refusal))


def refusal_of(message: Mapping[str, Any]) -> Refusal:
    """Return what `refused_line` has written."""
    return Refusal(**message["refused"])

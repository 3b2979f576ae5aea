"""The document ``/v1/models``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TypedDict

from srcnn._optional import has
from srcnn.images.formats import FORMATS, HEIC
from srcnn.serve.limits import ServeLimits
from srcnn.weights.shipped import model_rows
from srcnn.weights.store import default


class ModelsDocument(TypedDict):
    """What can be asked for.

    Attributes:
        schema: Version of this document.
        default: Name of the network that is used unless one is named.
        models: Card of each shipped network, with its ``file`` and number of ``parameters``.
        reads: Formats of images that are read.
        writes: Formats of results.
        limits: Limits of the service by name.
    """

    schema: int
    default: str
    models: list[Mapping[str, object]]
    reads: list[str]
    writes: list[str]
    limits: dict[str, float]


def models_document(limits: ServeLimits) -> ModelsDocument:
    """Return the shipped networks with their cards, the formats and the limits."""
    return ModelsDocument(
        schema=1,
        default=default(2),
        models=model_rows(),
        reads=[*FORMATS, *([HEIC.name] if has("heic") else [])],
        writes=[*FORMATS],
        limits=asdict(limits),
    )

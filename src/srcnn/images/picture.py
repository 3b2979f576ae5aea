"""An opened picture: what its header says, and pixels when they are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import LimitError
from srcnn.images.corrections import Corrected, corrected
from srcnn.images.exif_block import Change
from srcnn.images.formats import Format
from srcnn.images.metadata import Metadata
from srcnn.images.source import Stored


@dataclass(frozen=True)
class Header:
    """What is known of a picture before its pixels; width and height are as it is displayed."""

    width: int
    height: int
    channels: int
    """1 gray, 2 gray and alpha, 3 RGB, 4 RGBA."""
    dtype: np.dtype[Any]
    """uint8 or uint16."""
    format: Format
    pages: int = 1
    """Pages or frames in the file; the first is the picture."""
    metadata: Metadata = field(default_factory=Metadata, repr=False)
    """What the file carries beside the pixels."""
    cmyk: bool = False
    """Whether the file holds inks, of which the pixels are the sRGB colors."""
    turned: bool = False
    """Whether the pixels lie otherwise than in the file, by its orientation."""
    held: bool = False
    """Whether all pixels must be decoded, and are held, before the first row is there."""

    @property
    def has_alpha(self) -> bool:
        return self.channels in (2, 4)

    def metadata_for(self, size: tuple[int, int]) -> Metadata:
        """Return the metadata for the picture enlarged to ``size`` = (height, width)."""
        return self.corrected_for(size).metadata

    def corrected_for(self, size: tuple[int, int]) -> Corrected:
        """Return the metadata for the picture enlarged to ``size``, and what was done to them in words."""
        height, width = size
        across, down = width / self.width, height / self.height
        return corrected(self.metadata, Change(width, height, across, down, self.turned))


class Picture(ABC):
    """``header`` is read; pixels are decoded when `read` or `strips` is called.

    ``stored`` is the file, if it is one.
    """

    def __init__(self, name: str, header: Header) -> None:
        self.name = name
        self.header = header
        self.stored: Stored | None = None

    def read(self) -> NDArray[Any]:
        """All pixels: H x W for gray, H x W x C else; uint8 or uint16, RGB order, alpha last."""
        return next(self.strips(self.header.height))

    @abstractmethod
    def strips(self, rows: int) -> Iterator[NDArray[Any]]:
        """Pixels in strips of ``rows`` (the last may be lower), top to bottom; once per picture."""

    def pages(self) -> Iterator[Picture]:
        """Every page or frame, in order; each is to be read before the next one is asked for."""
        yield self

    def headers(self) -> list[Header]:
        """Of every page or frame; nothing is decoded."""
        return [self.header]


def check_pixels(headers: Iterable[Header], max_pixels: int, name: str) -> None:
    """`LimitError` when the pictures together have more than ``max_pixels``."""
    pixels = sum(header.width * header.height for header in headers)
    if pixels > max_pixels:
        raise LimitError(
            name,
            f"has {pixels} pixels, over the limit of {max_pixels}",
            "raise it with {option}",
            "max_pixels",
        )

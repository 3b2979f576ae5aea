"""An opened image: its header, and pixels on demand."""

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
    """What is known about an image before decoding; width and height are those displayed.

    Attributes:
        width: Width in pixels.
        height: Height in pixels.
        channels: 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA.
        dtype: uint8 or uint16.
        format: Format of the file.
        pages: Number of pages or frames in the file; the image is the first one.
        metadata: What the file contains besides the pixels.
        cmyk: Whether the file stores CMYK, which is converted to sRGB.
        turned: Whether pixels are rotated or mirrored because of the file's orientation.
        held: Whether the whole image must be decoded and kept in memory before the first row.
    """

    width: int
    height: int
    channels: int
    dtype: np.dtype[Any]
    format: Format
    pages: int = 1
    metadata: Metadata = field(default_factory=Metadata, repr=False)
    cmyk: bool = False
    turned: bool = False
    held: bool = False

    @property
    def has_alpha(self) -> bool:
        """Whether the image has an alpha channel."""
        return self.channels in (2, 4)

    def metadata_for(self, size: tuple[int, int]) -> Metadata:
        """Return the metadata for the image enlarged to ``size`` = (height, width)."""
        return self.corrected_for(size).metadata

    def corrected_for(self, size: tuple[int, int]) -> Corrected:
        """Return the metadata for the image enlarged to ``size``, and what was changed in them."""
        height, width = size
        across, down = width / self.width, height / self.height
        return corrected(self.metadata, Change(width, height, across, down, self.turned))


class Picture(ABC):
    """An opened image, whose pixels are decoded when `read` or `strips` is called.

    Attributes:
        name: Name in error messages.
        header: What is known before decoding.
        stored: The file, if there is one.
    """

    def __init__(self, name: str, header: Header) -> None:
        """Store the name and the header."""
        self.name = name
        self.header = header
        self.stored: Stored | None = None

    def read(self) -> NDArray[Any]:
        """Return all pixels.

        Returns:
            (H, W) for gray, otherwise (H, W, C); uint8 or uint16, in RGB order with alpha last.

        Raises:
            InputError: The image cannot be decoded.
        """
        return next(self.strips(self.header.height))

    @abstractmethod
    def strips(self, rows: int) -> Iterator[NDArray[np.number]]:
        """Yield the pixels in strips from top to bottom; call it only once for each image.

        Args:
            rows: Height of a strip; the last one may be lower.

        Raises:
            InputError: The image cannot be decoded.
        """

    def pages(self) -> Iterator[Picture]:
        """Yield every page or frame in order; read each before requesting the next."""
        yield self

    def headers(self) -> list[Header]:
        """Return the headers of all pages or frames without decoding them."""
        return [self.header]


def check_pixels(headers: Iterable[Header], max_pixels: int, name: str) -> None:
    """Check the number of pixels of images.

    Raises:
        LimitError: Together they have more than ``max_pixels``.
    """
    pixels = sum(header.width * header.height for header in headers)
    if pixels > max_pixels:
        raise LimitError(
            name,
            f"has {pixels} pixels, over the limit of {max_pixels}",
            "raise it with {option}",
            "max_pixels",
        )

"""Checks of scales, sizes and arrays before an image is enlarged."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import LimitError, UsageError
from srcnn.images.quantize import peak

_LARGEST_SCALE = 1e6


def check_scale(scale: float) -> None:
    """Check that ``scale`` enlarges, to a size that can be represented.

    Raises:
        UsageError: If it does not.
    """
    if not isinstance(scale, int | float):
        raise UsageError(f"scale {scale!r}", "is not a number")
    if not scale > 1:  # this form also rejects NaN
        raise UsageError(f"scale {scale:g}", "must be above 1", "srcnn only enlarges")
    if scale > _LARGEST_SCALE:
        raise UsageError(f"scale {scale:g}", f"must be at most {_LARGEST_SCALE:g}")


def enlarged_size(height: int, width: int, scale: float) -> tuple[int, int]:
    """Return (height, width) of an image enlarged by ``scale``: floor(side * scale + 0.5)."""
    return math.floor(height * scale + 0.5), math.floor(width * scale + 0.5)


def check_size(sizes: Sequence[tuple[int, int]], max_pixels: int, what: object) -> None:
    """Check that images of ``sizes`` = (height, width) together have at most ``max_pixels`` pixels.

    Raises:
        LimitError: If they have more.
    """
    if sum(height * width for height, width in sizes) > max_pixels:
        pages = f"{len(sizes)} pages of " if len(sizes) > 1 else ""
        raise LimitError(
            what,
            f"would have {pages}{sizes[0][1]} x {sizes[0][0]} pixels, "
            f"over the limit of {max_pixels}",
            "raise it with {option}",
            "max_pixels",
        )


def check_image(image: NDArray[np.number]) -> None:
    """Check that an array has the shape and the dtype of an image.

    Raises:
        UsageError: If it does not.
    """
    channels = 1 if image.ndim == 2 else image.shape[2] if image.ndim == 3 else 0
    if channels not in (1, 2, 3, 4) or (image.ndim == 3 and channels == 1) or 0 in image.shape:
        raise UsageError(
            f"array of shape {image.shape}",
            "is not an image",
            "use (H, W) or (H, W, C), C = 1 to 4",
        )
    peak(image.dtype)

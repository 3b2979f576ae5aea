"""Selection of the part of an image that is worth a closer look."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.evaluation.compare import Comparison
from srcnn.images.crop import Scalar

_SMALLEST, _LARGEST = 32, 96
"""Smallest and largest side of a detail, in pixels. In between, it is a quarter of the image's
shorter side."""


class Box(NamedTuple):
    """A rectangle in pixels of the ground truth."""

    x: int
    y: int
    width: int
    height: int

    def cut(self, pixels: NDArray[Scalar]) -> NDArray[Scalar]:
        """Return the box of (H, W) or (H, W, C) pixels."""
        return pixels[self.y : self.y + self.height, self.x : self.x + self.width]


def parse_box(text: str) -> Box:
    """Parse ``X,Y,WIDTH,HEIGHT``.

    Raises:
        UsageError: If the text is not such a rectangle.
    """
    try:
        box = Box(*(int(part) for part in text.split(",")))
    except (ValueError, TypeError):  # TypeError: wrong number of values
        raise UsageError(f"--crop {text}", "must be X,Y,WIDTH,HEIGHT in pixels") from None
    if min(box.width, box.height) < 1 or min(box.x, box.y) < 0:
        raise UsageError(f"--crop {text}", "is empty, or begins outside the image")
    return box


def check_inside(box: Box, comparison: Comparison) -> None:
    """Check that a box is completely inside the image.

    Raises:
        UsageError: If it is not.
    """
    height, width = comparison.truth.shape[:2]
    if box.x + box.width > width or box.y + box.height > height:
        raise UsageError(
            f"--crop {','.join(map(str, box))}",
            f"ends outside the image, which is {width} x {height}"
            f" after cropping to a multiple of {comparison.scale}",
        )


def choose_box(comparison: Comparison) -> Box:
    """Return the square where bicubic errs most and the models differ most.

    It has the largest sum of sqrt(|bicubic - truth| (1 + largest - smallest of the models)). Each
    value is the mean over the channels, in gray levels.
    """
    bicubic, *_ = planes = [_plane(shown.pixels) for shown in comparison.models]
    spread = np.maximum.reduce(planes) - np.minimum.reduce(planes)
    worth = np.sqrt(np.abs(bicubic - _plane(comparison.truth)) * (1 + spread))
    return richest_box(worth)


def changed_box(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Box:
    """Return the square in which two images of the same size differ most."""
    return richest_box(np.abs(_plane(before) - _plane(after)))


def richest_box(worth: NDArray[np.float32]) -> Box:
    """Return the square with the largest sum of ``worth``, (H, W)."""
    height, width = worth.shape
    side = min(_LARGEST, max(_SMALLEST, min(height, width) // 4))
    box = (min(side, height), min(side, width))
    # Sums over all boxes, by an integral image.
    total = np.pad(worth.cumsum(0, np.float64).cumsum(1), [(1, 0), (1, 0)])
    sums = total[box[0] :, box[1] :] - total[: -box[0], box[1] :]
    sums = sums - total[box[0] :, : -box[1]] + total[: -box[0], : -box[1]]
    y, x = np.unravel_index(sums.argmax(), sums.shape)
    return Box(int(x), int(y), box[1], box[0])


def _plane(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    if pixels.ndim == 2:
        return pixels.astype(np.float32)
    plane: NDArray[np.float32] = pixels.mean(2, dtype=np.float32)
    return plane

"""The two crops of the evaluation protocol."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


def modcrop(image: NDArray[Any], scale: int) -> NDArray[Any]:
    """Crop right and bottom so that height and width of (H, W[, C]) are multiples of ``scale``."""
    height, width = image.shape[:2]
    return image[: height - height % scale, : width - width % scale]


def shave(image: NDArray[Any], border: int) -> NDArray[Any]:
    """Crop ``border`` pixels from each side of (H, W[, C])."""
    height, width = image.shape[:2]
    return image[border : height - border, border : width - border]

"""The two crops of the evaluation protocol."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)
"""The dtype, which a crop keeps."""


def modcrop(image: NDArray[Scalar], scale: int) -> NDArray[Scalar]:
    """Crop right and bottom so that height and width of (H, W[, C]) are multiples of ``scale``."""
    height, width = image.shape[:2]
    return image[: height - height % scale, : width - width % scale]


def shave(image: NDArray[Scalar], border: int) -> NDArray[Scalar]:
    """Crop ``border`` pixels from each side of (H, W[, C])."""
    height, width = image.shape[:2]
    return image[border : height - border, border : width - border]

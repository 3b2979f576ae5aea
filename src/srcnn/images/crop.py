"""The two crops of the evaluation protocol."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


def modcrop(image: NDArray[Any], scale: int) -> NDArray[Any]:
    """Cut right and bottom so that height and width are multiples of ``scale``. H x W or H x W x C."""
    height, width = image.shape[:2]
    return image[: height - height % scale, : width - width % scale]


def shave(image: NDArray[Any], border: int) -> NDArray[Any]:
    """Cut ``border`` pixels from each side. H x W or H x W x C."""
    height, width = image.shape[:2]
    return image[border : height - border, border : width - border]

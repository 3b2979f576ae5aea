"""Folders of pictures with low-resolution files beside them, as the field publishes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from srcnn.images.resize import imresize

from ..conftest import EXAMPLE


def crops(count: int = 2, side: int = 72) -> list[NDArray[np.uint8]]:
    """Return parts of the example photograph, (side, side, 3) uint8."""
    with Image.open(EXAMPLE) as whole:
        pixels = np.asarray(whole.convert("RGB"))
    return [pixels[30 * k : 30 * k + side, 40 * k : 40 * k + side] for k in range(count)]


def low_of(high: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """Return the low-resolution picture of the mod-cropped one."""
    height, width = (side // scale * scale for side in high.shape[:2])
    low: NDArray[np.uint8] = imresize(np.ascontiguousarray(high[:height, :width]), 1 / scale)
    return low


def save(path: Path, pixels: NDArray[np.uint8]) -> Path:
    """Write a picture, and the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def set_in_folders(
    place: Path,
    pictures: Sequence[NDArray[np.uint8]],
    scales: Sequence[int] = (2, 3),
    high: str = "HR/{name}.png",
    low: str = "LR_bicubic/X{scale}/{name}x{scale}.png",
) -> Path:
    """Write pictures called ``a``, ``b``, ... in a layout, and return ``place``.

    ``high`` and ``low`` are the paths in it; where ``high`` names the scale, there is one for each.
    """
    for name, pixels in zip("abcdefgh", pictures, strict=False):
        for scale in scales:
            sides = [side // scale * scale for side in pixels.shape[:2]]
            cropped = pixels[: sides[0], : sides[1]] if "{scale}" in high else pixels
            save(place / high.format(name=name, scale=scale), cropped)
            save(place / low.format(name=name, scale=scale), low_of(pixels, scale))
    return place

"""The judged pictures as files: the scored luma, and the same in colour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.degrade import enlarge, low_resolution
from srcnn.images.color import rgb_to_ycbcr, ycbcr_to_rgb
from srcnn.images.crop import modcrop
from srcnn.images.depth import to_float, to_uint8
from srcnn.images.encode import encode
from srcnn.images.files import write_atomically
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture


def save_judged(folder: Path, source: Path, luma: NDArray[np.uint8], scale: int) -> None:
    """Write ``<stem>_y.png``, the luma that was scored, and ``<stem>.png``, the picture in colour."""
    png = FORMATS["png"]
    write_atomically(folder / f"{source.stem}_y.png", encode(luma, png))
    picture = colouring(open_picture(source).read(), scale)(luma)
    write_atomically(folder / f"{source.stem}.png", encode(picture, png))


def colouring(pixels: NDArray[Any], scale: int) -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    """What gives a judged luma (H x W) the colours of a picture, if it has any: H x W x 3 uint8 RGB.

    Cb and Cr are enlarged from the low-res picture, never taken from the truth, ``pixels``.
    """
    truth = modcrop(pixels, scale)
    if truth.ndim == 2 or truth.shape[2] < 3:
        return lambda luma: luma
    ycbcr = rgb_to_ycbcr(to_float(truth[..., :3], np.float64))
    enlarged = enlarge(low_resolution(ycbcr, scale), scale)

    def coloured(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
        enlarged[..., 0] = to_float(luma, np.float64)
        return to_uint8(ycbcr_to_rgb(enlarged))

    return coloured

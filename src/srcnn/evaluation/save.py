"""The judged pictures as files: the scored luma, and the same in colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srcnn.evaluation.scoring import Judged
from srcnn.images.color import convert, gray_to_y
from srcnn.images.encode import encode
from srcnn.images.files import write_atomically
from srcnn.images.formats import FORMATS
from srcnn.images.quantize import to_float, to_uint8


def save_judged(folder: Path, judged: Judged, scale: int) -> None:
    """Write ``<name>_y.png``, H x W, the luma that was scored, and ``<name>.png``, the picture in colour.

    Raises `srcnn.errors.OutputError`.
    """
    png, name = FORMATS["png"], judged.original.name
    write_atomically(folder / f"{name}_y.png", encode(judged.luma, png))
    write_atomically(folder / f"{name}.png", encode(picture_of(judged, scale), png))


def picture_of(judged: Judged, scale: int) -> NDArray[np.uint8]:
    """H x W (gray) or H x W x 3 RGB.

    Where only luma was judged, Cb and Cr are enlarged from the low-res picture, never taken from the truth.
    """
    if judged.image.ndim == 3:
        return to_uint8(convert(judged.image, judged.space, "RGB"))
    if judged.original.gray:
        return judged.luma
    ycbcr = judged.original.bicubic(scale).copy()
    luma = to_float(judged.luma, np.float64)
    ycbcr[..., 0] = gray_to_y(luma) if "gray" in judged.views else luma
    return to_uint8(convert(ycbcr, "YCbCr", "RGB"))

"""The judged pictures as files: the scored luma, and the same in colour."""

from __future__ import annotations

from pathlib import Path

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
    """Write ``<stem>_y.png``, the luma that was scored, and ``<stem>.png``, the picture in colour.

    Cb and Cr are enlarged from the low-res picture, never taken from the truth.
    """
    png = FORMATS["png"]
    write_atomically(folder / f"{source.stem}_y.png", encode(luma, png))
    truth = modcrop(to_float(open_picture(source).read(), np.float64), scale)
    picture = luma
    if truth.ndim == 3 and truth.shape[2] >= 3:
        ycbcr = enlarge(low_resolution(rgb_to_ycbcr(truth[..., :3]), scale), scale)
        ycbcr[..., 0] = to_float(luma, np.float64)
        picture = to_uint8(ycbcr_to_rgb(ycbcr))
    write_atomically(folder / f"{source.stem}.png", encode(picture, png))

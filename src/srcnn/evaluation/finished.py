"""Score finished images: what any program made of an 8-bit RGB low-resolution image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.evaluation.reference import Original
from srcnn.images.color import rgb_to_ycbcr, y_to_gray
from srcnn.images.crop import modcrop, shave
from srcnn.images.quantize import to_float
from srcnn.metrics import psnr


def rgb_input(original: Original, scale: int) -> NDArray[np.uint8]:
    """Return the low-resolution image that programs are given: (h, w, 3) RGB uint8, by MATLAB's bicubic.

    A gray image is given as R = G = B.
    """
    low = original.low_file(scale)
    return np.dstack([low] * 3) if low.ndim == 2 else low


def score_rgb(original: Original, upscaled: NDArray[np.uint8], scale: int) -> float:
    """Return the PSNR, in dB, of the first view of the original's protocol.

    Args:
        original: The truth.
        upscaled: (H, W, 3) RGB uint8 of the size of the mod-cropped truth.
        scale: Enlargement; it decides how many pixels at the border are not scored.
    """
    image: NDArray[Any] = to_float(upscaled, np.float64)
    if original.gray:
        image = y_to_gray(rgb_to_ycbcr(image)[..., 0])
    view, truth = next(iter(original.truth.items()))
    made = original.protocol.views(image, "RGB")[view]
    border = original.protocol.shaved(scale)
    return psnr(shave(made, border), shave(modcrop(truth, scale), border))

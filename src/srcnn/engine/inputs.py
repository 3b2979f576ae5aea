"""What comes in goes out: a path, bytes, a numpy array or a PIL image as pixels, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.images.io import open_picture

_PIL_MODES = ("L", "LA", "RGB", "RGBA", "I;16")


def to_pixels(
    image: Any, max_pixels: int, max_bytes: int
) -> tuple[NDArray[Any], Callable[[NDArray[Any]], Any]]:
    """(pixels, function that makes the result's pixels the kind that ``image`` was).

    A path or bytes give a numpy array. Raises `UsageError` for any other kind, `LimitError`.
    """
    if isinstance(image, str | Path | bytes):
        return open_picture(image, max_pixels, max_bytes=max_bytes).read(), lambda pixels: pixels
    if isinstance(image, np.ndarray):
        return image, lambda pixels: pixels
    if hasattr(image, "getbands"):
        return _from_pil(image)
    raise UsageError(type(image).__name__, "is no path, bytes, numpy array or PIL image")


def _from_pil(image: Any) -> tuple[NDArray[Any], Callable[[NDArray[Any]], Any]]:
    from PIL import Image

    through = {"P": "RGBA" if image.has_transparency_data else "RGB", "1": "L"}
    if image.mode in through:
        image = image.convert(through[image.mode])
    if image.mode not in _PIL_MODES:
        raise UsageError(f"PIL mode {image.mode}", "is not supported", "convert it to RGB")
    profile = image.info.get("icc_profile")

    def back(pixels: NDArray[Any]) -> Any:
        result = Image.fromarray(pixels)
        if profile:
            result.info["icc_profile"] = profile
        return result

    return np.asarray(image), back

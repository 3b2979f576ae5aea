"""Images as callers hold them (files, arrays, tensors, PIL images), to pixels and back."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.images.io import open_picture
from srcnn.images.picture import Picture as Opened
from srcnn.images.pil import is_pil, open_pil, to_pil

if TYPE_CHECKING:
    import PIL.Image
    import torch

Picture = TypeVar("Picture", bound="NDArray[np.number] | PIL.Image.Image | torch.Tensor")
"""An image type that is returned as the type that was passed."""
Enlarge: TypeAlias = Callable[[NDArray[np.number], Opened | None], NDArray[np.number]]

_LOWEST, _HIGHEST = -0.5, 1.5
"""Bounds of floats that can be an image in [0, 1]. The overshoot of networks stays inside."""


def through(image: Any, enlarge: Enlarge, max_pixels: int, max_bytes: int) -> Any:
    """Apply ``enlarge`` to an image of any type and return the result as the same type.

    Args:
        image: See `srcnn.upscale`. A file is returned as an array.
        enlarge: Takes and returns pixels: (H, W) or (H, W, C), C = 2 to 4; uint8, uint16 or floats
            in [0, 1], in the machine's byte order. It also takes the file or PIL image that they
            were read from, or None.
        max_pixels: Largest number of pixels of a file or a PIL image.
        max_bytes: Largest size of a file, in bytes.

    Raises:
        UsageError: If the type is not supported, or the pixels are not an image.
        SrcnnError: If opening a file or ``enlarge`` fails.
    """
    if isinstance(image, np.ndarray):
        return _array(np.asarray(image), enlarge)  # np.matrix would always keep two axes
    if is_pil(image):
        picture = open_pil(image, max_pixels)
        pixels = enlarge(picture.read(), picture)
        return to_pil(pixels, picture.header.metadata_for((pixels.shape[0], pixels.shape[1])))
    if _is_tensor(image):
        return _tensor(image, enlarge)
    if isinstance(image, str | os.PathLike | bytes | bytearray | memoryview) or hasattr(
        image, "read"
    ):
        opened = open_picture(image, max_pixels, max_bytes=max_bytes)
        return enlarge(opened.read(), opened)
    raise UsageError(
        type(image).__name__,
        "is not an image",
        "pass a path, bytes, a file, an array, a tensor or a PIL image",
    )


def _array(image: NDArray[Any], enlarge: Enlarge) -> NDArray[Any]:
    if image.ndim == 3 and image.shape[2] == 1:
        return _array(image[..., 0], enlarge)[..., None]
    if image.dtype == np.bool_:
        return enlarge(image.astype(np.uint8) * np.uint8(255), None) >= 128
    _check_range(image)
    native = image.astype(image.dtype.newbyteorder("="), copy=False)
    return enlarge(native, None).astype(image.dtype, copy=False)


def _check_range(image: NDArray[np.number]) -> None:
    if image.dtype.kind != "f" or image.size == 0:
        return
    # Unlike min and max, these ignore NaN.
    low, high = float(np.fmin.reduce(image, None)), float(np.fmax.reduce(image, None))
    if low < _LOWEST or high > _HIGHEST:
        top = 255 if high <= 256 else 65535
        fix = f"divide by {top}" if low >= 0 and high <= 65536 else "scale them to [0, 1]"
        raise UsageError(f"floats from {low:g} to {high:g}", "are not in [0, 1]", fix)


def _is_tensor(image: object) -> bool:
    """Return whether an object is a torch tensor, without importing torch."""
    return any(
        kind.__module__ == "torch" and kind.__name__ == "Tensor" for kind in type(image).__mro__
    )


def _tensor(image: torch.Tensor, enlarge: Enlarge) -> torch.Tensor:
    import torch

    if image.ndim not in (3, 4) or image.shape[-3] not in (1, 2, 3, 4) or 0 in image.shape:
        shape = tuple(image.shape)
        raise UsageError(
            f"tensor of shape {shape}", "is not an image", "use (C, H, W) or (N, C, H, W)"
        )
    if not image.is_floating_point():
        raise UsageError(f"tensor of {image.dtype}", "is not an image", "use floats in [0, 1]")
    wide = torch.float64 if image.dtype == torch.float64 else torch.float32
    try:
        values = image.detach().to("cpu", wide).numpy()
    except (TypeError, RuntimeError):  # a sparse tensor, or one on the meta device
        raise UsageError("tensor", "its values cannot be read", "use a dense tensor") from None
    batch = values if image.ndim == 4 else values[None]
    _check_range(batch)
    made = [np.moveaxis(_array(np.moveaxis(one, 0, 2), enlarge), 2, 0) for one in batch]
    out = torch.from_numpy(np.stack(made)).to(image.device, image.dtype)
    return out if image.ndim == 4 else out[0]

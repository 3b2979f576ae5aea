"""Compression: encode an image to a lossy file and decode it."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from srcnn.images.degradations.step import Planes
from srcnn.images.quantize import to_float, to_uint8


@dataclass(frozen=True)
class Jpeg:
    """A JPEG file with libjpeg's tables.

    Attributes:
        quality: 1 to 100.
        subsampled: Whether chroma has half the resolution (4:2:0) or the full one (4:4:4).
    """

    quality: int
    subsampled: bool = True

    def encode(self, pixels: NDArray[np.uint8]) -> bytes:
        """Encode (h, w) gray or (h, w, 3) RGB pixels."""
        file = io.BytesIO()
        subsampling = "4:2:0" if self.subsampled else "4:4:4"
        Image.fromarray(pixels).save(file, "jpeg", quality=self.quality, subsampling=subsampling)
        return file.getvalue()

    def __call__(self, planes: Planes, random: np.random.Generator) -> Planes:
        """See `Step`."""
        return _decoded(self.encode(to_pixels(planes)), len(planes))

    def __str__(self) -> str:
        """Return a short description."""
        return f"JPEG {self.quality} {'4:2:0' if self.subsampled else '4:4:4'}"


@dataclass(frozen=True)
class Webp:
    """A lossy WebP file, whose chroma always has half the resolution.

    Attributes:
        quality: 1 to 100.
    """

    quality: int

    def encode(self, pixels: NDArray[np.uint8]) -> bytes:
        """Encode (h, w) gray or (h, w, 3) RGB pixels."""
        file = io.BytesIO()
        Image.fromarray(pixels).convert("RGB").save(file, "webp", quality=self.quality)
        return file.getvalue()

    def __call__(self, planes: Planes, random: np.random.Generator) -> Planes:
        """See `Step`."""
        return _decoded(self.encode(to_pixels(planes)), len(planes))

    def __str__(self) -> str:
        """Return a short description."""
        return f"WebP {self.quality}"


def to_pixels(planes: Planes) -> NDArray[np.uint8]:
    """Return (h, w) gray or (h, w, 3) RGB pixels, clamped and rounded to uint8."""
    pixels = to_uint8(planes)
    return pixels[0] if len(pixels) == 1 else np.ascontiguousarray(np.moveaxis(pixels, 0, 2))


def _decoded(file: bytes, channels: int) -> Planes:
    with Image.open(io.BytesIO(file)) as image:
        pixels = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    planes = pixels[None] if channels == 1 else np.moveaxis(pixels, 2, 0)
    return to_float(np.ascontiguousarray(planes))

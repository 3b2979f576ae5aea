"""Resizing by interpolation with one of several kernels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from srcnn.images.degradations.step import Planes
from srcnn.images.kernels import KERNELS, KernelName
from srcnn.images.resize import Resampling, Window, resize_window, window


@dataclass(frozen=True)
class Resize:
    """Interpolation to another size; borders are mirrored.

    Attributes:
        size: (height, width) of the result.
        kernel: Name of the kernel.
        antialias: Whether the kernel is stretched when the image shrinks, see `Resampling`.
    """

    size: tuple[int, int]
    kernel: KernelName = "bicubic"
    antialias: bool = True

    def __call__(self, planes: Planes, random: np.random.Generator) -> Planes:
        """See `Step`."""
        rows, columns = (
            _whole(old, new, self.kernel, self.antialias)
            for old, new in zip(planes.shape[1:], self.size, strict=True)
        )
        return resize_window(planes, rows, columns)

    def __str__(self) -> str:
        """Return a short description."""
        height, width = self.size
        aliased = "" if self.antialias else ", aliased"
        return f"{self.kernel} to {width} x {height}{aliased}"


@lru_cache(64)
def _whole(old: int, new: int, kernel: KernelName, antialias: bool) -> Window:
    """Return the weights that resize a whole axis."""
    return window(old, new, 0, new, Resampling(KERNELS[kernel], antialias))

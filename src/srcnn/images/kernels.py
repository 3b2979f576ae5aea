"""Interpolation kernels by name, as defined by MATLAB's ``imresize`` and Pillow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

KernelName = Literal["bicubic", "bilinear", "box", "lanczos"]


class Kernel(NamedTuple):
    """An interpolation kernel.

    Attributes:
        width: Width, in samples, of the interval outside which the kernel is 0.
        weigh: Function from distances, in samples, to weights, which need not sum to 1.
    """

    width: float
    weigh: Callable[[NDArray[np.float64]], NDArray[np.float64]]


def keys(x: NDArray[np.float64], a: float = -0.5) -> NDArray[np.float64]:
    """Evaluate Keys' cubic convolution kernel (IEEE Trans. ASSP 29(6), 1981; his ``a`` is -0.5)."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1.0
    far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x <= 1, near, np.where(x <= 2, far, 0.0))


def _triangle(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(1.0 - np.abs(x), 0.0)


def _box(x: NDArray[np.float64]) -> NDArray[Any]:
    return ((x >= -0.5) & (x < 0.5)).astype(np.float64)


def _lanczos(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0.0)


KERNELS: dict[KernelName, Kernel] = {
    "bicubic": Kernel(4, keys),
    "bilinear": Kernel(2, _triangle),
    "box": Kernel(1, _box),
    "lanczos": Kernel(6, _lanczos),
}
"""The kernels; ``box`` averages an area when an image shrinks, ``lanczos`` has three lobes."""

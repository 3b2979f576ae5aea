"""MATLAB's bicubic ``imresize``, with anti-aliasing, in float64.

Keys' kernel with a = -0.5; when a picture shrinks the kernel is stretched by 1 / scale. The axis that
shrinks most goes first, rows before columns on a tie, and integer pictures are rounded between the two
passes, as MATLAB does: with ``border="replicate"`` the result equals files that MATLAB wrote around
2014 bit for bit; today's MATLAB mirrors at the border, which is the default here.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.images.depth import peak, round_levels

Border = Literal["mirror", "replicate"]


def imresize(
    image: NDArray[Any],
    scale: float | None = None,
    border: Border = "mirror",
    *,
    size: tuple[int, int] | None = None,
) -> NDArray[Any]:
    """Resize an H x W or H x W x C picture; the dtype (uint8, uint16 or float) is kept.

    Give ``scale`` (the new size is ``ceil(scale * old)``, as in MATLAB) or ``size`` = (height, width);
    with ``size`` each axis has its own scale, new over old. Floats are not clamped.
    Raises `UsageError` for a picture without pixels or a size that makes none.
    """
    if image.ndim not in (2, 3) or 0 in image.shape:
        raise UsageError(f"imresize of shape {image.shape}", "needs H x W or H x W x C with pixels")
    if (scale is None) == (size is None):
        raise UsageError("imresize", "give either a scale or a size")
    if border not in ("mirror", "replicate"):
        raise UsageError(f"border '{border}'", "is not known", "use mirror or replicate")
    old = image.shape[:2]
    if scale is not None:
        if not (math.isfinite(scale) and scale > 0):
            raise UsageError(f"scale {scale}", "is not a positive number")
        size = (math.ceil(scale * old[0]), math.ceil(scale * old[1]))
        scales = (scale, scale)
    else:
        assert size is not None  # one of the two was given
        if min(size) < 1:
            raise UsageError(f"size {size}", "is not positive")
        scales = (size[0] / old[0], size[1] / old[1])
    whole = peak(image.dtype) > 1.0
    # Grey levels stay whole numbers here, so that exact halves remain exact and round as MATLAB's do.
    out = image.astype(np.float64)
    for axis in sorted((0, 1), key=lambda axis: scales[axis]):
        out = _gather(out, axis, *_taps(out.shape[axis], size[axis], scales[axis], border))
        if whole:
            out = round_levels(out, image.dtype).astype(np.float64)
    return out.astype(image.dtype)


def enlarge_window(
    planes: NDArray[np.float32],
    size: tuple[int, int],
    rows: tuple[int, int],
    columns: tuple[int, int],
) -> NDArray[np.float32]:
    """A window, rows and columns from-to, of C x H x W float32 planes enlarged to ``size``.

    Equal to the same window of ``imresize(..., size=size)`` to float32's rounding. Only the pixels that
    the window needs are looked at, and both passes are products with small matrices.
    """
    height, width = planes.shape[1:]
    top, bottom, down = _matrix(height, size[0], *rows)
    left, right, across = _matrix(width, size[1], *columns)
    between: NDArray[np.float32] = np.matmul(down, planes[:, top:bottom, left:right])
    out: NDArray[np.float32] = np.matmul(between, across.T)
    return out


@lru_cache(maxsize=64)
def _matrix(old: int, new: int, start: int, stop: int) -> tuple[int, int, NDArray[np.float32]]:
    """(first, last, M): output samples ``start`` to ``stop`` are M times input samples first to last."""
    weights, indices = _taps(old, new, new / old, "mirror", start, stop)
    first, last = int(indices.min()), int(indices.max()) + 1
    matrix = np.zeros((stop - start, last - first), np.float32)
    np.add.at(matrix, (np.arange(stop - start)[:, None], indices - first), weights)
    return first, last, matrix


def _gather(
    image: NDArray[Any], axis: int, weights: NDArray[np.float64], indices: NDArray[np.intp]
) -> NDArray[np.float64]:
    shape = [1] * image.ndim
    shape[axis] = len(weights)
    out: NDArray[np.float64] = weights[:, 0].reshape(shape) * image.take(indices[:, 0], axis)
    for k in range(1, weights.shape[1]):
        out += weights[:, k].reshape(shape) * image.take(indices[:, k], axis)
    return out


def _taps(
    old: int, new: int, scale: float, border: Border, start: int = 0, stop: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Weights and source indices, a row of taps for each output sample from ``start`` to ``stop``."""
    stretch = min(scale, 1.0)
    support = 4.0 / stretch
    # Centre of output sample i in input coordinates (samples at 0, 1, ...).
    centre = (np.arange(start, new if stop is None else stop) + 0.5) / scale - 0.5
    left = np.floor(centre - support / 2).astype(np.intp) + 1
    indices = left[:, None] + np.arange(math.ceil(support) + 1)
    weights = _keys(stretch * (centre[:, None] - indices))
    weights /= weights.sum(axis=1, keepdims=True)
    if border == "mirror":
        indices %= 2 * old
        indices = np.where(indices < old, indices, 2 * old - 1 - indices)
    else:
        indices = indices.clip(0, old - 1)
    used = weights.any(axis=0)
    return weights[:, used], indices[:, used]


def _keys(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keys' cubic convolution kernel, a = -0.5 (IEEE Trans. ASSP 29(6), 1981)."""
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x <= 1, near, np.where(x <= 2, far, 0.0))

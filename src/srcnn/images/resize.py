"""MATLAB's bicubic ``imresize``, with anti-aliasing, in float64.

Keys' kernel with a = -0.5; when a picture shrinks the kernel is stretched by 1 / scale. The axis that
shrinks most goes first, rows before columns on a tie, and integer pictures are rounded between the two
passes, as MATLAB does: with ``border="replicate"`` the result equals files that MATLAB wrote around
2014 bit for bit; today's MATLAB mirrors at the border, which is the default here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError
from srcnn.images.kernels import KERNELS, Kernel, keys
from srcnn.images.quantize import peak, round_levels

Border = Literal["mirror", "replicate"]


class Resampling(NamedTuple):
    """How samples are interpolated.

    Attributes:
        kernel: The kernel.
        antialias: Whether the kernel is stretched by 1 / scale where an image shrinks. Without that,
            detail finer than the new grid folds into coarser detail.
    """

    kernel: Kernel
    antialias: bool = True


BICUBIC = Resampling(KERNELS["bicubic"])
"""MATLAB's default."""


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


def resize_as_opencv(image: NDArray[Any], scale: float) -> NDArray[Any]:
    """OpenCV's ``INTER_CUBIC`` of H x W (x C) pixels: a = -0.75, borders repeated, and no anti-aliasing.

    A picture that shrinks is sampled with four taps, however small it becomes, so that what is finer than
    the new grid folds into coarser detail. The new size is ``floor(scale * old + 0.5)``. The dtype is kept
    as by `imresize`, integer pictures being rounded once, at the end.
    """
    out = image.astype(np.float64)
    for axis in (0, 1):
        old = out.shape[axis]
        new = math.floor(scale * old + 0.5)
        centre = (np.arange(new) + 0.5) * old / new - 0.5
        indices = np.floor(centre).astype(np.intp)[:, None] + np.arange(-1, 3)
        weights = keys(centre[:, None] - indices, a=-0.75)
        out = _gather(out, axis, weights, indices.clip(0, old - 1))
    return round_levels(out, image.dtype) if peak(image.dtype) > 1.0 else out.astype(image.dtype)


def blur_and_subsample(image: NDArray[np.float64], scale: int, sigma: float) -> NDArray[np.float64]:
    """Every ``scale``-th sample, each way, of H x W (x C) pixels blurred by a Gaussian; borders mirrored.

    A sample lies in the middle of the ``scale`` x ``scale`` pixels that it stands for, as `imresize` has
    it: between two pixels where ``scale`` is even. ``sigma`` is in pixels of ``image``, whose sides are
    multiples of ``scale``.
    """
    out = image
    for axis in (0, 1):
        old = out.shape[axis]
        centre = np.arange(old // scale) * scale + (scale - 1) / 2
        reach = math.ceil(4 * sigma)
        # As many taps on either side of the middle.
        first = np.ceil(centre - reach).astype(np.intp)
        indices = first[:, None] + np.arange(2 * reach + scale % 2)
        weights = np.exp(-((centre[:, None] - indices) ** 2) / (2 * sigma**2))
        weights /= weights.sum(axis=1, keepdims=True)
        out = _gather(out, axis, weights, _mirrored(indices, old))
    return out


class Window(NamedTuple):
    """Output samples of one axis: ``matrix`` times the input samples from ``first`` to ``last``."""

    first: int
    last: int
    matrix: NDArray[np.float32]


def window(old: int, new: int, start: int, stop: int, resampling: Resampling = BICUBIC) -> Window:
    """Samples ``start`` to ``stop`` of an axis of ``old`` samples resized to ``new``, borders mirrored.

    Samples before 0 and from ``new`` on repeat the nearest one: what a network is padded with.
    """
    return windows(old, new, start, stop, stop - start, resampling)[0]


def windows(
    old: int,
    new: int,
    start: int,
    stop: int,
    length: int,
    resampling: Resampling = BICUBIC,
) -> list[Window]:
    """The samples of `window`, at most ``length`` to a `Window`: small matrices hold fewer zeros."""
    wanted = np.arange(start, stop).clip(0, new - 1)
    low = int(wanted[0])
    high = int(wanted[-1]) + 1
    weights, indices = _taps(old, new, new / old, "mirror", low, high, resampling)
    weights, indices = weights[wanted - low], indices[wanted - low]
    starts = np.arange(0, len(wanted), length)
    firsts = np.minimum.reduceat(indices.min(axis=1), starts)
    lasts = np.maximum.reduceat(indices.max(axis=1), starts) + 1
    widest = int((lasts - firsts).max())
    samples = np.arange(len(wanted))
    places = (samples * widest - firsts[samples // length])[:, None] + indices
    # At a mirrored border a source sample has several taps: bincount adds them up.
    sums = np.bincount(places.ravel(), weights.ravel(), len(wanted) * widest)
    matrix = sums.astype(np.float32).reshape(-1, widest)
    return [
        Window(first, last, matrix[begin : begin + length, : last - first])
        for begin, first, last in zip(starts.tolist(), firsts.tolist(), lasts.tolist(), strict=True)
    ]


def resize_window(
    planes: NDArray[np.float32], rows: Window, columns: Window, first: int = 0
) -> NDArray[np.float32]:
    """A window of the resized picture, C x H x W, to float32's rounding: two small matrix products.

    ``planes`` are the source's rows from ``first`` on, C x rows x width.
    """
    source = planes[:, rows.first - first : rows.last - first, columns.first : columns.last]
    between: NDArray[np.float32] = np.matmul(rows.matrix, source)
    out: NDArray[np.float32] = np.matmul(between, columns.matrix.T)
    return out


def resize_columns(planes: NDArray[np.float32], parts: Sequence[Window]) -> NDArray[np.float32]:
    """Resize the columns alone: C x H x w to C x H x W, where W is that of all ``parts`` together."""
    width = sum(len(part.matrix) for part in parts)
    out = np.empty((*planes.shape[:2], width), np.float32)
    done = 0
    for part in parts:
        columns = slice(done, done + len(part.matrix))
        np.matmul(planes[:, :, part.first : part.last], part.matrix.T, out=out[:, :, columns])
        done = columns.stop
    return out


def resize_rows(planes: NDArray[np.float32], rows: Window, first: int = 0) -> NDArray[np.float32]:
    """Resize the rows alone: C x h x W, from row ``first`` of the source on, to C x H x W."""
    out: NDArray[np.float32] = rows.matrix @ planes[:, rows.first - first : rows.last - first]
    return out


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
    old: int,
    new: int,
    scale: float,
    border: Border,
    start: int = 0,
    stop: int | None = None,
    resampling: Resampling = BICUBIC,
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Weights and source indices, a row of taps for each output sample from ``start`` to ``stop``."""
    stretch = min(scale, 1.0) if resampling.antialias else 1.0
    support = resampling.kernel.width / stretch
    # Centre of output sample i in input coordinates (samples at 0, 1, ...).
    centre = (np.arange(start, new if stop is None else stop) + 0.5) / scale - 0.5
    left = np.floor(centre - support / 2).astype(np.intp) + 1
    indices = left[:, None] + np.arange(math.ceil(support) + 1)
    weights = resampling.kernel.weigh(stretch * (centre[:, None] - indices))
    weights /= weights.sum(axis=1, keepdims=True)
    indices = _mirrored(indices, old) if border == "mirror" else indices.clip(0, old - 1)
    used = weights.any(axis=0)
    return weights[:, used], indices[:, used]


def _mirrored(indices: NDArray[np.intp], old: int) -> NDArray[np.intp]:
    """Indices of an axis of ``old`` samples that goes on mirrored at both ends."""
    indices = indices % (2 * old)
    return np.where(indices < old, indices, 2 * old - 1 - indices)

"""MATLAB's bicubic ``imresize`` with anti-aliasing, in float64.

Keys' kernel has a = -0.5 and is stretched by 1 / scale when an image shrinks. As in MATLAB, the
axis with the smaller scale comes first, rows before columns on a tie, and integer images are
rounded between the two passes. With ``border="replicate"`` the result is bit-identical to files
that MATLAB wrote around 2014. Today's MATLAB mirrors the border, which is the default here.
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
"""How samples beyond the border are extrapolated."""


class Resampling(NamedTuple):
    """How samples are interpolated.

    Attributes:
        kernel: The kernel.
        antialias: Stretch the kernel by 1 / scale where an image shrinks. Otherwise detail finer
            than the new grid aliases.
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
    """Resize an image like MATLAB's ``imresize`` with its bicubic kernel.

    Give either ``scale`` or ``size``.

    Args:
        image: (H, W) or (H, W, C) uint8, uint16 or floats.
        scale: Scale of both axes. The new size is ``ceil(scale * old)``, as in MATLAB.
        border: ``mirror`` as in today's MATLAB, or ``replicate`` as in MATLAB around 2014.
        size: New (height, width). Each axis has its own scale, new divided by old.

    Returns:
        The resized image of the same dtype; floats are not clamped.

    Raises:
        UsageError: The image has no pixels, the size is not positive, or the arguments are invalid.
    """
    if image.ndim not in (2, 3) or 0 in image.shape:
        raise UsageError(
            f"imresize of shape {image.shape}", "must be (H, W) or (H, W, C) and not empty"
        )
    if (scale is None) == (size is None):
        raise UsageError("imresize", "give either a scale or a size")
    if border not in ("mirror", "replicate"):
        raise UsageError(f"border '{border}'", "is unknown", "use mirror or replicate")
    old = image.shape[:2]
    if scale is not None:
        if not (math.isfinite(scale) and scale > 0):
            raise UsageError(f"scale {scale}", "must be a positive number")
        size = (math.ceil(scale * old[0]), math.ceil(scale * old[1]))
        scales = (scale, scale)
    else:
        assert size is not None  # one of the two was given
        if min(size) < 1:
            raise UsageError(f"size {size}", "must be positive")
        scales = (size[0] / old[0], size[1] / old[1])
    whole = peak(image.dtype) > 1.0
    # Work in gray levels, not in [0, 1], so that exact halves stay exact and round as in MATLAB.
    out = image.astype(np.float64)
    for axis in sorted((0, 1), key=lambda axis: scales[axis]):
        out = _gather(out, axis, *_taps(out.shape[axis], size[axis], scales[axis], border))
        if whole:
            out = round_levels(out, image.dtype).astype(np.float64)
    return out.astype(image.dtype)


def resize_as_opencv(image: NDArray[Any], scale: float) -> NDArray[Any]:
    """Resize an image like OpenCV's ``INTER_CUBIC``: a = -0.75, edges repeated, no anti-aliasing.

    Each output sample uses four taps, however small the image becomes, so detail finer than the new
    grid aliases. The new size is ``floor(scale * old + 0.5)``.

    Args:
        image: (H, W[, C]) uint8, uint16 or floats.
        scale: Scale of both axes.

    Returns:
        The resized image of the same dtype; integers are rounded once, at the end.
    """
    out = image.astype(np.float64)
    for axis in (0, 1):
        old = out.shape[axis]
        new = math.floor(scale * old + 0.5)
        center = (np.arange(new) + 0.5) * old / new - 0.5
        indices = np.floor(center).astype(np.intp)[:, None] + np.arange(-1, 3)
        weights = keys(center[:, None] - indices, a=-0.75)
        out = _gather(out, axis, weights, indices.clip(0, old - 1))
    return round_levels(out, image.dtype) if peak(image.dtype) > 1.0 else out.astype(image.dtype)


def blur_and_subsample(image: NDArray[np.float64], scale: int, sigma: float) -> NDArray[np.float64]:
    """Blur an image with a Gaussian and keep every ``scale``-th sample; borders are mirrored.

    As in `imresize`, a sample lies in the center of the ``scale`` x ``scale`` pixels that it
    represents, which is between two pixels for an even ``scale``.

    Args:
        image: (H, W[, C]), sides multiples of ``scale``.
        scale: Scale of the reduction.
        sigma: Standard deviation of the Gaussian in pixels of ``image``.
    """
    out = image
    for axis in (0, 1):
        old = out.shape[axis]
        center = np.arange(old // scale) * scale + (scale - 1) / 2
        reach = math.ceil(4 * sigma)
        # The number of taps is the same on both sides of the center.
        first = np.ceil(center - reach).astype(np.intp)
        indices = first[:, None] + np.arange(2 * reach + scale % 2)
        weights = np.exp(-((center[:, None] - indices) ** 2) / (2 * sigma**2))
        weights /= weights.sum(axis=1, keepdims=True)
        out = _gather(out, axis, weights, _mirrored(indices, old))
    return out


class Window(NamedTuple):
    """Weights for some output samples of one axis.

    Attributes:
        first: First input sample that they use.
        last: End of the input samples, exclusive.
        matrix: (output samples, input samples) float32.
    """

    first: int
    last: int
    matrix: NDArray[np.float32]


def window(old: int, new: int, start: int, stop: int, resampling: Resampling = BICUBIC) -> Window:
    """Return the weights of a range of output samples; borders are mirrored.

    Args:
        old: Input samples of the axis.
        new: Output samples of the axis.
        start: First output sample. Samples before 0 and from ``new`` on repeat the nearest one, as
            in a network's padding.
        stop: End of the output samples, exclusive.
        resampling: The interpolation.
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
    """Return the weights of `window` in parts, because small matrices contain fewer zeros.

    Args:
        old: Input samples of the axis.
        new: Output samples of the axis.
        start: First output sample.
        stop: End of the output samples, exclusive.
        length: Largest number of output samples of a part.
        resampling: The interpolation.
    """
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
    # At a mirrored border an input sample has several taps, which bincount adds up.
    sums = np.bincount(places.ravel(), weights.ravel(), len(wanted) * widest)
    matrix = sums.astype(np.float32).reshape(-1, widest)
    return [
        Window(first, last, matrix[begin : begin + length, : last - first])
        for begin, first, last in zip(starts.tolist(), firsts.tolist(), lasts.tolist(), strict=True)
    ]


def resize_window(
    planes: NDArray[np.float32], rows: Window, columns: Window, first: int = 0
) -> NDArray[np.float32]:
    """Compute a part of a resized image, in float32, by two small matrix products.

    Args:
        planes: (C, rows, width) float32: the source's rows from ``first`` on.
        rows: Weights of the rows.
        columns: Weights of the columns.
        first: Source row of the first row in ``planes``.

    Returns:
        (C, H, W) float32.
    """
    source = planes[:, rows.first - first : rows.last - first, columns.first : columns.last]
    between: NDArray[np.float32] = np.matmul(rows.matrix, source)
    out: NDArray[np.float32] = np.matmul(between, columns.matrix.T)
    return out


def resize_columns(planes: NDArray[np.float32], parts: Sequence[Window]) -> NDArray[np.float32]:
    """Resize only the columns: (C, H, w) to (C, H, W), where ``parts`` together have W samples."""
    width = sum(len(part.matrix) for part in parts)
    out = np.empty((*planes.shape[:2], width), np.float32)
    done = 0
    for part in parts:
        columns = slice(done, done + len(part.matrix))
        np.matmul(planes[:, :, part.first : part.last], part.matrix.T, out=out[:, :, columns])
        done = columns.stop
    return out


def resize_rows(planes: NDArray[np.float32], rows: Window, first: int = 0) -> NDArray[np.float32]:
    """Resize only the rows: (C, h, W), which start at the source's row ``first``, to (C, H, W)."""
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
    """Return weights and input indices of the output samples from ``start`` to ``stop``.

    Both have one row of taps for each output sample.
    """
    stretch = min(scale, 1.0) if resampling.antialias else 1.0
    support = resampling.kernel.width / stretch
    # Center of output sample i in input coordinates (samples at 0, 1, ...).
    center = (np.arange(start, new if stop is None else stop) + 0.5) / scale - 0.5
    left = np.floor(center - support / 2).astype(np.intp) + 1
    indices = left[:, None] + np.arange(math.ceil(support) + 1)
    weights = resampling.kernel.weigh(stretch * (center[:, None] - indices))
    weights /= weights.sum(axis=1, keepdims=True)
    indices = _mirrored(indices, old) if border == "mirror" else indices.clip(0, old - 1)
    used = weights.any(axis=0)
    return weights[:, used], indices[:, used]


def _mirrored(indices: NDArray[np.intp], old: int) -> NDArray[np.intp]:
    """Map indices beyond an axis of ``old`` samples to those of its mirrored continuation."""
    indices = indices % (2 * old)
    return np.where(indices < old, indices, 2 * old - 1 - indices)

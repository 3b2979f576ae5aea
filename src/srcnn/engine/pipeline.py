"""An image's road, between its decoder and its encoder: strips in, strips of the result out.

::

    strip -> float -> bleed -> the network's channels, and others -> tile by tile, several at once:
        bicubic with halo -> the network's channels: network -> picture -> quantize

Only as many rows are held as the tiles at work need, so memory depends on the picture's width and the
tile, not on its height. Which channels a network has, and how its answer becomes a picture again, is
known to `srcnn.engine.channels`.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, wait
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.channels import to_picture, to_planes
from srcnn.engine.network import Enhancer
from srcnn.engine.threads import one_core_per_product, workers
from srcnn.engine.tiling import Span, spans
from srcnn.images.alpha import bleed
from srcnn.images.color import channels_in
from srcnn.images.quantize import quantize, to_float
from srcnn.images.resize import Window, resize_window, window

Progress = Callable[[float], None]

ROWS = 64
"""Of the source, a good height of the strips for `enlarge`."""

_TAPS = 2
"""Pixels of the source on either side that bicubic enlargement weighs."""


def enlarge(
    model: Enhancer,
    strips: Iterable[NDArray[Any]],
    old: tuple[int, int],
    size: tuple[int, int],
    tile: int,
    threads: int,
    progress: Progress | None = None,
) -> Generator[NDArray[Any], None, None]:
    """The picture of ``old`` = (height, width), given in strips from top to bottom, enlarged to ``size``.

    Strips are rows x width (gray) or rows x width x C (2: gray, alpha; 3: RGB; 4: RGBA), of uint8,
    uint16 or floats in [0, 1]; the result's are of the same kind, at most ``tile`` rows each. Tiles of
    ``tile`` x ``tile`` pixels are made by ``threads`` at once while the next strips are read and the
    caller has those that are done. ``progress`` is told the part that is done, 0 to 1.
    """
    r = model.grid.radius
    columns = [
        (span, window(old[1], size[1], span[0] - r, span[1] + r)) for span in spans(size[1], tile)
    ]
    # Enough in the making to keep every thread at work while the oldest strip is finished.
    ahead = -(-2 * threads // len(columns))
    # How far from what is visible lie the hidden pixels that count: alpha is enlarged by bicubic, too.
    reach = 2 * _TAPS + math.ceil(r * max(old[0] / size[0], old[1] / size[1]))
    rows_of = _Rows(strips)
    making: deque[tuple[int, NDArray[Any], list[Future[None]]]] = deque()
    pool = workers(threads)
    with one_core_per_product():
        try:
            for top, bottom in spans(size[0], tile):
                rows = window(old[0], size[0], top - r, bottom + r)
                # Colour reaches rows that no tile asks for: see `bleed`.
                first, last = max(rows.first - reach, 0), min(rows.last + reach, old[0])
                source = rows_of.take(first, last)
                picture = _to_floats(source, slice(rows.first - first, rows.last - first), reach)
                planes = to_planes(picture, model.color)
                out = np.empty((bottom - top, size[1], *source.shape[2:]), source.dtype)
                futures = [
                    pool.submit(_make_tile, model, planes, rows, column, span, out)
                    for span, column in columns
                ]
                making.append((bottom, out, futures))
                if len(making) > ahead:
                    yield _finish(making, size[0], progress)
            while making:
                yield _finish(making, size[0], progress)
        finally:  # also when something failed, or the caller has enough
            left = [future for _, _, futures in making for future in futures]
            wait([future for future in left if not future.cancel()])


def _finish(
    making: deque[tuple[int, NDArray[Any], list[Future[None]]]],
    height: int,
    progress: Progress | None,
) -> NDArray[Any]:
    bottom, out, futures = making[0]
    for future in futures:
        future.result()
    making.popleft()
    if progress is not None:
        progress(bottom / height)
    return out


def _to_floats(strip: NDArray[Any], inner: slice, reach: int) -> NDArray[np.float32]:
    """Rows ``inner`` as C x rows x width float32.

    The rows around them are there for transparent pictures, whose colour bleeds; others pass them by.
    """
    if strip.ndim == 2:
        return to_float(strip[inner])[None]
    hides = strip.shape[2] in (2, 4)
    planes = to_float(np.ascontiguousarray(np.moveaxis(strip if hides else strip[inner], 2, 0)))
    if hides:
        planes[:-1] = bleed(planes[:-1], planes[-1], reach)
        planes = planes[:, inner]
    return planes


def _make_tile(
    model: Enhancer,
    planes: NDArray[np.float32],
    rows: Window,
    columns: Window,
    span: Span,
    out: NDArray[Any],
) -> None:
    """Write columns ``span`` of a strip of the result; ``planes`` start at the rows' first."""
    r = model.grid.radius
    enlarged = resize_window(planes, rows, columns, rows.first)
    answer = model.enhance(enlarged[: channels_in(model.color)])
    height, width = answer.shape[-2:]
    target = out[:, span[0] : span[1]].reshape(height, width, -1)
    inner = enlarged[:, r : r + height, r : r + width]
    picture = to_picture(inner, answer, model.color, target.shape[2])
    for channel, plane in enumerate(quantize(picture, out.dtype)):
        # Plane by plane: one strided write of all channels takes five times as long.
        target[..., channel] = plane


class _Rows:
    """The rows of a picture that comes in strips; those that are no longer wanted are dropped."""

    def __init__(self, strips: Iterable[NDArray[Any]]) -> None:
        self._strips = iter(strips)
        self._held: deque[NDArray[Any]] = deque()
        self._first = self._end = 0

    def take(self, first: int, last: int) -> NDArray[Any]:
        """Rows ``first`` to ``last``; neither may be less than in the call before."""
        while self._end < last:
            strip = next(self._strips)
            self._held.append(strip)
            self._end += len(strip)
        while self._first + len(self._held[0]) <= first:
            self._first += len(self._held.popleft())
        held = self._held[0] if len(self._held) == 1 else np.concatenate(list(self._held))
        return held[first - self._first : last - self._first]

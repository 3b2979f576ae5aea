"""The pipeline between a decoder and an encoder: strips of an image in, strips of the result out.

::

    strip -> float -> bleed -> network's channels --pass--> ... --pass--> reduce --+
                          `--> other channels, bicubic, once to the final size ----+-> merge -> quantize

Every stage pulls rows from the one before it and makes its own in tiles, several at once, so memory
depends on the image's width, the tile and the passes, not on its height. Between passes the
network's channels stay float32. With one pass to exactly its scale, which is the usual case, all of
it happens in one tile.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.channels import to_picture
from srcnn.engine.passes import Pass
from srcnn.engine.rows import Reader, Rows
from srcnn.engine.sampling import Piece, piece, sample
from srcnn.engine.source import Size, Source, reach_of
from srcnn.engine.threads import one_core_per_product, workers
from srcnn.engine.tiling import Span, spans
from srcnn.images.color import Color, channels_in
from srcnn.images.grid import ENLARGED, Grid
from srcnn.images.quantize import quantize
from srcnn.images.resize import Window, resize_window, window

Progress = Callable[[float], None]
ROWS = 64
"""A good height, in pixels of the source, of the strips that `enlarge` is given."""


@dataclass(frozen=True)
class Workers:
    """Who makes tiles, and how large they are.

    Attributes:
        tile: Largest side of a tile, in output pixels.
        threads: Tiles in the making at once.
    """

    tile: int
    threads: int

    @property
    def pool(self) -> ThreadPoolExecutor:
        """The process-wide pool of that many threads."""
        return workers(self.threads)


def enlarge(
    passes: Sequence[Pass],
    strips: Iterable[NDArray[Any]],
    old: Size,
    size: Size,
    made_by: Workers,
    progress: Progress | None = None,
) -> Generator[NDArray[Any], None, None]:
    """Enlarge an image that need not fit into memory.

    Args:
        passes: Networks that work on the same channels, in order; none is plain bicubic
            interpolation.
        strips: The image from top to bottom: (rows, w), or (rows, w, C) with C 2 (gray, alpha),
            3 (RGB) or 4 (RGBA); uint8, uint16 or floats in [0, 1].
        old: Size of the image.
        size: Size of the result. Where the passes give another one, it is resized by bicubic
            interpolation, with anti-aliasing where it shrinks.
        made_by: Tiles and threads.
        progress: Called with the part that is done, 0 to 1.

    Yields:
        The result from top to bottom, strips of the kind and dtype of those given.
    """
    color: Color = passes[0].model.color if passes else "Y"
    product = math.prod(each.scale for each in passes)
    exact = (old[0] * product, old[1] * product) == size
    earlier, last = (passes[:-1], passes[-1]) if passes and exact else (passes, None)
    source = Rows(strips, axis=0)
    reach = reach_of(passes, old, size)
    merging = Source(source.reader(), old, color, reach)
    given: _Planes = Source(source.reader(), old, color, reach) if earlier else merging
    place = old
    with ExitStack() as stack:
        stack.enter_context(one_core_per_product())
        for each in earlier:
            stage = _Enhance(each, given, place, made_by)
            # Closed here, not when it is forgotten: an exception may hold on to it for long.
            made = stack.enter_context(closing(stage.strips()))
            given, place = _Made(Rows(made, axis=1).reader()), stage.size
        final = _Merge(last, given, place, merging, old, size, color)
        yield from final.strips(made_by, progress)


class _Planes(Protocol):
    """Rows of (C, rows, w) float32 planes, the network's channels first."""

    def take(self, first: int, last: int) -> NDArray[np.float32]: ...


class _Made:
    """The planes that an earlier pass has made."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def take(self, first: int, last: int) -> NDArray[np.float32]:
        return self._reader.take(first, last)


class _Enhance:
    """One pass that is not the last: planes of an image in, larger planes out, all float32."""

    def __init__(self, one: Pass, given: _Planes, old: Size, made_by: Workers) -> None:
        self._model, self._given, self._old, self._by = one.model, given, old, made_by
        self.size = old[0] * one.scale, old[1] * one.scale

    def strips(self) -> Generator[NDArray[np.float32], None, None]:
        grid, (height, width), channels = (
            self._model.grid,
            self.size,
            channels_in(self._model.color),
        )
        columns = [
            (span, piece(grid, self._old[1], width, *span))
            for span in spans(width, self._by.tile, grid.factor)
        ]

        def begin(top: int, bottom: int) -> _Strip:
            rows = piece(grid, self._old[0], height, top, bottom)
            planes = self._given.take(rows.first, rows.last)[:channels]
            out = np.empty((channels, bottom - top, width), np.float32)

            def make(column: Piece, span: Span) -> None:
                padded = sample(planes, rows, column, rows.first)
                out[:, :, slice(*span)] = self._model.enhance(padded)

            return out, [self._by.pool.submit(make, column, span) for span, column in columns]

        yield from _in_order(
            begin, spans(height, self._by.tile, grid.factor), len(columns), self._by
        )


class _Merge:
    """The last stage: the networks' answer and the other channels, at the final size, as pixels."""

    def __init__(
        self,
        last: Pass | None,
        given: _Planes,
        place: Size,
        source: Source,
        old: Size,
        size: Size,
        color: Color,
    ) -> None:
        """``given``, of size ``place``, is what ``last`` enhances, or what is resized without it."""
        self._model = None if last is None else last.model
        self._given, self._place = given, place
        self._source, self._old, self._size, self._color = source, old, size, color
        self._alone = given is source
        """Whether no pass comes before this stage."""
        self._grid: Grid = ENLARGED if self._model is None else self._model.grid
        self._direct = self._alone and self._grid.factor == 1
        """Whether the network sees the enlarged source, which is made for the other channels anyway."""
        self._halo = self._grid.radius if self._direct else 0
        """Pixels around a tile of the enlarged source that the network sees, too."""

    def _needs(self, axis: int, span: Span) -> tuple[Window, Piece]:
        """Return what a span of the result needs along an axis: of the source, and of ``given``."""
        old, new = self._old[axis], self._size[axis]
        enlarged = window(old, new, span[0] - self._halo, span[1] + self._halo)
        if self._direct:
            return enlarged, enlarged
        return enlarged, piece(self._grid, self._place[axis], new, *span)

    def strips(self, made_by: Workers, progress: Progress | None) -> Iterator[NDArray[Any]]:
        (height, width), step, halo = self._size, self._grid.factor, self._halo
        columns = [(span, *self._needs(1, span)) for span in spans(width, made_by.tile, step)]

        def begin(top: int, bottom: int) -> _Strip:
            rows, more = self._needs(0, (top, bottom))
            first, last = rows.first, rows.last
            if self._alone:
                first, last = min(first, more.first), max(last, more.last)
            planes = self._source.take(first, last)
            answered = planes if self._alone else self._given.take(more.first, more.last)
            begun = first if self._alone else more.first
            out = np.empty((bottom - top, width, *self._source.channels), self._source.dtype)

            def make(span: Span, column: Window, other: Piece) -> None:
                enlarged = resize_window(planes, rows, column, first)
                answer = self._answer(enlarged, answered, begun, (more, other))
                inner = slice(halo, -halo or None)
                self._write(out[:, slice(*span)], enlarged[:, inner, inner], answer)

            return out, [made_by.pool.submit(make, *column) for column in columns]

        done = 0
        for strip in _in_order(begin, spans(height, made_by.tile, step), len(columns), made_by):
            done += len(strip)
            if progress is not None:
                progress(done / height)
            yield strip

    def _answer(
        self,
        enlarged: NDArray[np.float32],
        given: NDArray[np.float32],
        first: int,
        pieces: tuple[Piece, Piece],
    ) -> NDArray[np.float32]:
        """The network's channels of a tile; ``enlarged`` is the tile of the source with its halo."""
        channels = channels_in(self._color)
        padded = enlarged[:channels] if self._direct else sample(given[:channels], *pieces, first)
        return padded if self._model is None else self._model.enhance(padded)

    def _write(
        self, out: NDArray[Any], enlarged: NDArray[np.float32], answer: NDArray[np.float32]
    ) -> None:
        target = out.reshape(*out.shape[:2], -1)
        picture = to_picture(enlarged, answer, self._color, target.shape[2])
        for channel, plane in enumerate(quantize(picture, out.dtype)):
            # Plane by plane: one strided write of all channels takes five times as long.
            target[..., channel] = plane


_Strip = tuple[NDArray[Any], list[Future[None]]]
"""A strip in the making, and the tiles that it waits for."""


def _in_order(
    begin: Callable[[int, int], _Strip], rows: list[Span], columns: int, made_by: Workers
) -> Iterator[NDArray[Any]]:
    """Yield strips in order, while those behind them are in the making.

    ``begin`` starts the tiles of rows (top, bottom), of which each strip has ``columns``.
    """
    # Enough in the making to keep every thread at work while the oldest strip is finished.
    ahead = -(-2 * made_by.threads // columns)
    making: deque[_Strip] = deque()
    try:
        for top, bottom in rows:
            making.append(begin(top, bottom))
            if len(making) > ahead:
                yield _finish(making)
        while making:
            yield _finish(making)
    finally:  # also when something failed, or the caller has enough
        left = [future for _, futures in making for future in futures]
        wait([future for future in left if not future.cancel()])


def _finish(making: deque[_Strip]) -> NDArray[Any]:
    out, futures = making[0]
    for future in futures:
        future.result()
    making.popleft()
    return out

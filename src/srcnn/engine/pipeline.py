"""The pipeline between a decoder and an encoder: strips of an image in, strips of the result out.

::

    strip -> float -> bleed -> network's channels --pass--> ... --pass--> reduce --+
                          `--> the rest, bicubic, once to the final size ----------+-> merge
                                                                                         |
                                                                                     quantize

Every stage pulls rows from the one before it and computes its own in tiles, several at once, so
memory depends on the image's width, the tile and the passes, not on its height. Between passes the
network's channels stay float32. In the usual case of one pass to exactly its scale, all of this
happens within one tile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, closing

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.merge import Apart, Direct, Planes
from srcnn.engine.passes import Pass
from srcnn.engine.rows import Reader, Rows
from srcnn.engine.sampling import Piece, piece, sample
from srcnn.engine.source import Size, Source, reach_of
from srcnn.engine.strips import Strip, Workers, in_order
from srcnn.engine.threads import one_core_per_product
from srcnn.engine.tiling import Span
from srcnn.images.color import Color, channels_in

Progress = Callable[[float], None]
ROWS = 64
"""Recommended height of the strips passed to `enlarge`, in source pixels."""


def enlarge(
    passes: Sequence[Pass],
    strips: Iterable[NDArray[np.number]],
    old: Size,
    size: Size,
    made_by: Workers,
    progress: Progress | None = None,
) -> Generator[NDArray[np.number], None, None]:
    """Enlarge an image that need not fit into memory.

    Args:
        passes: Networks that process the same channels, in order. Without any, the image is
            enlarged by bicubic interpolation.
        strips: The image from top to bottom: (rows, w), or (rows, w, C) with C 2 (gray, alpha), 3
            (RGB) or 4 (RGBA); uint8, uint16 or floats in [0, 1].
        old: Size of the image.
        size: Size of the result. If the passes give another one, their result is resized by bicubic
            interpolation, with anti-aliasing where it shrinks.
        made_by: Tiles and threads.
        progress: Called with the completed fraction, 0 to 1.

    Yields:
        The result from top to bottom, as strips with the channels and dtype of the input.
    """
    color: Color = passes[0].model.color if passes else "Y"
    product = math.prod(each.scale for each in passes)
    exact = (old[0] * product, old[1] * product) == size
    earlier, last = (passes[:-1], passes[-1]) if passes and exact else (passes, None)
    source = Rows(strips, axis=0)
    reach = reach_of(passes, old, size)
    direct = not earlier and (last is None or last.model.grid.factor == 1)
    merging = Source(source.reader(), old, color, reach, apart=not direct)
    given: Planes = Source(source.reader(), old, color, reach, apart=True) if earlier else merging
    place = old
    with ExitStack() as stack:
        stack.enter_context(one_core_per_product())
        for each in earlier:
            stage = _Enhance(each, given, place, made_by)
            # Closed explicitly, because an exception may keep a reference to it for long.
            made = stack.enter_context(closing(stage.strips()))
            given, place = _Made(Rows(made, axis=1).reader()), stage.size
        model = None if last is None else last.model
        final: Apart | Direct
        if direct:
            final = Direct(model, merging, old, size, color)
        else:
            final = Apart(model, given, place, merging, old, size, color)
        done = 0
        for strip in stack.enter_context(closing(final.strips(made_by))):
            done += len(strip)
            if progress is not None:
                progress(done / size[0])
            yield strip


class _Made:
    """The planes that an earlier pass has computed."""

    def __init__(self, reader: Reader[np.float32]) -> None:
        self._reader = reader

    def take(self, first: int, last: int) -> NDArray[np.float32]:
        return self._reader.take(first, last)


class _Enhance:
    """A pass before the last one: float32 planes of an image in, larger planes out."""

    def __init__(self, one: Pass, given: Planes, old: Size, made_by: Workers) -> None:
        self._model, self._given, self._old, self._by = one.model, given, old, made_by
        self.size = old[0] * one.scale, old[1] * one.scale

    def strips(self) -> Generator[NDArray[np.float32], None, None]:
        grid, (height, width) = self._model.grid, self.size
        channels = channels_in(self._model.color)
        cuts = self._by.cut(self.size, grid)
        columns = [(span, piece(grid, self._old[1], width, *span)) for span in cuts.columns]

        def begin(top: int, bottom: int) -> Strip[np.float32]:
            rows = piece(grid, self._old[0], height, top, bottom)
            planes = self._given.take(rows.first, rows.last)[:channels]
            out = np.empty((channels, bottom - top, width), np.float32)

            def make(column: Piece, span: Span) -> None:
                padded = sample(planes, rows, column, rows.first)
                out[:, :, slice(*span)] = self._model.enhance(padded)

            return out, [self._by.pool.submit(make, column, span) for span, column in columns]

        yield from in_order(begin, cuts, self._by)

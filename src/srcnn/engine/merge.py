"""The last stage of the pipeline: merges network output and interpolated rest into pixels."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.channels import merge, to_picture
from srcnn.engine.network import Enhancer
from srcnn.engine.sampling import Piece, piece, sample
from srcnn.engine.source import Size, Source
from srcnn.engine.strips import Strip, Workers, in_order
from srcnn.engine.tiling import Span
from srcnn.images.color import Color, channels_in
from srcnn.images.grid import ENLARGED, Grid
from srcnn.images.quantize import quantize
from srcnn.images.resize import Window, resize_columns, resize_rows, resize_window, window, windows

_BAND = 32
"""Rows of a tile that are merged at once, so that their planes stay in a core's cache."""
_PART = 64
"""Columns that are resized by one matrix. The matrix of more columns would mostly hold zeros."""


class Planes(Protocol):
    """Rows of (C, rows, w) float32 planes, the network's channels first."""

    def take(self, first: int, last: int) -> NDArray[np.float32]:
        """Return some of the rows.

        Args:
            first: Index of the first row.
            last: Index after the last row.
        """
        ...


class Direct:
    """The last stage for a network that takes the enlarged source, or for bicubic alone.

    All planes are enlarged together, with the halo that the network needs.
    """

    def __init__(
        self, model: Enhancer | None, source: Source, old: Size, size: Size, color: Color
    ) -> None:
        """Set up the stage.

        Args:
            model: The network, or None for bicubic interpolation.
            source: Planes of the source.
            old: Size of the source.
            size: Size of the result.
            color: The network's channels.
        """
        self._model, self._source = model, source
        self._old, self._size, self._color = old, size, color
        self._halo = 0 if model is None else model.grid.radius

    def strips(self, made_by: Workers) -> Generator[NDArray[np.number], None, None]:
        """Yield the strips of the result from top to bottom."""
        cuts, halo = made_by.cut(self._size, ENLARGED), self._halo
        columns = [(span, self._window(1, span)) for span in cuts.columns]
        inner = slice(halo, -halo or None)

        def begin(top: int, bottom: int) -> Strip[np.number]:
            rows = self._window(0, (top, bottom))
            planes = self._source.take(rows.first, rows.last)
            out = self._source.empty(bottom - top, self._size[1])

            def make(span: Span, column: Window) -> None:
                enlarged = resize_window(planes, rows, column, rows.first)
                answer = enlarged[: channels_in(self._color)]
                if self._model is not None:
                    answer = np.asarray(self._model.enhance(answer), np.float32)
                target = _flat(out)[:, slice(*span)]
                channels = target.shape[2]
                picture = to_picture(enlarged[:, inner, inner], answer, self._color, channels)
                _write(target, picture)

            return out, [made_by.pool.submit(make, *column) for column in columns]

        yield from in_order(begin, cuts, made_by)

    def _window(self, axis: int, span: Span) -> Window:
        old, new = self._old[axis], self._size[axis]
        return window(old, new, span[0] - self._halo, span[1] + self._halo)


class Apart:
    """The last stage for a network on another grid, or after other passes.

    The rest of the image is enlarged on its own.
    """

    def __init__(
        self,
        model: Enhancer | None,
        given: Planes,
        place: Size,
        source: Source,
        old: Size,
        size: Size,
        color: Color,
    ) -> None:
        """Set up the stage.

        Args:
            model: The network, or None to resize ``given``.
            given: Planes that ``model`` enhances, or that are resized without it.
            place: Size of ``given``.
            source: Planes of the source.
            old: Size of the source.
            size: Size of the result.
            color: The network's channels.
        """
        self._model, self._given, self._place = model, given, place
        self._source, self._old, self._size, self._color = source, old, size, color
        self._alone = given is source
        """Whether no pass comes before this stage."""
        self._grid: Grid = ENLARGED if model is None else model.grid

    def strips(self, made_by: Workers) -> Generator[NDArray[np.number], None, None]:
        """Yield the strips of the result from top to bottom."""
        cuts = made_by.cut(self._size, self._grid)
        columns = [
            (span, self._parts(1, span, _PART), self._piece(1, span)) for span in cuts.columns
        ]
        channels = channels_in(self._color)

        def begin(top: int, bottom: int) -> Strip[np.number]:
            bands, more = self._parts(0, (top, bottom), _BAND), self._piece(0, (top, bottom))
            first, last = bands[0].first, bands[-1].last
            if self._alone:
                first, last = min(first, more.first), max(last, more.last)
            planes = self._source.take(first, last)
            answered = planes if self._alone else self._given.take(more.first, more.last)
            begun = first if self._alone else more.first
            out = self._source.empty(bottom - top, self._size[1])

            def make(span: Span, parts: list[Window], other: Piece) -> None:
                answer = sample(answered[:channels], more, other, begun)
                if self._model is not None:
                    answer = np.asarray(self._model.enhance(answer), np.float32)
                self._merge(
                    _flat(out)[:, slice(*span)], planes[channels:], answer, parts, bands, first
                )

            return out, [made_by.pool.submit(make, *column) for column in columns]

        yield from in_order(begin, cuts, made_by)

    def _parts(self, axis: int, span: Span, length: int) -> list[Window]:
        """Return the source windows of a span of the result, ``length`` output pixels each."""
        return windows(self._old[axis], self._size[axis], *span, length)

    def _piece(self, axis: int, span: Span) -> Piece:
        """Return the piece of ``given`` that a span of the result needs."""
        return piece(self._grid, self._place[axis], self._size[axis], *span)

    def _merge(
        self,
        out: NDArray[np.number],
        rest: NDArray[np.float32],
        answer: NDArray[np.float32],
        parts: list[Window],
        bands: list[Window],
        first: int,
    ) -> None:
        """Write a tile, band by band, from the network's ``answer`` and the enlarged ``rest``."""
        between = resize_columns(rest, parts)
        done = 0
        for band in bands:
            rows = slice(done, done + len(band.matrix))
            enlarged = resize_rows(between, band, first)
            _write(out[rows], merge(enlarged, answer[:, rows], self._color, out.shape[2]))
            done = rows.stop


def _flat(out: NDArray[np.number]) -> NDArray[np.number]:
    """Return a strip as (rows, w, C), with C = 1 for a gray one."""
    return out.reshape(*out.shape[:2], -1)


def _write(out: NDArray[np.number], picture: NDArray[np.float32]) -> None:
    for channel, plane in enumerate(quantize(picture, out.dtype)):
        # One strided write of all channels would take five times as long.
        out[..., channel] = plane

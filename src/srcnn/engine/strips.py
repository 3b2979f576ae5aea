"""Strips of a result in progress: how they are cut into tiles, and in which order they finish."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from numpy.typing import NDArray

from srcnn.engine.threads import workers
from srcnn.engine.tiling import Span, spans
from srcnn.images.crop import Scalar
from srcnn.images.grid import Grid

_FEWEST, _NARROWEST = 8, 32
"""Number of tiles that a small low-resolution image is cut into, unless they would be too narrow,
and the smallest width of a tile, in input pixels.

This does not depend on the number of threads, because the size of a tile affects rounding.
"""


@dataclass(frozen=True)
class Cuts:
    """An image cut into tiles, in output pixels. Every row of tiles has the same columns."""

    rows: list[Span]
    columns: list[Span]


@dataclass(frozen=True)
class Workers:
    """Size of the tiles, and number of threads that compute them.

    Attributes:
        tile: Largest side of a tile, in pixels of the network's input.
        threads: Number of tiles that are computed at once.
    """

    tile: int
    threads: int

    @property
    def pool(self) -> ThreadPoolExecutor:
        """The process-wide pool of ``threads`` threads."""
        return workers(self.threads)

    def cut(self, size: tuple[int, int], grid: Grid) -> Cuts:
        """Cut an image of ``size`` = (height, width) output pixels into tiles.

        A low-resolution image may have too few tiles to keep all threads busy; it is cut into more
        columns then. An enlarged image always has more tiles.
        """
        height, width = size
        step, side = grid.factor, self.tile * grid.factor
        rows = spans(height, side, step)
        if step > 1:
            count = max(-(-width // side), -(-_FEWEST // len(rows)))
            count += len(rows) * count % 2  # two threads share an even number equally
            side = min(side, max(-(-width // (step * count)), _NARROWEST) * step)
        columns = spans(width, side, step)
        return Cuts(rows, columns)


Strip = tuple[NDArray[Scalar], list[Future[None]]]
"""A strip in progress, and the tiles that it waits for."""


def in_order(
    begin: Callable[[int, int], Strip[Scalar]], cuts: Cuts, made_by: Workers
) -> Generator[NDArray[Scalar], None, None]:
    """Yield strips in order, while the ones after them are computed.

    Args:
        begin: Starts the tiles of rows (top, bottom).
        cuts: The tiles.
        made_by: The number of threads.
    """
    # Enough strips in progress to keep every thread busy while the oldest one is finished.
    ahead = -(-2 * made_by.threads // len(cuts.columns))
    making: deque[Strip[Scalar]] = deque()
    try:
        for top, bottom in cuts.rows:
            making.append(begin(top, bottom))
            if len(making) > ahead:
                yield _finish(making)
        while making:
            yield _finish(making)
    finally:  # also after an error, or when the caller stops early
        left = [future for _, futures in making for future in futures]
        wait([future for future in left if not future.cancel()])


def _finish(making: deque[Strip[Scalar]]) -> NDArray[Scalar]:
    out, futures = making[0]
    for future in futures:
        future.result()
    making.popleft()
    return out

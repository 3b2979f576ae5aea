"""Strips of a result in the making: how they are cut into tiles, and the order in which they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from srcnn.engine.threads import workers
from srcnn.engine.tiling import Span, spans
from srcnn.images.grid import Grid

_FEWEST, _NARROWEST = 8, 32
"""Tiles that a small low-resolution image is cut into, unless they were narrower (in input pixels).

The number of threads has no say: sums are rounded differently in tiles of another size.
"""


@dataclass(frozen=True)
class Cuts:
    """An image cut into tiles, in output pixels: every row of tiles has the same columns."""

    rows: list[Span]
    columns: list[Span]


@dataclass(frozen=True)
class Workers:
    """Who makes tiles, and how large they are.

    Attributes:
        tile: Largest side of a tile, in pixels of the network's input.
        threads: Tiles in the making at once.
    """

    tile: int
    threads: int

    @property
    def pool(self) -> ThreadPoolExecutor:
        """The process-wide pool of that many threads."""
        return workers(self.threads)

    def cut(self, size: tuple[int, int], grid: Grid) -> Cuts:
        """Cut an image of ``size`` = (height, width) output pixels into tiles.

        A low-resolution image may need so few tiles that threads would be idle; then it gets more
        columns. An enlarged one has more tiles from the start.
        """
        height, width = size
        step, side = grid.factor, self.tile * grid.factor
        rows = spans(height, side, step)
        if step > 1:
            count = max(-(-width // side), -(-_FEWEST // len(rows)))
            count += len(rows) * count % 2  # an even number is shared fairly by two threads
            side = min(side, max(-(-width // (step * count)), _NARROWEST) * step)
        columns = spans(width, side, step)
        return Cuts(rows, columns)


Strip = tuple[NDArray[Any], list[Future[None]]]
"""A strip in the making, and the tiles that it waits for."""


def in_order(
    begin: Callable[[int, int], Strip], cuts: Cuts, made_by: Workers
) -> Generator[NDArray[Any], None, None]:
    """Yield strips in order, while those behind them are in the making.

    ``begin`` starts the tiles of rows (top, bottom).
    """
    # Enough in the making to keep every thread at work while the oldest strip is finished.
    ahead = -(-2 * made_by.threads // len(cuts.columns))
    making: deque[Strip] = deque()
    try:
        for top, bottom in cuts.rows:
            making.append(begin(top, bottom))
            if len(making) > ahead:
                yield _finish(making)
        while making:
            yield _finish(making)
    finally:  # also when something failed, or the caller has enough
        left = [future for _, futures in making for future in futures]
        wait([future for future in left if not future.cancel()])


def _finish(making: deque[Strip]) -> NDArray[Any]:
    out, futures = making[0]
    for future in futures:
        future.result()
    making.popleft()
    return out

"""The interface of networks and baselines, and the network that runs on a backend."""

from __future__ import annotations

import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.backends.backend import Backend, is_out_of_memory
from srcnn.engine.backends.table import CPU_TILE
from srcnn.engine.threads import cores
from srcnn.engine.tiling import in_tiles
from srcnn.images.color import Color
from srcnn.images.grid import Grid

_SMALLEST_TILE = 8
"""Side of the smallest tile, in output pixels, that a shortage of memory leads to."""
HALOS_PER_TILE = 8
"""Width of a tile, in halos, for a network with a large halo: its input has (10 / 8)^2 as many
pixels."""
_log = logging.getLogger(__name__)


class Enhancer(Protocol):
    """A network or a baseline that maps image channels to better ones."""

    @property
    def name(self) -> str:
        """Name for messages and reports."""
        ...

    @property
    def color(self) -> Color:
        """Channels that it processes: luma alone, or three at once."""
        ...

    @property
    def grid(self) -> Grid:
        """Position of its output relative to its input."""
        ...

    def enhance(self, padded: NDArray[np.number]) -> NDArray[np.number]:
        """Enhance one padded piece of an image.

        Args:
            padded: (C, h + 2r, w + 2r) floats around [0, 1]; C is 1 for luma, else 3; r is
                ``grid.radius``. The caller pads, by repeating the edge.

        Returns:
            (C, factor * h, factor * w) floats, not clamped.
        """
        ...


class Network:
    """A loaded network. Thread-safe."""

    def __init__(self, name: str, backend: Backend, grid: Grid, color: Color = "Y") -> None:
        """Wrap a backend.

        Args:
            name: Name for messages and reports.
            backend: Runs the network.
            grid: Position of its output relative to its input.
            color: Channels that it processes.
        """
        self.name = name
        self.grid = grid
        self.color = color
        self._backend = backend
        self._limit = sys.maxsize
        """Side of the largest piece, in output pixels, that there may be memory for."""

    def enhance(self, padded: NDArray[np.number]) -> NDArray[np.number]:
        """See `Enhancer.enhance`. A piece that does not fit into memory is run in parts."""
        side = max(self.grid.output(n) for n in padded.shape[-2:])
        if side <= self._limit:
            try:
                batch = np.ascontiguousarray(padded, np.float32)[None]
                return np.asarray(self._backend.run(batch)[0])
            except Exception as error:  # the engines' exceptions share no base
                half = (side + 1) // 2
                smallest = max(_SMALLEST_TILE, self.grid.factor)
                if half < smallest or not is_out_of_memory(error):
                    raise
            # Remember the limit, so that later pieces do not fail first.
            self._limit = min(self._limit, half)
            _log.info("not enough memory for tiles of %d x %d pixels; halving the side", side, side)
        return in_tiles(self.enhance, padded, self.grid, self._limit)


def enhance_whole(
    model: Enhancer,
    given: NDArray[np.number],
    tile: int | None = None,
    threads: int | None = None,
) -> NDArray[np.number]:
    """Pad a whole image by repeating its edge, and enhance it in tiles.

    Args:
        model: A network or a baseline.
        given: (C, h, w) floats around [0, 1]: the enlarged image if ``model.grid.factor`` is 1,
            else the low-resolution one.
        tile: Largest side of a tile, in input pixels. None selects a side that suits the model.
        threads: Number of tiles that run at once. None uses all cores.

    Returns:
        (C, factor * h, factor * w) floats of the dtype of ``given``, not clamped.
    """
    r = model.grid.radius
    tile = tile or max(CPU_TILE, HALOS_PER_TILE * r)
    padded = np.pad(given, [(0, 0), (r, r), (r, r)], mode="edge")
    with ThreadPoolExecutor(threads or cores()) as pool:
        side = tile * model.grid.factor
        return in_tiles(model.enhance, padded, model.grid, side, pool.map)

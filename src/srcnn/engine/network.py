"""A model that enhances the enlarged luma: the interface, and the network that fulfils it in tiles."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from srcnn.engine.backend import Backend
from srcnn.engine.tiling import Tile, tiles

AUTO_TILE = 128
"""A tile's planes of 64 filters stay in a core's cache."""


class Enhancer(Protocol):
    """A network or a baseline, between the bicubic enlargement and the result."""

    @property
    def name(self) -> str: ...

    @property
    def radius(self) -> int:
        """How many pixels each side of the input loses."""
        ...

    def enhance(self, padded: NDArray[Any]) -> NDArray[Any]:
        """(H + 2r) x (W + 2r) floats around [0, 1] to H x W; the caller pads, nobody clamps."""
        ...


class Network:
    """A loaded network; the memory that it needs is set by ``tile``, not by the picture."""

    def __init__(
        self,
        name: str,
        backend: Backend,
        radius: int,
        tile: int | None = None,
        threads: int | None = None,
    ) -> None:
        self.name = name
        self.radius = radius
        self._backend = backend
        self._tile = tile or AUTO_TILE
        self._threads = threads or cores()

    def enhance(self, padded: NDArray[Any]) -> NDArray[np.float32]:
        """See `Enhancer.enhance`. Safe from several threads."""
        r = self.radius
        padded = padded.astype(np.float32, copy=False)
        height, width = padded.shape[0] - 2 * r, padded.shape[1] - 2 * r
        if max(height, width) <= self._tile:
            return self._run(padded)
        out = np.empty((height, width), np.float32)

        def make(tile: Tile) -> None:
            out[tile.top : tile.bottom, tile.left : tile.right] = self._run(
                padded[tile.with_halo(r)]
            )

        run_tiles(make, (height, width), self._tile, self._threads)
        return out

    def _run(self, piece: NDArray[np.float32]) -> NDArray[np.float32]:
        out: NDArray[np.float32] = self._backend.run(np.ascontiguousarray(piece)[None, None])[0, 0]
        return out

    def close(self) -> None:
        """Give the network's memory back."""
        self._backend.close()


def run_tiles(
    make: Callable[[Tile], None],
    size: tuple[int, int],
    tile: int,
    threads: int,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Call ``make`` for every tile of a picture of ``size``, several at once, each on one core."""
    todo = list(tiles(*size, tile))
    # numpy's matrix products would else wake all cores from each of the workers.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(min(threads, len(todo))) as pool:
        for done, _ in enumerate(pool.map(make, todo), 1):
            if progress is not None:
                progress(done / len(todo))


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def enhance_whole(model: Enhancer, enlarged: NDArray[Any]) -> NDArray[Any]:
    """H x W in, H x W out: the edge repeated over the receptive radius, then `Enhancer.enhance`."""
    return model.enhance(np.pad(enlarged, model.radius, mode="edge"))

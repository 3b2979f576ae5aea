"""A model that enhances the enlarged luma: the interface, and the network that fulfils it in tiles."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.backend import Backend, is_out_of_memory
from srcnn.engine.threads import cores
from srcnn.engine.tiling import Tile, tiles

AUTO_TILE = 128
"""A tile's planes of 64 filters stay in a core's cache, and its halo is a tenth of it."""
_SMALLEST_TILE = 8
_log = logging.getLogger(__name__)


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
        self._limit = sys.maxsize
        """Side of the largest piece that there may be memory for."""

    def enhance(self, padded: NDArray[Any]) -> NDArray[np.float32]:
        """See `Enhancer.enhance`. Safe from several threads."""
        r = self.radius
        height, width = padded.shape[0] - 2 * r, padded.shape[1] - 2 * r
        if max(height, width) <= self._tile:
            return self._run(padded)
        with ThreadPoolExecutor(self._threads) as pool:
            return self._in_tiles(padded, self._tile, pool.map)

    def _run(self, piece: NDArray[np.float32]) -> NDArray[np.float32]:
        """One piece by the engine, in parts where the whole does not fit into memory."""
        r = self.radius
        height, width = piece.shape[0] - 2 * r, piece.shape[1] - 2 * r
        if max(height, width) <= self._limit:
            try:
                batch = np.ascontiguousarray(piece, np.float32)[None, None]
                return self._backend.run(batch)[0, 0]  # type: ignore[no-any-return]
            except Exception as error:  # the engines' exceptions share no base
                half = (max(height, width) + 1) // 2
                if half < _SMALLEST_TILE or not is_out_of_memory(error):
                    raise
            # For later pieces too, so that not each of them fails first.
            self._limit = min(self._limit, half)
            _log.info("no memory for %d x %d pixels at once: halved", width, height)
        return self._in_tiles(piece, self._limit, map)

    def _in_tiles(
        self, padded: NDArray[np.float32], side: int, each: Callable[..., Iterable[None]]
    ) -> NDArray[np.float32]:
        """Tiles of at most ``side`` x ``side`` pixels, run as ``each``, a kind of ``map``, has it."""
        r = self.radius
        height, width = padded.shape[0] - 2 * r, padded.shape[1] - 2 * r
        out = np.empty((height, width), np.float32)

        def make(tile: Tile) -> None:
            part = self._run(padded[tile.with_halo(r)])
            out[tile.top : tile.bottom, tile.left : tile.right] = part

        for _ in each(make, tiles(height, width, side)):
            pass
        return out

    def close(self) -> None:
        """Give the network's memory back."""
        self._backend.close()


def enhance_whole(model: Enhancer, enlarged: NDArray[Any]) -> NDArray[Any]:
    """H x W in, H x W out: the edge repeated over the receptive radius, then `Enhancer.enhance`."""
    return model.enhance(np.pad(enlarged, model.radius, mode="edge"))

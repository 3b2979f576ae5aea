"""A model that enhances the enlarged picture: the interface, and the network that fulfils it in tiles."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.backends.backend import Backend, is_out_of_memory
from srcnn.engine.threads import cores
from srcnn.engine.tiling import Tile, tiles
from srcnn.images.color import Color, channels_in

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

    @property
    def color(self) -> Color:
        """Which channels it works on: luma alone, or three at once."""
        ...

    def enhance(self, padded: NDArray[Any]) -> NDArray[Any]:
        """(H + 2r) x (W + 2r) floats around [0, 1] to H x W; the caller pads, nobody clamps.

        Of three channels 3 x (H + 2r) x (W + 2r) to 3 x H x W.
        """
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
        color: Color = "Y",
    ) -> None:
        self.name = name
        self.radius = radius
        self.color = color
        self._backend = backend
        self._tile = tile or AUTO_TILE
        self._threads = threads or cores()
        self._limit = sys.maxsize
        """Side of the largest piece that there may be memory for."""

    def enhance(self, padded: NDArray[Any]) -> NDArray[np.float32]:
        """See `Enhancer.enhance`. Safe from several threads."""
        if max(self._inner(padded)) <= self._tile:
            return self._run(padded)
        with ThreadPoolExecutor(self._threads) as pool:
            return self._in_tiles(padded, self._tile, pool.map)

    def _run(self, piece: NDArray[np.float32]) -> NDArray[np.float32]:
        """One piece by the engine, in parts where the whole does not fit into memory."""
        height, width = self._inner(piece)
        if max(height, width) <= self._limit:
            try:
                batch = np.ascontiguousarray(piece, np.float32)
                batch = batch.reshape(1, channels_in(self.color), *piece.shape[-2:])
                return self._backend.run(batch).reshape(*piece.shape[:-2], height, width)
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
        height, width = self._inner(padded)
        out = np.empty((*padded.shape[:-2], height, width), np.float32)

        def make(tile: Tile) -> None:
            part = self._run(padded[..., *tile.with_halo(r)])
            out[..., tile.top : tile.bottom, tile.left : tile.right] = part

        for _ in each(make, tiles(height, width, side)):
            pass
        return out

    def _inner(self, padded: NDArray[Any]) -> tuple[int, int]:
        """(height, width) of what comes of a padded piece."""
        return padded.shape[-2] - 2 * self.radius, padded.shape[-1] - 2 * self.radius


def enhance_whole(model: Enhancer, enlarged: NDArray[Any]) -> NDArray[Any]:
    """H x W in, H x W out, or 3 x H x W: the edge repeated over the radius, then `Enhancer.enhance`."""
    borders = [(0, 0)] * (enlarged.ndim - 2) + [(model.radius, model.radius)] * 2
    return model.enhance(np.pad(enlarged, borders, mode="edge"))

"""A model that enhances the enlarged luma: the interface, and the network that fulfils it in tiles."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.backend import Backend
from srcnn.engine.tiling import tiles

AUTO_TILE = 256


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

    def __init__(self, name: str, backend: Backend, radius: int, tile: int | None = None) -> None:
        self.name = name
        self.radius = radius
        self._backend = backend
        self._tile = tile or AUTO_TILE

    def enhance(self, padded: NDArray[Any]) -> NDArray[np.float32]:
        """See `Enhancer.enhance`. Safe from several threads."""
        r = self.radius
        padded = padded.astype(np.float32, copy=False)
        height, width = padded.shape[0] - 2 * r, padded.shape[1] - 2 * r
        out = np.empty((height, width), np.float32)
        for tile in tiles(height, width, self._tile):
            piece = np.ascontiguousarray(padded[tile.with_halo(r)])
            out[tile.top : tile.bottom, tile.left : tile.right] = self._backend.run(
                piece[None, None]
            )[0, 0]
        return out

    def close(self) -> None:
        """Give the network's memory back."""
        self._backend.close()


def enhance_whole(model: Enhancer, enlarged: NDArray[Any]) -> NDArray[Any]:
    """H x W in, H x W out: the edge repeated over the receptive radius, then `Enhancer.enhance`."""
    return model.enhance(np.pad(enlarged, model.radius, mode="edge"))

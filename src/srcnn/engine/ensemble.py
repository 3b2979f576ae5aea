"""Self-ensemble: the mean of a network's outputs for the flips and rotations of its input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.network import Enhancer


class SelfEnsemble:
    """An `Enhancer` that averages another one over the 8 symmetries of the square.

    Timofte, Rothe and Van Gool, "Seven ways to improve example-based single image super resolution"
    (CVPR 2016), section 3.6. It costs 8 times as much, and it is as exact in tiles as the enhancer
    itself: every output pixel depends on the same input pixels as before.
    """

    def __init__(self, model: Enhancer) -> None:
        """Take the enhancer to average, whose name, color and grid stay the same."""
        self._model = model
        self.name = model.name
        self.color = model.color
        self.grid = model.grid

    def enhance(self, padded: NDArray[Any]) -> NDArray[Any]:
        """See `Enhancer.enhance`."""
        total: NDArray[Any] | None = None
        for k in range(8):
            answer = _back(self._model.enhance(np.ascontiguousarray(_turned(padded, k))), k)
            total = answer.copy() if total is None else np.add(total, answer, out=total)
        assert total is not None
        total /= 8
        return total


def _turned(image: NDArray[Any], k: int) -> NDArray[Any]:
    """Return one of the 8 symmetries of the last two axes. Bits of ``k``: rows, columns, swap."""
    flipped = image[..., :: -1 if k & 1 else 1, :: -1 if k & 2 else 1]
    return flipped.swapaxes(-1, -2) if k & 4 else flipped


def _back(image: NDArray[Any], k: int) -> NDArray[Any]:
    """Return the image that `_turned` transformed into ``image``."""
    straight = image.swapaxes(-1, -2) if k & 4 else image
    return straight[..., :: -1 if k & 1 else 1, :: -1 if k & 2 else 1]

"""The model ``auto``, which chooses a network for each image."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from srcnn.engine.choosing import choose
from srcnn.engine.network import Enhancer
from srcnn.images.condition import Condition
from srcnn.weights.store import AUTO, default, photo_of, shipped


class Automatic:
    """Chooses as ``srcnn upscale -m auto`` does. By itself it is the network for clean images.

    Attributes:
        name: ``auto``.
        color: Channels of the network for clean images.
        grid: Where its input lies.
    """

    name = AUTO

    def __init__(self, clean: Enhancer, photo: Enhancer) -> None:
        """Combine the network for clean images with the one for photos."""
        self._clean, self._photo = clean, photo
        self.color, self.grid = clean.color, clean.grid

    def suited(self, condition: Condition) -> Enhancer:
        """Return the network for an image in some condition."""
        return self._photo if choose(condition).photo else self._clean

    def enhance(self, padded: NDArray[Any]) -> NDArray[Any]:
        """Enhance an image as `Enhancer` does, by the network for clean images."""
        return self._clean.enhance(padded)


def names_at(scale: int) -> tuple[str, str]:
    """Return the names between which ``auto`` chooses at a scale, that for clean images first.

    Both are the default network if its training for photos is not shipped.

    Raises:
        ModelError: If no network is shipped for the scale.
    """
    clean = default(scale)
    photo = photo_of(clean)
    return clean, photo if photo is not None and (photo, scale) in shipped() else clean

"""An example-based method as a model: patches in, what they lack out, overlapping answers averaged."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.features import flat, gradients
from srcnn.baselines.patches import Overlap, cut
from srcnn.images.color import Color

_AT_ONCE = 4096
"""Patches: their products with all atoms take 16 MB."""


class Coder(Protocol):
    """Where the methods differ."""

    def residuals(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """N x d features of bicubic patches to N x P²: truth less bicubic, as the method expects it."""
        ...


class ExampleBased:
    """A trained method for one scale. Its grid of patches is that of the low-res picture.

    So a picture may be cut into pieces where low-res pixels meet, and nowhere else.
    """

    color: Color = "Y"

    def __init__(self, name: str, scale: int, basis: NDArray[np.float32], coder: Coder) -> None:
        """``basis``: 4P² x d, of `srcnn.baselines.features`."""
        self.name = name
        # Patches that end in the first pixel begin two low-res pixels before it; gradients reach one more.
        self.radius = 3 * scale
        self._scale = scale
        self._basis = basis
        self._coder = coder

    def enhance(self, padded: NDArray[Any]) -> NDArray[np.float32]:
        """See `srcnn.engine.network.Enhancer`. Safe from several threads."""
        planes = gradients(padded, self._scale)
        patches = cut(planes, self._scale)
        overlap = Overlap(planes.shape[1], planes.shape[2], self._scale)
        rows, columns, _, side, _ = patches.shape
        step = max(1, _AT_ONCE // columns)
        for first in range(0, rows, step):
            band = patches[first : first + step]
            answers = self._coder.residuals(flat(band) @ self._basis)
            overlap.add(first, answers.reshape(len(band), columns, side, side))
        r = self.radius
        inner = slice(r - self._scale, self._scale - r)
        residual = overlap.mean()[inner, inner]
        return (padded[r:-r, r:-r] + residual).astype(np.float32)

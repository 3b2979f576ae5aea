"""An example-based method as a model: predict residuals of patches, and average overlaps."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.features import flat, gradients
from srcnn.baselines.patches import Overlap, cut
from srcnn.images.color import Color
from srcnn.images.grid import Grid
from srcnn.images.resize import imresize

_AT_ONCE = 4096
"""Patches processed at once; their products with all atoms take 16 MB."""
_HALO = 3
"""Low-resolution pixels around a pixel that its patches depend on.

Patches that contain the pixel start up to two pixels before it, and gradients reach one further.
"""
_TAPS = 2
"""Low-resolution pixels on either side that bicubic interpolation uses."""


class Coder(Protocol):
    """The part in which the methods differ."""

    def residuals(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Predict what bicubic patches lack.

        Args:
            features: (N, d) float32 features of bicubic patches.

        Returns:
            (N, P²) float32: the expected difference between the reference and the bicubic patch.
        """
        ...


class ExampleBased:
    """A trained method for one scale, on the low-resolution grid that aligns its patches."""

    color: Color = "Y"

    def __init__(self, name: str, scale: int, basis: NDArray[np.float32], coder: Coder) -> None:
        """Combine a basis and a coder into a model.

        Args:
            name: Name of the model.
            scale: Scale that both were trained for.
            basis: (4P², d), from `srcnn.baselines.features.basis_of`.
            coder: The trained method.
        """
        self.name = name
        self.grid = Grid(scale, _HALO + _TAPS)
        self._basis = basis
        self._coder = coder

    def enhance(self, padded: NDArray[np.number]) -> NDArray[np.float32]:
        """See `srcnn.engine.network.Enhancer`; several threads may call it at once."""
        scale = self.grid.factor
        edge = _TAPS * scale
        bicubic = imresize(padded[0], scale)[edge:-edge, edge:-edge]
        planes = gradients(bicubic, scale)
        patches = cut(planes, scale)
        overlap = Overlap(planes.shape[1], planes.shape[2], scale)
        rows, columns, _, side, _ = patches.shape
        step = max(1, _AT_ONCE // columns)
        for first in range(0, rows, step):
            band = patches[first : first + step]
            answers = self._coder.residuals(flat(band) @ self._basis)
            overlap.add(first, answers.reshape(len(band), columns, side, side))
        halo = _HALO * scale
        inner = slice(halo - scale, scale - halo)
        residual = overlap.mean()[inner, inner]
        return (bicubic[halo:-halo, halo:-halo] + residual).astype(np.float32)[None]

"""Features of a bicubic patch: its gradients, reduced by PCA.

Yang, Wright, Huang, Ma: "Image super-resolution via sparse representation", TIP 2010, use
first- and second-order gradients of the enlarged image. Zeyde, Elad, Protter: "On single image
scale-up using sparse-representations", 2010, take them one low-resolution pixel apart and reduce
them by PCA to 99.9 % of the energy.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.patches import LOW_SIDE, cut
from srcnn.images.crop import Scalar

SMALLEST = LOW_SIDE + 2
"""Smallest height and width of an image in low-resolution pixels: a patch and its gradients."""
_ENERGY = 0.999
"""Fraction of the energy that the PCA keeps."""


def gradients(luma: NDArray[np.number], scale: int) -> NDArray[np.float32]:
    """Compute gradients over a distance of one low-resolution pixel.

    Args:
        luma: (H + 2s, W + 2s).
        scale: The scale s.

    Returns:
        (4, H, W) float32: vertical and horizontal first order, vertical and horizontal second
        order.
    """
    height, width = luma.shape[0] - 2 * scale, luma.shape[1] - 2 * scale
    values = luma.astype(np.float32)

    def at(down: int, right: int) -> NDArray[np.float32]:
        top, left = scale + down, scale + right
        return values[top : top + height, left : left + width]

    # With an odd scale the differences are off center by half a pixel, the same for all patches.
    before, after = scale // 2, scale - scale // 2
    center = at(0, 0)
    return np.stack(
        [
            at(after, 0) - at(-before, 0),
            at(0, after) - at(0, -before),
            (at(scale, 0) + at(-scale, 0)) / 2 - center,
            (at(0, scale) + at(0, -scale)) / 2 - center,
        ]
    )


def basis_of(lumas: Iterable[NDArray[np.number]], scale: int) -> NDArray[np.float32]:
    """Compute the orthonormal directions that hold 99.9 % of the energy of gradient patches.

    The patches are not centered: gradients are zero on average, and a flat patch must stay zero. If
    all images are flat, the directions are arbitrary.

    Args:
        lumas: (H, W) bicubic luma images.
        scale: The scale.

    Returns:
        (4P², d) float32.
    """
    energy: NDArray[np.float64] | None = None
    for luma in lumas:
        # A quarter of the patches is enough to estimate a matrix of this size.
        patches = flat(cut(gradients(luma, scale), scale)[::2, ::2])
        product = (patches.T @ patches).astype(np.float64)
        energy = product if energy is None else energy + product
    assert energy is not None  # there are pictures
    values, vectors = np.linalg.eigh(energy)
    share = np.cumsum(values[::-1]) / max(values.sum(), np.finfo(np.float64).tiny)
    count = int(np.searchsorted(share, _ENERGY)) + 1
    return np.ascontiguousarray(vectors[:, ::-1][:, :count], np.float32)


def flat(patches: NDArray[Scalar]) -> NDArray[Scalar]:
    """Reshape (rows, columns, ...) patches to (N, numbers in a patch)."""
    return patches.reshape(patches.shape[0] * patches.shape[1], -1)

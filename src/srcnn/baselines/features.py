"""What a patch of the bicubic picture looks like: its gradients, and the few numbers that tell most of them.

Yang, Wright, Huang, Ma: "Image super-resolution via sparse representation", TIP 2010, take gradients of
first and second order of the enlarged picture; Zeyde, Elad, Protter: "On single image scale-up using
sparse-representations", 2010, one low-res pixel apart, and reduce them by PCA to 99.9 % of the energy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.patches import LOW_SIDE, cut

SMALLEST = LOW_SIDE + 2
"""Low-res pixels each way that a picture needs to have a patch: gradients reach one further."""
_ENERGY = 0.999


def gradients(luma: NDArray[Any], scale: int) -> NDArray[np.float32]:
    """(H + 2s) x (W + 2s) to 4 x H x W: down, right, down twice, right twice; ``scale`` pixels apart."""
    height, width = luma.shape[0] - 2 * scale, luma.shape[1] - 2 * scale
    luma = luma.astype(np.float32)

    def at(down: int, right: int) -> NDArray[np.float32]:
        top, left = scale + down, scale + right
        return luma[top : top + height, left : left + width]

    # Where the scale is odd the middle of the difference is half a pixel off: for all patches alike.
    before, after = scale // 2, scale - scale // 2
    centre = at(0, 0)
    return np.stack(
        [
            at(after, 0) - at(-before, 0),
            at(0, after) - at(0, -before),
            (at(scale, 0) + at(-scale, 0)) / 2 - centre,
            (at(0, scale) + at(0, -scale)) / 2 - centre,
        ]
    )


def basis_of(lumas: Iterable[NDArray[Any]], scale: int) -> NDArray[np.float32]:
    """4P² x d: the orthonormal directions that hold 99.9 % of the energy of the gradients' patches.

    Not centred: gradients are zero on average, and a flat patch has to stay zero. Of pictures that are all
    flat every direction is one.
    """
    energy: NDArray[np.float64] | None = None
    for luma in lumas:
        # A quarter of the patches is plenty for a matrix of this size.
        patches = flat(cut(gradients(luma, scale), scale)[::2, ::2])
        product = (patches.T @ patches).astype(np.float64)
        energy = product if energy is None else energy + product
    assert energy is not None  # there are pictures
    values, vectors = np.linalg.eigh(energy)
    share = np.cumsum(values[::-1]) / max(values.sum(), np.finfo(np.float64).tiny)
    count = int(np.searchsorted(share, _ENERGY)) + 1
    return np.ascontiguousarray(vectors[:, ::-1][:, :count], np.float32)


def flat(patches: NDArray[Any]) -> NDArray[Any]:
    """rows x columns x ... to N x numbers of a patch."""
    return patches.reshape(patches.shape[0] * patches.shape[1], -1)

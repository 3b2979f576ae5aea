"""The storage format of binary weights: one bit for each weight, one factor for each filter.

``convK.bits`` (uint8) holds the (n, c, f, f) weights in memory order, eight to a byte, the first
in the highest bit. A 1 stands for +alpha, a 0 for -alpha; unused bits of the last byte have no
meaning. ``convK.alpha``, (n, 1, 1, 1) float32, holds the factors. Because f is odd, it follows
from n, c and the number of bytes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Weights = Literal["fp32", "binary"]
PARTS: dict[Weights, tuple[str, ...]] = {
    "fp32": ("weight", "bias"),
    "binary": ("bits", "alpha", "bias"),
}
"""Names of a layer's tensors, by the kind of its weights."""

Tensors = Mapping[str, NDArray[np.number]]


def kind_of(tensors: Tensors) -> Weights:
    """Return the kind of weights from the names of the tensors; nothing else is checked."""
    return "binary" if any(name.endswith(".bits") for name in tensors) else "fp32"


def dtype_of(name: str) -> type[np.uint8] | type[np.float32]:
    """Return the dtype of the tensor ``name`` in a weights file."""
    return np.uint8 if name.endswith(".bits") else np.float32


def pack(positive: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Pack signs, (n, c, f, f) bool with True for +alpha, into bits."""
    return np.packbits(positive)


def unpack(
    bits: NDArray[np.uint8], alpha: NDArray[np.float32], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Unpack bits to weights of +alpha and -alpha.

    Args:
        bits: The packed signs.
        alpha: Factors of the filters, (n, 1, 1, 1).
        shape: (n, c, f, f).

    Returns:
        Weights of shape ``shape``, float32.
    """
    digits = np.unpackbits(bits, count=math.prod(shape)).reshape(shape)
    return np.where(digits == 1, alpha, -alpha)


def side_of(filters: int, size: int) -> int:
    """Return the odd f with which ``filters`` filters take ``size`` bytes, or 0 if none does."""
    side = math.isqrt(8 * size // filters)
    side -= side % 2 == 0
    return side if side > 0 and -(-filters * side * side // 8) == size else 0

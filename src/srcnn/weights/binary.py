"""Binary weights as they are stored: a bit for each, and one factor for each filter.

``convK.bits`` (uint8) holds the n x c x f x f weights in the order of memory, eight to a byte, the first in
the highest bit; a 1 stands for +alpha, a 0 for -alpha, and what is left of the last byte for nothing.
``convK.alpha`` (n x 1 x 1 x 1) holds the factors. As f is odd, n, c and the number of bytes say what it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Weights = Literal["fp32", "binary"]
PARTS: dict[Weights, tuple[str, ...]] = {
    "fp32": ("weight", "bias"),
    "binary": ("bits", "alpha", "bias"),
}
"""Names of a layer's tensors, by the kind of its weights."""

Tensors = Mapping[str, NDArray[Any]]


def kind_of(tensors: Tensors) -> Weights:
    """The kind of weights that named tensors are; nothing else of them is looked at."""
    return "binary" if any(name.endswith(".bits") for name in tensors) else "fp32"


def dtype_of(name: str) -> type[np.uint8] | type[np.float32]:
    """The type of the numbers in the tensor ``name``."""
    return np.uint8 if name.endswith(".bits") else np.float32


def pack(positive: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """n x c x f x f signs to their bits."""
    return np.packbits(positive)


def unpack(
    bits: NDArray[np.uint8], alpha: NDArray[np.float32], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """The n x c x f x f weights +-alpha."""
    digits = np.unpackbits(bits, count=math.prod(shape)).reshape(shape)
    return np.where(digits == 1, alpha, -alpha)


def side_of(filters: int, size: int) -> int:
    """The odd f with which so many f x f filters are ``size`` bytes; 0 where there is none."""
    side = math.isqrt(8 * size // filters)
    side -= side % 2 == 0
    return side if side > 0 and -(-filters * side * side // 8) == size else 0

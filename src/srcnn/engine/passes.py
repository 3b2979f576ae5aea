"""Selection of the networks that enlarge an image to a size for which none was trained."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, count

from srcnn.engine.network import Enhancer

_ROUNDING = 1e-9
"""Largest amount by which a product of integers may lie below a scale that a division computed."""


@dataclass(frozen=True)
class Pass:
    """One run of a network over the whole image, which becomes ``scale`` times as large."""

    scale: int
    model: Enhancer


def passes_for(scale: float, trained: Sequence[int]) -> tuple[int, ...]:
    """Choose the trained scales that enlarge an image at least ``scale`` times.

    The choice has as few passes as possible, then the least excess. The largest scale runs first. A
    result that is too large is then reduced by MATLAB's anti-aliased bicubic::

        scale       networks of 2, 3, 4    of 3 alone
        1.1 to 2    2                      3
        2.2, 3      3                      3
        3.5, 4      4                      3, 3
        5, 6        3, 2                   3, 3
        8           4, 2                   3, 3
        9           3, 3                   3, 3
        12          4, 3                   3, 3, 3
        16          4, 4                   3, 3, 3

    Args:
        scale: Requested enlargement. At 1 or below no network runs.
        trained: Scales of the available networks, each 2 or more.

    Returns:
        Scales of the passes in order; their product is ``scale`` or more.
    """
    if scale <= 1:
        return ()
    for length in count(1):
        if found := [each for each in _products(trained, length) if each[0] >= scale - _ROUNDING]:
            return min(found)[1]
    raise AssertionError("unreachable")


def _products(trained: Sequence[int], length: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield (product, scales) of every choice of ``length`` scales."""
    for scales in combinations_with_replacement(sorted(trained, reverse=True), length):
        yield math.prod(scales), scales

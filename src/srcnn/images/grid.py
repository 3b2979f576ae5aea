"""Where a network's input lies: on the enlarged image, or on the low-resolution one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """The geometry of a network: how its output lies over its input.

    Attributes:
        factor: Output pixels per input pixel, each way. 1: the network takes the bicubically
            enlarged image and keeps its size (SRCNN). s: it takes the low-resolution image and
            enlarges it s times itself.
        radius: Input pixels that each side loses, because all convolutions are valid. The caller
            pads by that much.
    """

    factor: int
    radius: int

    def padded(self, output: int) -> int:
        """Return how many input pixels a side of ``output`` pixels, a multiple of `factor`, needs."""
        return output // self.factor + 2 * self.radius

    def output(self, padded: int) -> int:
        """Return how many output pixels a side of ``padded`` input pixels gives."""
        return (padded - 2 * self.radius) * self.factor


ENLARGED = Grid(1, 0)
"""The grid of the enlarged image itself, without a halo."""

"""The grid of a network's input: the enlarged image or the low-resolution one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """The geometry of a network: how its output relates to its input.

    Attributes:
        factor: Output pixels per input pixel in each direction. 1: the input is the bicubically
            enlarged image (SRCNN). s: the input is the low-resolution image, and the network
            enlarges it.
        radius: Input pixels that each side loses, because convolutions are not padded. The caller
            pads by this amount.
    """

    factor: int
    radius: int

    def padded(self, output: int) -> int:
        """Return the input pixels for ``output`` pixels of a side, a multiple of `factor`."""
        return output // self.factor + 2 * self.radius

    def output(self, padded: int) -> int:
        """Return the output pixels that a side of ``padded`` input pixels gives."""
        return (padded - 2 * self.radius) * self.factor


ENLARGED = Grid(1, 0)
"""The grid of the enlarged image itself, without a halo."""

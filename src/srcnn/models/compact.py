"""The ``compact`` family in torch: 3x3 convolutions on the low-resolution grid.

::

    Y --conv1, act--> F1 --conv2, act--> ... --conv(depth + 2)--> s^2 planes
    each plane + Y --pixel shuffle--> (s h x s w)

`srcnn.weights.architectures.compact` describes the family and its tensors.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from srcnn.models.base import Arrays, TorchNetwork
from srcnn.models.residual import SHIFT
from srcnn.models.srcnn import bias_of
from srcnn.weights.architectures.compact import SLOPE
from srcnn.weights.card import Card


class Compact(TorchNetwork):
    """The plain network, as a weights file stores it."""

    skips = False
    """Whether each hidden convolution adds its input to its output, before the activation."""
    shift = 0.0
    """Value subtracted from the image before the first convolution."""

    def __init__(self, card: Card) -> None:
        """Build an untrained network with the layer sizes on ``card``."""
        super().__init__()
        self.card = card
        width, depth = card.sizes["channels"], card.sizes["depth"]
        widths = (card.channels, *[width] * (depth + 1), card.channels * card.scale**2)
        for k, (inputs, outputs) in enumerate(pairwise(widths), 1):
            self.add_module(f"conv{k}", nn.Conv2d(inputs, outputs, 3))

    @classmethod
    def of_card(cls, card: Card) -> Self:
        """See `TorchNetwork.of_card`."""
        return cls(card)

    @property
    def radius(self) -> int:
        """Low-resolution pixels that each side loses without padding, one for each convolution."""
        return len(self.layers)

    def forward(self, y: Tensor, pad: bool = True) -> Tensor:
        """See `TorchNetwork.forward`; ``y`` is the low-resolution image."""
        r = self.radius
        if pad:
            y = functional.pad(y, [r] * 4, mode="replicate")
        first, *hidden, last = self.layers
        x = functional.leaky_relu_(first(y - self.shift), SLOPE)
        for layer in hidden:
            z = layer(x)
            x = functional.leaky_relu_(z + x[..., 1:-1, 1:-1] if self.skips else z, SLOPE)
        middle = y[..., r : y.shape[-2] - r, r : y.shape[-1] - r]
        nearest = middle.repeat_interleave(self.card.scale**2, dim=1)
        return functional.pixel_shuffle(last(x) + nearest, self.card.scale)


class ResidualCompact(Compact):
    """The training form: identity skips around the hidden convolutions, and a centered input.

    ::

        F1 = act(W1 * (Y - 1/2) + B1),   Fk = act(Wk * F(k-1) + Bk + F(k-1))

    An identity equals a convolution with a 1 in its center, and the shift equals a bias, so `fold`
    gives a plain network of the same size with the same output up to rounding.
    """

    skips = True
    shift = SHIFT

    @classmethod
    def of_weights(cls, tensors: Arrays, card: Card, source: str) -> Self:
        """Return the training form of a plain network's tensors; every plain network has one."""
        model = super().of_weights(tensors, card, source)
        model._move(model, -1.0)
        return model

    def fold(self) -> Compact:
        """Return the plain network with the same output up to rounding."""
        plain = Compact(self.card).to(next(self.parameters()).device)
        plain.load_state_dict(self.state_dict())
        self._move(plain, 1.0)
        return plain

    @staticmethod
    @torch.no_grad()
    def _move(model: Compact, sign: float) -> None:
        """Move skips and shift into the weights (``sign`` 1), or out of them (``sign`` -1)."""
        first, *hidden, _ = model.layers
        bias_of(first).sub_(sign * SHIFT * first.weight.sum(dim=(1, 2, 3)))
        for layer in hidden:
            eye = torch.eye(len(layer.weight), device=layer.weight.device)
            layer.weight[:, :, 1, 1].add_(sign * eye)

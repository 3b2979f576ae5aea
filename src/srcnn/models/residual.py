"""A residual training form of SRCNN: y = x + g(x - 1/2), which folds into the plain network.

g is an SRCNN with one filter fewer in each hidden layer, or three fewer for a three-channel
image. After folding, the filters that g lacks carry the image's channels to the output: the
first layer is a delta with bias 1/2 (so that ReLU passes negative values, which bicubic
interpolation can produce), the hidden layers pass it on, and the last layer adds it with weight
1 and bias -1/2. The biases of the first layer absorb the shift by 1/2. Architecture and number
of weights equal the paper's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor, nn

from srcnn.errors import UsageError
from srcnn.models.base import Arrays, TorchNetwork
from srcnn.models.srcnn import SRCNN, bias_of
from srcnn.weights.card import Card

SHIFT = 0.5
"""Subtracted from the image, whose values lie around [0, 1], to center the input of g."""


class ResidualSRCNN(TorchNetwork):
    """The form that trains ``g``; `fold` gives the plain `SRCNN` of sizes ``f`` and ``n``."""

    def __init__(
        self, f: Sequence[int] = (9, 1, 5), n: Sequence[int] = (64, 32), channels: int = 1
    ) -> None:
        """Build an untrained network; the arguments are those of the folded `SRCNN`."""
        super().__init__()
        self.g = SRCNN(f, [filters - channels for filters in n], channels)

    def forward(self, x: Tensor, pad: bool = False) -> Tensor:
        """Enhance bicubic images without padding.

        Args:
            x: (N, C, H, W) floats around [0, 1].
            pad: Must be false: this form is only trained.

        Returns:
            (N, C, H - 2r, W - 2r) floats; not clamped.
        """
        assert not pad, "cannot be created from a card"
        r = self.g.radius
        inner = x[..., r : x.shape[-2] - r, r : x.shape[-1] - r]
        out: Tensor = inner + self.g(x - SHIFT, pad=False)
        return out

    @classmethod
    def of_card(cls, card: Card) -> Self:
        """See `TorchNetwork.of_card`."""
        return cls(card.f, card.n, card.channels)

    @property
    def layers(self) -> list[nn.Conv2d]:
        """The trained convolutions, those of ``g``."""
        return self.g.layers

    @classmethod
    def of_weights(cls, tensors: Arrays, card: Card, source: str) -> Self:
        """Return the residual form of a plain network's tensors; see `unfold`."""
        model = cls.of_card(card)
        model.load_state_dict(unfold(SRCNN.from_tensors(tensors, source), source).state_dict())
        return model

    @torch.no_grad()
    def fold(self) -> SRCNN:
        """Return the plain network with the same output up to rounding."""
        c = self.g.channels
        plain = SRCNN(self.g.f, [filters + c for filters in self.g.n], c)
        last = len(self.g.layers) - 1
        for k, (old, new) in enumerate(zip(self.g.layers, plain.layers, strict=True)):
            weight, bias = torch.zeros_like(new.weight), torch.zeros_like(bias_of(new))
            outputs, inputs = old.weight.shape[:2]
            weight[:outputs, :inputs] = old.weight
            bias[:outputs] = bias_of(old)
            if k == 0:
                bias[:outputs] -= SHIFT * old.weight.sum(dim=(1, 2, 3))
            center = old.kernel_size[0] // 2
            # The image's channels are the last ones of each hidden layer, and the only ones of
            # the network's input and output.
            weight[-c:, -c:, center, center] = torch.eye(c)
            bias[-c:] += SHIFT if k == 0 else -SHIFT if k == last else 0.0
            new.weight.copy_(weight)
            bias_of(new).copy_(bias)
        return plain


def unfold(plain: SRCNN, source: str = "these weights") -> ResidualSRCNN:
    """Return the residual form of a network that `fold` made, for further training.

    Args:
        plain: The folded network.
        source: Name of its file, for the error message.

    Raises:
        UsageError: The last filters of the network do not carry the image.
    """
    model = ResidualSRCNN(plain.f, plain.n, plain.channels)
    with torch.no_grad():
        for k, (old, new) in enumerate(zip(plain.layers, model.g.layers, strict=True)):
            outputs, inputs = new.weight.shape[:2]
            new.weight.copy_(old.weight[:outputs, :inputs])
            bias_of(new).copy_(bias_of(old)[:outputs])
            if k == 0:
                bias_of(new).add_(SHIFT * new.weight.sum(dim=(1, 2, 3)))
        bias_of(model.g.layers[-1]).add_(SHIFT)
        again = model.fold()
    for name, weight in plain.state_dict().items():
        if not torch.allclose(weight, again.state_dict()[name], atol=1e-5):
            raise UsageError(source, "has no residual form", "train with form: plain")
    return model

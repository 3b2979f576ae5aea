"""A way to train SRCNN, not another network: y = x + g(x - 1/2), folded into the plain stack.

g is an SRCNN with one filter fewer in each hidden layer, or three where the picture has three channels.
Each channel of the picture itself travels through a filter that is left over: a delta with bias 1/2 in the
first layer (so that ReLU passes what bicubic overshoots below 0), passed on by the layers between, and
added with weight 1 and bias -1/2 by the last; the shift by 1/2 goes into the first biases. Graph and
number of weights are those of the paper.
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


class ResidualSRCNN(TorchNetwork):
    """Trains ``g``; `fold` gives the plain `SRCNN` of sizes ``f`` and filter numbers ``n``."""

    def __init__(
        self, f: Sequence[int] = (9, 1, 5), n: Sequence[int] = (64, 32), channels: int = 1
    ) -> None:
        super().__init__()
        self.g = SRCNN(f, [filters - channels for filters in n], channels)

    def forward(self, x: Tensor, pad: bool = False) -> Tensor:
        """N x C x H x W in [0, 1] to N x C x (H - 2r) x (W - 2r): valid, as `SRCNN` is without ``pad``."""
        assert not pad, "this form is only trained"
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
        """The convolutions that are trained."""
        return self.g.layers

    @classmethod
    def of_weights(cls, tensors: Arrays, card: Card, source: str) -> Self:
        """Return the residual form of a plain network's tensors: see `unfold`."""
        model = cls.of_card(card)
        model.load_state_dict(unfold(SRCNN.from_tensors(tensors, source), source).state_dict())
        return model

    @torch.no_grad()
    def fold(self) -> SRCNN:
        """The plain network with the same output (to rounding)."""
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
            centre = old.kernel_size[0] // 2
            # The picture's own channels are the last of each hidden layer, and the only ones outside.
            weight[-c:, -c:, centre, centre] = torch.eye(c)
            bias[-c:] += SHIFT if k == 0 else -SHIFT if k == last else 0.0
            new.weight.copy_(weight)
            bias_of(new).copy_(bias)
        return plain


def unfold(plain: SRCNN, source: str = "these weights") -> ResidualSRCNN:
    """The residual form of a network that `fold` made, to train on from it.

    `UsageError` that names ``source`` for any other network: its last filters do not carry the picture.
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

"""What every network in torch is to training, export and the torch engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from srcnn.weights.card import Card

Arrays = Mapping[str, NDArray[Any]]


class TorchNetwork(nn.Module):
    """A network, or a form of one that is trained and then folded into the plain network.

    A family overrides `of_card` and `forward`; its training forms also `of_weights` and `fold`.
    """

    @classmethod
    def of_card(cls, card: Card) -> Self:
        """Return an untrained network of the sizes on ``card``."""
        raise NotImplementedError

    def forward(self, y: Tensor, pad: bool = True) -> Tensor:
        """Enhance images on the grid of the family.

        Args:
            y: (N, C, h, w) floats around [0, 1].
            pad: Repeat the edge over the receptive radius r. Without it each side loses r pixels.

        Returns:
            (N, C, factor * h, factor * w), smaller without ``pad``; not clamped.
        """
        raise NotImplementedError

    @property
    def layers(self) -> list[nn.Conv2d]:
        """The convolutions, first to last."""
        return [layer for layer in self.children() if isinstance(layer, nn.Conv2d)]

    @classmethod
    def of_weights(cls, tensors: Arrays, card: Card, source: str) -> Self:
        """Return the network of the tensors in a weights file, which fit ``card``.

        Raises:
            UsageError: This form cannot hold them; the error names ``source``.
        """
        model = cls.of_card(card)
        model.load_state_dict({name: torch.tensor(value) for name, value in tensors.items()})
        return model

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the plain network's weights by name: what a weights file stores."""
        state = self.fold().state_dict()
        return {name: value.detach().cpu().numpy() for name, value in state.items()}

    def fold(self) -> TorchNetwork:
        """Return the plain network with the same output, to rounding: itself, if it is plain."""
        return self

"""The interface of torch networks for training, export and the torch backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from srcnn.weights.card import Card

Arrays = Mapping[str, NDArray[np.number]]


class TorchNetwork(nn.Module):
    """Base class of a network, or of a training form that folds into the plain network.

    A family overrides `of_card` and `forward`; its training forms also override `of_weights` and
    `fold`.
    """

    @classmethod
    def of_card(cls, card: Card) -> Self:
        """Return an untrained network.

        Args:
            card: Gives the layer sizes and the channels.
        """
        raise NotImplementedError

    def forward(self, y: Tensor, pad: bool = True) -> Tensor:
        """Enhance images on the family's grid (see `srcnn.weights.architectures`).

        Args:
            y: (N, C, h, w) floats around [0, 1].
            pad: Pad by the receptive radius r, repeating the edge. Without it, each side loses r
                input pixels.

        Returns:
            (N, C, factor * h, factor * w) floats, smaller without ``pad``; not clamped.
        """
        raise NotImplementedError

    @property
    def layers(self) -> list[nn.Conv2d]:
        """The convolutions, first to last."""
        return [layer for layer in self.children() if isinstance(layer, nn.Conv2d)]

    @classmethod
    def of_weights(cls, tensors: Arrays, card: Card, source: str) -> Self:
        """Return a network with the tensors of a weights file.

        Args:
            tensors: Arrays by name, which fit ``card``.
            card: The card of the weights file.
            source: Name of the file, for error messages.

        Raises:
            UsageError: This form cannot represent the tensors.
        """
        model = cls.of_card(card)
        model.load_state_dict({name: torch.tensor(value) for name, value in tensors.items()})
        return model

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the plain network's weights by name, as a weights file stores them."""
        state = self.fold().state_dict()
        return {name: value.detach().cpu().numpy() for name, value in state.items()}

    def fold(self) -> TorchNetwork:
        """Return the plain network with the same output up to rounding, itself if it is plain."""
        return self

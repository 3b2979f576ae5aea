"""The paper's network.

::

    Y  --f1 x f1, n1-->  F1 = max(0, W1*Y + B1)    patch extraction and representation   (eq. 1)
       --f2 x f2, n2-->  F2 = max(0, W2*F1 + B2)   non-linear mapping                    (eq. 2)
       --f3 x f3, c--->  F  = W3*F2 + B3           reconstruction                        (eq. 3)

C. Dong, C. C. Loy, K. He, X. Tang: Image Super-Resolution Using Deep Convolutional Networks,
IEEE TPAMI 38(2), 2016.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from srcnn.errors import ModelError, UsageError
from srcnn.models.base import TorchNetwork
from srcnn.weights.architectures.srcnn import shape_of
from srcnn.weights.binary import kind_of
from srcnn.weights.card import Card
from srcnn.weights.foreign import open_weights

PRESETS = {"9-1-5": (9, 1, 5), "9-3-5": (9, 3, 5), "9-5-5": (9, 5, 5)}
"""Filter sizes ``f`` of the paper's three networks (section 4.3.2); all have ``n`` = (64, 32)."""


class SRCNN(TorchNetwork):
    """A stack of convolutions with ReLU between them, which enhances a bicubically enlarged image.

    The paper's networks have three layers (`PRESETS`); section 4.3.3 tries more.

    Attributes:
        f: Filter sizes of the layers, f1, f2, ... in the paper.
        n: Numbers of filters of the hidden layers, n1, n2, ... in the paper.
        channels: Channels of the image: 1 (luma) or 3.
    """

    convolution: ClassVar[type[nn.Conv2d]] = nn.Conv2d
    """The layers' class; a subclass may have its own."""

    def __init__(
        self, f: Sequence[int] = (9, 1, 5), n: Sequence[int] = (64, 32), channels: int = 1
    ) -> None:
        """Build an untrained network.

        Args:
            f: Odd filter sizes, one for each layer, at least two.
            n: Number of filters of each hidden layer, one entry fewer than ``f``.
            channels: Channels of the image, 1 or 3.

        Raises:
            UsageError: The sizes or the number of channels are invalid.
        """
        super().__init__()
        if len(f) < 2 or len(n) != len(f) - 1 or any(k % 2 == 0 or k < 1 for k in f) or min(n) < 1:
            raise UsageError(
                f"f = {tuple(f)}, n = {tuple(n)}", "f must be odd, and n one number shorter than f"
            )
        if channels not in (1, 3):
            raise UsageError(f"{channels} channels", "must be 1 or 3")
        self.f, self.n, self.channels = tuple(f), tuple(n), channels
        widths = (channels, *n, channels)
        for k, size in enumerate(f, 1):
            self.add_module(f"conv{k}", self.convolution(widths[k - 1], widths[k], size))

    @classmethod
    def of_card(cls, card: Card) -> Self:
        """Return an untrained network.

        Args:
            card: Gives the layer sizes and the channels.
        """
        return cls(card.f, card.n, card.channels)

    @property
    def radius(self) -> int:
        """Receptive radius in pixels: 6, 7 and 8 for 9-1-5, 9-3-5 and 9-5-5."""
        return sum(size // 2 for size in self.f)

    @property
    def parameters_without_biases(self) -> int:
        """Number of weights, counted as in the paper: 8,032 for 9-1-5, 57,184 for 9-5-5."""
        return sum(layer.weight.numel() for layer in self.layers)

    def forward(self, y: Tensor, pad: bool = True) -> Tensor:
        """Enhance bicubically enlarged images (eq. 1 to 3).

        The input is padded once, and no convolution pads on its own.

        Args:
            y: (N, C, H, W) floats around [0, 1].
            pad: Pad by `radius` pixels, repeating the edge, so that the size stays. Without it,
                each side loses `radius` pixels, as in training.

        Returns:
            (N, C, H, W) floats, smaller without ``pad``; not clamped.
        """
        if pad:
            y = functional.pad(y, [self.radius] * 4, mode="replicate")
        *hidden, last = self.layers
        for layer in hidden:
            y = torch.relu_(layer(y))  # in place, because memory bandwidth limits training
        out: Tensor = last(y)
        return out

    @classmethod
    def from_tensors(
        cls, tensors: Mapping[str, NDArray[np.number]], source: str = "tensors"
    ) -> Self:
        """Return a network built from arrays; their shapes give the layer sizes.

        Args:
            tensors: Arrays by name: ``convK.weight``, (n, c, f, f), and ``convK.bias``, (n,).
            source: Name of their file, for error messages.

        Raises:
            ModelError: The tensors are not the weights of an SRCNN, or they are binary.
        """
        if kind_of(tensors) != "fp32":
            raise ModelError(source, "contains binary weights", "open it with BinarySRCNN")
        return cls._of_weights(tensors, source)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> Self:
        """Return a network built from a state dict; its shapes give the layer sizes.

        Args:
            state: Tensors by name: ``convK.weight``, (n, c, f, f), and ``convK.bias``, (n,).

        Raises:
            ModelError: The tensors are not the weights of an SRCNN.
        """
        return cls._of_weights(
            {k: v.detach().cpu().numpy() for k, v in state.items()}, "state dict"
        )

    @classmethod
    def _of_weights(cls, tensors: Mapping[str, NDArray[np.number]], source: str) -> Self:
        model = cls(*shape_of(tensors, source))
        model.load_state_dict({name: torch.tensor(value) for name, value in tensors.items()})
        return model

    @classmethod
    def from_pretrained(cls, name: str, scale: int) -> Self:
        """Return a network with shipped weights or those of a file.

        Args:
            name: Name of a shipped model, or a weights file.
            scale: Scale that the weights have to be for.

        Raises:
            ModelError: The model is unknown, cannot be read, is not an SRCNN, or is for another
                scale.
        """
        return cls.from_tensors(open_weights(name, scale)[0], name)


def bias_of(layer: nn.Conv2d) -> Tensor:
    """Return the biases of a layer, (n,)."""
    assert layer.bias is not None  # every layer of the package's networks has biases
    return layer.bias


def init_paper(model: TorchNetwork) -> None:
    """Initialize as in section 3.3: weights from a Gaussian with mean 0, std 0.001; biases 0."""
    for layer in model.layers:
        nn.init.normal_(layer.weight, std=0.001)
        nn.init.zeros_(bias_of(layer))


def init_he(model: TorchNetwork) -> None:
    """Initialize hidden layers by He et al. (ICCV 2015), the last one near 0, and biases to 0."""
    for layer in model.layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(bias_of(layer))
    with torch.no_grad():
        model.layers[-1].weight *= 0.01

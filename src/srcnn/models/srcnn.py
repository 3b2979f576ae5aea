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
from typing import Any, ClassVar, Self

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
"""The paper's three networks (section 4.3.2) as ``f``; ``n`` is 64, 32 for each."""


class SRCNN(TorchNetwork):
    """A stack of convolutions of sizes ``f`` with ``n`` filters in the hidden layers.

    The paper has three (`PRESETS`; f1-f2-f3 and n1, n2; section 4.3.3 goes deeper). ``channels`` is 1 (luma) or 3.
    """

    convolution: ClassVar[type[nn.Conv2d]] = nn.Conv2d

    def __init__(
        self, f: Sequence[int] = (9, 1, 5), n: Sequence[int] = (64, 32), channels: int = 1
    ) -> None:
        super().__init__()
        if len(f) < 2 or len(n) != len(f) - 1 or any(k % 2 == 0 or k < 1 for k in f) or min(n) < 1:
            raise UsageError(f"f = {tuple(f)}, n = {tuple(n)}", "sizes are odd, n one fewer than f")
        if channels not in (1, 3):
            raise UsageError(f"{channels} channels", "a network has 1 or 3")
        self.f, self.n, self.channels = tuple(f), tuple(n), channels
        widths = (channels, *n, channels)
        for k, size in enumerate(f, 1):
            self.add_module(f"conv{k}", self.convolution(widths[k - 1], widths[k], size))

    @classmethod
    def of_card(cls, card: Card) -> Self:
        """See `TorchNetwork.of_card`."""
        return cls(card.f, card.n, card.channels)

    @property
    def radius(self) -> int:
        """Receptive radius: 6, 7, 8 for 9-1-5, 9-3-5, 9-5-5."""
        return sum(size // 2 for size in self.f)

    @property
    def parameters_without_biases(self) -> int:
        """The paper's count: 8,032, 24,416, 57,184 for 9-1-5, 9-3-5, 9-5-5."""
        return sum(layer.weight.numel() for layer in self.layers)

    def forward(self, y: Tensor, pad: bool = True) -> Tensor:
        """Bicubic picture in, super-resolved picture out; N x C x H x W floats around [0, 1].

        The input is padded once, by repeating its edge over the receptive radius, and every convolution
        is valid, so the size stays. With ``pad=False`` nothing is padded and each side loses `radius`
        pixels, as in training. Nothing is clamped.
        """
        if pad:
            y = functional.pad(y, [self.radius] * 4, mode="replicate")
        *hidden, last = self.layers
        for layer in hidden:
            y = torch.relu_(layer(y))  # in place: training is bound by memory
        out: Tensor = last(y)
        return out

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], source: str = "tensors") -> Self:
        """A network whose shape is read from named numpy tensors; `ModelError` if they are none of its."""
        if kind_of(tensors) != "fp32":
            raise ModelError(source, "holds binary weights", "open it with BinarySRCNN")
        return cls._of_weights(tensors, source)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> Self:
        """A network whose shape is read from a state dict with keys ``convK.weight``, ``convK.bias``."""
        return cls._of_weights(
            {k: v.detach().cpu().numpy() for k, v in state.items()}, "state dict"
        )

    @classmethod
    def _of_weights(cls, tensors: Mapping[str, NDArray[Any]], source: str) -> Self:
        model = cls(*shape_of(tensors, source))
        model.load_state_dict({name: torch.tensor(value) for name, value in tensors.items()})
        return model

    @classmethod
    def from_pretrained(cls, name: str, scale: int) -> Self:
        """The shipped weights ``name``, or any weights file, for ``scale``; `ModelError` if it is for another."""
        return cls.from_tensors(open_weights(name, scale)[0], name)


def bias_of(layer: nn.Conv2d) -> Tensor:
    """The layer's biases."""
    assert layer.bias is not None  # SRCNN's layers all have them
    return layer.bias


def init_paper(model: TorchNetwork) -> None:
    """Section 3.3: filters from a Gaussian of mean 0 and deviation 0.001, biases 0."""
    for layer in model.layers:
        nn.init.normal_(layer.weight, std=0.001)
        nn.init.zeros_(bias_of(layer))


def init_he(model: TorchNetwork) -> None:
    """He initialisation of the hidden layers, and a last layer that starts near 0."""
    for layer in model.layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(bias_of(layer))
    with torch.no_grad():
        model.layers[-1].weight *= 0.01

"""Binary weights: the binarizer, and the network whose every weight is +alpha or -alpha.

M. Rastegari, V. Ordonez, J. Redmon, A. Farhadi: XNOR-Net: ImageNet Classification Using Binary
Convolutional Neural Networks, ECCV 2016, section 3.1 (binary-weight networks).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn import functional

from srcnn.errors import ModelError
from srcnn.models.base import Arrays
from srcnn.models.residual import SHIFT
from srcnn.models.srcnn import SRCNN, bias_of
from srcnn.weights.architectures.srcnn import layer_shapes, shape_of
from srcnn.weights.binary import PARTS, kind_of, pack, unpack
from srcnn.weights.card import Card


class Binarize(torch.autograd.Function):
    """n x c x f x f latent weights W to binary ones B, by filter.

    ::

        forward     B = alpha s,   s = sign(W), sign(0) = +1,   alpha = mean |W|
        backward    dL/dW = s mean(s dL/dB) + alpha dL/dB 1{|W| <= 1}

    The means are over a filter. The first term is the exact derivative by way of alpha, as d|W|/dW = s. The
    second stands in for the derivative of the sign, which is 0 wherever there is one: the error goes
    straight through, but not where a weight is so far from 0 that it will hardly change its sign.
    The paper prints the first term as (dL/dB) / N, N the weights of a filter: the part of one weight in
    its own B alone, although each weight moves the whole filter by way of alpha.
    """

    @staticmethod
    def forward(ctx: Any, weight: Tensor) -> Tensor:
        """What is stored is the latent weight alone: signs and alpha are made of it again."""
        ctx.save_for_backward(weight)
        return factors(weight) * signs(weight)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> Tensor:
        """dL/dW of dL/dB, as the formula above has it."""
        (weight,) = ctx.saved_tensors  # type: ignore[attr-defined]
        s = signs(weight)
        through_alpha = s * (s * gradient).mean(dim=(1, 2, 3), keepdim=True)
        straight = factors(weight) * gradient * (weight.abs() <= 1)
        total: Tensor = through_alpha + straight
        return total


def signs(weight: Tensor) -> Tensor:
    """+1 where a weight is 0 or more, else -1."""
    return torch.where(weight >= 0, 1.0, -1.0).to(weight.dtype)


def factors(weight: Tensor) -> Tensor:
    """alpha of each filter, n x 1 x 1 x 1. The mean of equal numbers is that number, to the last bit."""
    mean = weight.abs().mean(dim=(1, 2, 3), keepdim=True, dtype=torch.float64)
    return mean.to(weight.dtype)


class BinaryConv2d(nn.Conv2d):
    """A convolution with the binary form of ``weight``, the latent weights; the bias stays as it is."""

    def forward(self, x: Tensor) -> Tensor:
        weight: Tensor = Binarize.apply(self.weight)  # type: ignore[no-untyped-call]
        out: Tensor = self._conv_forward(x, weight, self.bias)
        return out


class BinarySRCNN(SRCNN):
    """y + g(y - 1/2), g an `SRCNN` of binary weights, with biases and sums in floating point.

    The full network carries the bicubic picture through its own filters. Binary ones cannot: each weight
    of a filter is as large as the others, so none of them is a delta. So the picture is added, and the
    network learns what is missing. The shift, with which a weight that changes its sign does not change
    the mean of its sum so much, is for training alone: in what is stored it has gone into the first biases.
    """

    convolution = BinaryConv2d

    def forward(self, y: Tensor, pad: bool = True) -> Tensor:
        """As `SRCNN.forward`."""
        r = self.radius
        if pad:
            y = functional.pad(y, [r] * 4, mode="replicate")
        middle = y[..., r : y.shape[-2] - r, r : y.shape[-1] - r]
        out: Tensor = middle + super().forward(y - SHIFT, pad=False)
        return out

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], source: str = "tensors") -> Self:
        """The network of stored bits; as latent weights it has +alpha and -alpha themselves."""
        if kind_of(tensors) != "binary":
            raise ModelError(source, "holds no binary weights", "open it with SRCNN")
        shape_of(tensors, source)
        latent: dict[str, NDArray[Any]] = {}
        for k, shape in enumerate(layer_shapes(tensors), 1):
            bits, alpha, bias = (tensors[f"conv{k}.{part}"] for part in PARTS["binary"])
            latent |= {f"conv{k}.weight": unpack(bits, alpha, shape), f"conv{k}.bias": bias}
        latent["conv1.bias"] = latent["conv1.bias"] + _shift(latent["conv1.weight"])
        return cls._of_weights(latent, source)

    @classmethod
    def of_weights(cls, tensors: Arrays, card: Card, source: str) -> Self:
        """See `from_tensors`."""
        return cls.from_tensors(tensors, source)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Bits, factors and biases by name, as `srcnn.weights.binary` has them."""
        found: dict[str, NDArray[Any]] = {}
        for k, layer in enumerate(self.layers, 1):
            weight = layer.weight.detach()
            found[f"conv{k}.bits"] = pack((weight >= 0).cpu().numpy())
            found[f"conv{k}.alpha"] = factors(weight).float().cpu().numpy()
            found[f"conv{k}.bias"] = bias_of(layer).detach().cpu().numpy()
        with torch.no_grad():
            found["conv1.bias"] = found["conv1.bias"] - _shift(
                Binarize.apply(self.layers[0].weight).cpu().numpy()  # type: ignore[no-untyped-call]
            )
        return found


def _shift(weight: NDArray[Any]) -> NDArray[np.float32]:
    """What the shift by 1/2 is worth in the biases of a layer with these weights."""
    shift: NDArray[np.float32] = SHIFT * weight.sum(axis=(1, 2, 3), dtype=np.float64)
    return shift.astype(np.float32)

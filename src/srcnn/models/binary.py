"""Binary weights: the binarizer, and the network whose weights are all +alpha or -alpha.

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
    """Binarize latent weights W, (n, c, f, f) floats, filter by filter.

    ::

        forward     B = alpha s,   s = sign(W), sign(0) = +1,   alpha = mean |W|
        backward    dL/dW = s mean(s dL/dB) + alpha dL/dB 1{|W| <= 1}

    Means are taken over a filter. The first term is the exact derivative through alpha, because
    d|W|/dW = s. The second term replaces the derivative of the sign, which is 0 almost everywhere:
    it passes the gradient straight through, except for weights so far from 0 that their sign will
    hardly change.

    The paper prints the first term as (dL/dB) / N, where N is the number of weights of a filter.
    That counts only the effect of a weight on its own B, although each weight changes the whole
    filter through alpha.
    """

    @staticmethod
    def forward(ctx: Any, weight: Tensor) -> Tensor:
        """Return the binary weights; save only the latent weights for the backward pass."""
        ctx.save_for_backward(weight)
        return factors(weight) * signs(weight)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> Tensor:
        """Return dL/dW, given dL/dB; see the class for the formula."""
        (weight,) = ctx.saved_tensors  # type: ignore[attr-defined]
        s = signs(weight)
        through_alpha = s * (s * gradient).mean(dim=(1, 2, 3), keepdim=True)
        straight = factors(weight) * gradient * (weight.abs() <= 1)
        total: Tensor = through_alpha + straight
        return total


def signs(weight: Tensor) -> Tensor:
    """Return +1 for weights of at least 0 and -1 for others, with the dtype of ``weight``."""
    return torch.where(weight >= 0, 1.0, -1.0).to(weight.dtype)


def factors(weight: Tensor) -> Tensor:
    """Return alpha of each filter, (n, 1, 1, 1), with the dtype of ``weight``.

    The mean is taken in float64, so the mean of equal numbers is exactly that number.
    """
    mean = weight.abs().mean(dim=(1, 2, 3), keepdim=True, dtype=torch.float64)
    return mean.to(weight.dtype)


class BinaryConv2d(nn.Conv2d):
    """A convolution that binarizes its latent ``weight`` on each call; the bias stays real."""

    def forward(self, x: Tensor) -> Tensor:
        """Convolve (N, C, H, W) floats with the binarized weights."""
        weight: Tensor = Binarize.apply(self.weight)  # type: ignore[no-untyped-call]
        out: Tensor = self._conv_forward(x, weight, self.bias)
        return out


class BinarySRCNN(SRCNN):
    """y + g(y - 1/2), where g is an `SRCNN` with binary weights and real biases and sums.

    SRCNN's own filters carry the bicubic image to the output. Binary filters cannot: all weights
    of a filter have the same magnitude, so no filter is a delta. Therefore the image is added to
    the output, and the network learns the residual.

    The shift by 1/2 is used only in training, where it reduces how much a change of sign changes
    the mean of a filter's sum. In stored weights, the biases of the first layer absorb it.
    """

    convolution = BinaryConv2d

    def forward(self, y: Tensor, pad: bool = True) -> Tensor:
        """Enhance bicubic images; see `SRCNN.forward`.

        Args:
            y: (N, C, H, W) floats around [0, 1].
            pad: Pad by `radius` pixels, repeating the edge. Without it, each side loses `radius`
                pixels.

        Returns:
            (N, C, H, W) floats, smaller without ``pad``; not clamped.
        """
        r = self.radius
        if pad:
            y = functional.pad(y, [r] * 4, mode="replicate")
        middle = y[..., r : y.shape[-2] - r, r : y.shape[-1] - r]
        out: Tensor = middle + super().forward(y - SHIFT, pad=False)
        return out

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, NDArray[Any]], source: str = "tensors") -> Self:
        """Return a network built from binary tensors; its latent weights are +alpha and -alpha.

        Args:
            tensors: Packed bits, factors and biases by name, as in `srcnn.weights.binary`.
            source: Name of their file, for error messages.

        Raises:
            ModelError: The tensors are not the binary weights of an SRCNN.
        """
        if kind_of(tensors) != "binary":
            raise ModelError(source, "contains no binary weights", "open it with SRCNN")
        shape_of(tensors, source)
        latent: dict[str, NDArray[Any]] = {}
        for k, shape in enumerate(layer_shapes(tensors), 1):
            bits, alpha, bias = (tensors[f"conv{k}.{part}"] for part in PARTS["binary"])
            latent |= {f"conv{k}.weight": unpack(bits, alpha, shape), f"conv{k}.bias": bias}
        latent["conv1.bias"] = latent["conv1.bias"] + _shift(latent["conv1.weight"])
        return cls._of_weights(latent, source)

    @classmethod
    def of_weights(cls, tensors: Arrays, card: Card, source: str) -> Self:
        """Return a network with the tensors of a binary weights file.

        Args:
            tensors: Packed bits, factors and biases by name, as in `srcnn.weights.binary`.
            card: The card of the weights file; the sizes are read from the tensors.
            source: Name of the file, for error messages.

        Raises:
            ModelError: The tensors are not the binary weights of an SRCNN.
        """
        return cls.from_tensors(tensors, source)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return packed bits, factors and biases by name, as in `srcnn.weights.binary`."""
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
    """Return what the shift by 1/2 adds to the biases of a layer, (n,) float32."""
    shift: NDArray[np.float32] = SHIFT * weight.sum(axis=(1, 2, 3), dtype=np.float64)
    return shift.astype(np.float32)

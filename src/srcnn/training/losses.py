"""Loss functions of (output, truth), each (N, C, H, W) around [0, 1]; they return (N, C)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from srcnn.metrics.ssim import K1, K2, SIGMA, WINDOW

Loss = Callable[[Tensor, Tensor], Tensor]

_EPSILON = 1e-3
"""Epsilon of the Charbonnier loss, a quarter of a gray level. Below it the loss is quadratic."""


def mse(y: Tensor, truth: Tensor) -> Tensor:
    """Return the mean squared error, the paper's loss (eq. 4)."""
    return (y - truth).square().mean(dim=(2, 3))


def euclidean(y: Tensor, truth: Tensor) -> Tensor:
    """Return half the sum of squares, scaled so that the mean over channels is that of a sample.

    This is Caffe's Euclidean loss, for which the paper's learning rates were chosen.
    """
    return (y - truth).square().sum(dim=(2, 3)) * (y.shape[1] / 2)


def l1(y: Tensor, truth: Tensor) -> Tensor:
    """Return the mean absolute error."""
    return (y - truth).abs().mean(dim=(2, 3))


def charbonnier(y: Tensor, truth: Tensor) -> Tensor:
    """Return the mean of sqrt(d^2 + eps^2), a smooth L1 loss.

    Source: Charbonnier, Blanc-Feraud, Aubert and Barlaud, ICIP 1994.
    """
    return ((y - truth).square() + _EPSILON**2).sqrt().mean(dim=(2, 3))


def ssim(y: Tensor, truth: Tensor) -> Tensor:
    """Return 1 - SSIM in a differentiable form that equals `srcnn.metrics.ssim` on floats."""
    channels = y.shape[1]
    at = torch.arange(WINDOW, device=y.device) - WINDOW // 2
    kernel = torch.exp(-at.square() / (2 * SIGMA**2))
    kernel = kernel / kernel.sum()

    def smooth(x: Tensor) -> Tensor:
        down = kernel.view(1, 1, -1, 1).expand(channels, -1, -1, -1)
        across = kernel.view(1, 1, 1, -1).expand(channels, -1, -1, -1)
        return functional.conv2d(
            functional.conv2d(x, down, groups=channels), across, groups=channels
        )

    # Without the shift, the differences of squares below would lose half of their digits in fp32.
    shift = truth.mean(dim=(2, 3), keepdim=True)
    mx, my = smooth(y - shift), smooth(truth - shift)
    vx = smooth((y - shift).square()) - mx * mx
    vy = smooth((truth - shift).square()) - my * my
    vxy = smooth((y - shift) * (truth - shift)) - mx * my
    mx, my = mx + shift, my + shift
    c1, c2 = K1**2, K2**2
    index = ((2 * mx * my + c1) * (2 * vxy + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    return 1 - index.mean(dim=(2, 3))


def over_channels(losses: Tensor, weights: Sequence[float] | None) -> Tensor:
    """Average losses over the channels.

    Args:
        losses: (N, C).
        weights: Weight of each channel, or None for equal weights.

    Returns:
        The weighted mean of each sample, (N,).
    """
    if weights is None:
        return losses.mean(dim=1)
    shares = losses.new_tensor(weights)
    return losses @ (shares / shares.sum())


LOSSES: dict[str, Loss] = {
    "mse": mse,
    "euclidean": euclidean,
    "l1": l1,
    "charbonnier": charbonnier,
    "ssim": ssim,
}

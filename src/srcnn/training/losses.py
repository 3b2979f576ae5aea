"""What is made small: functions of (output, truth), N x C x H x W around [0, 1], to N x C losses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from srcnn.metrics.ssim import K1, K2, SIGMA, WINDOW

Loss = Callable[[Tensor, Tensor], Tensor]

_EPSILON = 1e-3
"""Charbonnier's, a quarter of a grey level: below it the loss is quadratic."""


def mse(y: Tensor, truth: Tensor) -> Tensor:
    """The paper's loss (eq. 4)."""
    return (y - truth).square().mean(dim=(2, 3))


def euclidean(y: Tensor, truth: Tensor) -> Tensor:
    """Half of the sum of squares over a sample, which the mean over its channels gives.

    It is Caffe's, with which the paper's rates were chosen.
    """
    return (y - truth).square().sum(dim=(2, 3)) * (y.shape[1] / 2)


def l1(y: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute error."""
    return (y - truth).abs().mean(dim=(2, 3))


def charbonnier(y: Tensor, truth: Tensor) -> Tensor:
    """sqrt(d^2 + eps^2), a smooth L1 (Charbonnier, Blanc-Feraud, Aubert, Barlaud: ICIP 1994)."""
    return ((y - truth).square() + _EPSILON**2).sqrt().mean(dim=(2, 3))


def ssim(y: Tensor, truth: Tensor) -> Tensor:
    """1 - SSIM, as `srcnn.metrics.ssim` has it for floats, that it can be differentiated."""
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

    # In fp32 the differences of squares below would lose half of their digits without the shift.
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
    """N x C losses to N: their mean over the channels, which count by ``weights``, or all alike."""
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

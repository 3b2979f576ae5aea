"""The published SRVGGNetCompact network, as other programs run it; see `srcnn.weights.srvgg`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional


@torch.inference_mode()
def run_srvgg(
    state: Mapping[str, NDArray[np.number]], batch: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Upscale images with a published state dict, padding every convolution with zeros.

    Args:
        state: Weights and biases ``body.0.*``, ``body.2.*``, ..., and PReLU slopes
            ``body.1.weight``, ``body.3.weight``, ...
        batch: (N, 3, H, W) float32 RGB in [0, 1].

    Returns:
        (N, 3, s H, s W) float32 RGB, not clamped.
    """
    image = torch.from_numpy(batch)
    tensors = {name: torch.from_numpy(value) for name, value in state.items()}
    last = max(int(name.split(".")[1]) for name in tensors)
    features = image
    for k in range(0, last + 1, 2):
        weight, bias = tensors[f"body.{k}.weight"], tensors[f"body.{k}.bias"]
        features = functional.conv2d(features, weight, bias, padding=1)
        if k < last:
            features = functional.prelu(features, tensors[f"body.{k + 1}.weight"])
    scale = round((len(bias) / image.shape[1]) ** 0.5)
    anchor = functional.interpolate(image, scale_factor=scale, mode="nearest")
    out: NDArray[np.float32] = (functional.pixel_shuffle(features, scale) + anchor).numpy()
    return out

"""Files of small random networks of other people's architectures, by spandrel's own classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import nn

from srcnn.weights.spandrel import import_spandrel

SCALES = {"esrgan": 4, "compact": 2, "span": 3}
"""The kinds of `other_network`, and what each enlarges by."""


def other_network(kind: str) -> nn.Module:
    """Return a network whose output lies around the middle of [0, 1], so that little is clamped."""
    import_spandrel()
    from spandrel.architectures.Compact import Compact
    from spandrel.architectures.ESRGAN import ESRGAN
    from spandrel.architectures.SPAN import SPAN

    torch.manual_seed(0)
    network: Any
    if kind == "esrgan":
        network = ESRGAN(in_nc=3, out_nc=3, num_filters=8, num_blocks=1, scale=4)
        last = network.model[-1]
        gain = 6.0
    elif kind == "span":
        network = SPAN(num_in_ch=3, num_out_ch=3, feature_channels=8, upscale=3)
        last = network.upsampler[0]
        gain = 0.005  # its features are of 0 to 255
    else:
        network = Compact(num_in_ch=3, num_out_ch=3, num_feat=8, num_conv=3, upscale=2)
        last = network.body[-1]
        gain = 1.0
    with torch.no_grad():
        last.weight *= gain
        last.bias.fill_(0.0 if kind == "compact" else 0.5)
    made: nn.Module = network.eval()
    return made


def copier(depth: int, channels: int = 3) -> nn.Module:
    """Return a compact x2 network that sees ``depth + 2`` pixels far, and no less.

    Its hidden convolutions move the image down by one pixel each, so its output is the image plus
    what lies ``depth + 2`` pixels above.
    """
    import_spandrel()
    from spandrel.architectures.Compact import Compact

    network = Compact(
        num_in_ch=channels, num_out_ch=channels, num_feat=channels, num_conv=depth, upscale=2
    )
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        for layer in network.body:
            if isinstance(layer, nn.Conv2d):
                for out in range(len(layer.weight)):
                    given = out * channels // len(layer.weight)
                    layer.weight[out, given, 0, 1] = 1
    made: nn.Module = network.eval()
    return made


def save_other(path: Path, kind: str) -> Path:
    """Save a network of `other_network` as its authors do, or as safetensors, by the suffix."""
    state = other_network(kind).state_dict()
    if path.suffix == ".safetensors":
        safetensors.torch.save_file(state, path, {"modelspec.license": "CC0-1.0"})
    elif kind == "esrgan":
        torch.save({"params_ema": state}, path)
    else:
        torch.save(state, path)
    return path

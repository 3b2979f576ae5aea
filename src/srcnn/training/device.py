"""Which device and which precision a run uses."""

from __future__ import annotations

import time

import torch
from lightning_fabric import Fabric
from torch import nn

from srcnn.errors import UsageError


def make_fabric(device: str, precision: str) -> tuple[Fabric, str]:
    """(Fabric for ``device``, the precision it trains in: fp32 or bf16). Precision may be ``auto``."""
    if device not in ("auto", "cpu", "cuda"):
        raise UsageError(f"device '{device}'", "is not known", "use auto, cpu or cuda")
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("device 'cuda'", "torch sees no GPU", "use cpu")
    if precision == "auto":
        precision = "bf16" if device == "cuda" or _bf16_is_faster() else "fp32"
    bf16 = precision == "bf16"
    return Fabric(
        accelerator=device, devices=1, precision="bf16-mixed" if bf16 else "32-true"
    ), precision


def _bf16_is_faster() -> bool:
    """Whether a training step of a 5x5 convolution gains a third from bf16 on this CPU.

    Some CPUs run bf16 at twice the speed of fp32 and some, with the same instruction flags, at half.
    """
    layer = nn.Conv2d(64, 32, 5)
    layer.weight.data = layer.weight.data.contiguous(memory_format=torch.channels_last)
    x = torch.zeros(8, 64, 48, 48).contiguous(memory_format=torch.channels_last)
    best = {True: float("inf"), False: float("inf")}
    for _ in range(4):
        for bf16 in best:
            started = time.perf_counter()
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                layer(x).float().sum().backward()
            best[bf16] = min(best[bf16], time.perf_counter() - started)
    return best[True] * 4 / 3 < best[False]

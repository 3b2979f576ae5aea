"""Which device and which precision a run uses, and how many processes share it."""

from __future__ import annotations

import atexit
import ctypes
import logging
import os
import time
from contextlib import suppress

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
    world = int(os.environ.get("WORLD_SIZE", 1))  # torchrun's
    if precision == "auto":
        # Processes that share cores would not measure the same, and they have to agree.
        bf16 = device == "cuda" or (world == 1 and _bf16_is_faster())
        precision = "bf16" if bf16 else "fp32"
    # It tells of the precision on stderr, also of a run that is to be quiet.
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    here = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    fabric = Fabric(
        accelerator=device,
        devices=here,
        num_nodes=world // here,
        strategy="ddp" if world > 1 else "auto",
        precision="bf16-mixed" if precision == "bf16" else "32-true",
    )
    if world > 1:
        fabric.launch()
        # Left to the interpreter's end, gloo's threads can abort a process that is done.
        atexit.register(torch.distributed.destroy_process_group)
    _keep_freed_memory()
    return fabric, precision


def _keep_freed_memory() -> None:
    """Have the process use freed memory again instead of giving it back.

    glibc returns every block of some megabytes to the kernel, which hands it out again page by page,
    zeroed: with the maps of a batch, a quarter of a step of 9-1-5. Other allocators stay as they are.
    """
    trim_threshold, mmap_threshold = -1, -3  # of glibc's malloc.h
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(trim_threshold, 2**31 - 1)
        mallopt(mmap_threshold, 2**30)


def is_first_process() -> bool:
    """Whether this process is the only one of its run, or the one of them that writes and speaks."""
    return os.environ.get("RANK", "0") == "0"


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

"""What an engine must do, and how one is chosen."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn._optional import need
from srcnn.errors import UsageError

Batch = NDArray[np.float32]

ENGINES = {"onnxruntime": ("fp32",), "openvino": ("fp32", "bf16"), "torch": ("fp32", "bf16")}
"""The engines, and the precisions of each."""


class Backend(Protocol):
    """One loaded network. Safe to call from several threads."""

    def run(self, batch: Batch) -> Batch:
        """N x C x (H + 2r) x (W + 2r) float32 in, N x C x H x W float32 out; no padding, no clamping."""
        ...

    def close(self) -> None:
        """Give the memory back; `run` is not called afterwards."""
        ...


def resolve(engine: str, precision: str) -> tuple[str, str]:
    """The engine and precision that ``auto`` stands for: ONNX Runtime, and fp32 everywhere.

    So pixels depend neither on the machine nor on what else is installed. `UsageError` for what is not.
    """
    if engine == "auto":
        engine = "onnxruntime"
    if engine not in ENGINES:
        raise UsageError(f"engine '{engine}'", "is not known", f"use auto, {', '.join(ENGINES)}")
    if precision == "auto":
        precision = "fp32"
    if precision not in ENGINES[engine]:
        raise UsageError(
            f"precision '{precision}'", f"engine {engine} has {', '.join(ENGINES[engine])}"
        )
    return engine, precision


def open_backend(graph: bytes, engine: str, precision: str, threads: int | None) -> Backend:
    """Load an ONNX graph into a resolved engine; ``threads`` None is all cores."""
    if engine == "openvino":
        need("openvino", "engine openvino")
        from srcnn.engine.openvino import OpenVino

        return OpenVino(graph, precision, threads)
    if engine == "torch":
        need("train", "engine torch")
        from srcnn.engine.torch import Torch

        return Torch(graph, precision, threads)
    from srcnn.engine.onnxruntime import OnnxRuntime

    return OnnxRuntime(graph, threads)

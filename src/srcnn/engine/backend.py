"""What an engine must do, and how one is chosen."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import UsageError

Batch = NDArray[np.float32]


class Backend(Protocol):
    """One loaded network. Safe to call from several threads."""

    def run(self, batch: Batch) -> Batch:
        """N x C x (H + 2r) x (W + 2r) float32 in, N x C x H x W float32 out; no padding, no clamping."""
        ...

    def close(self) -> None:
        """Give the memory back; `run` is not called afterwards."""
        ...


def open_backend(graph: bytes, engine: str, precision: str, threads: int | None) -> Backend:
    """Load an ONNX graph. ``auto`` is ONNX Runtime, and fp32, so that pixels do not depend on the machine."""
    if engine not in ("auto", "onnxruntime"):
        raise UsageError(f"engine '{engine}'", "is not known", "use auto or onnxruntime")
    if precision not in ("auto", "fp32"):
        raise UsageError(f"precision '{precision}'", "engine onnxruntime has fp32 only")
    from srcnn.engine.onnxruntime import OnnxRuntime

    return OnnxRuntime(graph, threads)

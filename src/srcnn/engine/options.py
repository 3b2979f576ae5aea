"""The engines, and how one is chosen."""

from __future__ import annotations

from srcnn._optional import need
from srcnn.engine.backends.backend import Backend
from srcnn.errors import UsageError

ENGINES = {"onnxruntime": ("fp32",), "openvino": ("fp32", "bf16"), "torch": ("fp32", "bf16")}
"""The engines, and the precisions of each."""


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


def open_backend(graph: bytes, engine: str, precision: str, threads: int) -> Backend:
    """Load an ONNX graph into a resolved engine, to be called from ``threads`` threads at once.

    A call is worth one core: tiles in parallel beat a parallel tile.
    """
    if engine == "openvino":
        need("openvino", "engine openvino")
        from srcnn.engine.backends.openvino import OpenVino

        return OpenVino(graph, precision, threads)
    if engine == "torch":
        need("train", "engine torch")
        from srcnn.engine.backends.torch import Torch

        return Torch(graph, precision)
    from srcnn.engine.backends.onnxruntime import OnnxRuntime

    return OnnxRuntime(graph)

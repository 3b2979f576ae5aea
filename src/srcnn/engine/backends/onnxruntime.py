"""The ONNX Runtime backend, the default: fp32, on the CPU or on CUDA."""

from __future__ import annotations

import onnxruntime

from srcnn.engine.backends.backend import Batch
from srcnn.errors import UsageError

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


class OnnxRuntime:
    """A session of ONNX Runtime, which is thread-safe."""

    def __init__(self, graph: bytes, device: str = "cpu") -> None:
        """Load a graph.

        Args:
            graph: The bytes of an ONNX file with one input ``input``.
            device: ``"cpu"``, or ``"cuda"`` with the package onnxruntime-gpu.

        Raises:
            UsageError: If ONNX Runtime cannot use the device.
        """
        options = onnxruntime.SessionOptions()
        # The caller's thread does the work: parallelism is across tiles, not within one.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        # Tiles have two or three sizes; a memory pattern for each would only waste memory.
        options.enable_mem_pattern = False
        provider = _PROVIDERS[device]
        self._session = onnxruntime.InferenceSession(graph, options, providers=[provider])
        # Without a driver ONNX Runtime only warns and falls back to the CPU.
        if self._session.get_providers()[0] != provider:
            why = "ONNX Runtime finds no GPU, or no CUDA libraries"
            raise UsageError(f"device '{device}'", why, "use device cpu")

    def run(self, batch: Batch) -> Batch:
        """See `Backend.run`."""
        out: Batch = self._session.run(None, {"input": batch})[0]
        return out

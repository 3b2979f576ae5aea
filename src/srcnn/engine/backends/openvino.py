"""The OpenVINO backend, on the CPU: fp32, and bf16 on request. Extra ``openvino``."""

from __future__ import annotations

from functools import cache
from typing import Any

import openvino

from srcnn.engine.backends.backend import Batch


class OpenVino:
    """A compiled model. Each call has its own infer request, so threads do not interfere."""

    def __init__(self, graph: bytes, precision: str = "fp32", threads: int = 1) -> None:
        """Load a graph.

        Args:
            graph: The bytes of an ONNX file.
            precision: ``"fp32"`` or ``"bf16"``.
            threads: Number of threads that will call `run` at once.
        """
        # By default OpenVINO uses bf16 on CPUs that support it: pixels would depend on the machine.
        options: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision],
            # One stream for each caller, one core for each stream.
            "NUM_STREAMS": threads,
            "INFERENCE_NUM_THREADS": threads,
        }
        shared = core()
        self._model: Any = shared.compile_model(shared.read_model(graph), "CPU", options)

    def run(self, batch: Batch) -> Batch:
        """See `Backend.run`."""
        request = self._model.create_infer_request()
        out: Batch = request.infer({0: batch})[self._model.output(0)].copy()
        return out


@cache
def core() -> Any:
    """Return the OpenVINO core that all networks share.

    Each core restores the signal stack that it found. When two cores are freed in the order in
    which they were created, a freed stack remains in use, and the next signal crashes the process.
    """
    return openvino.Core()

"""OpenVINO on the CPU: fp32, and bf16 where it is asked for. Extra ``openvino``."""

from __future__ import annotations

from functools import cache
from typing import Any

import openvino

from srcnn.engine.backends.backend import Batch


class OpenVino:
    """A compiled model; each call has an infer request of its own, so threads do not meet."""

    def __init__(self, graph: bytes, precision: str = "fp32", threads: int = 1) -> None:
        # Left alone, OpenVINO takes bf16 on CPUs that have it: pixels would depend on the machine.
        options: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision],
            # One stream for each caller, one core for each stream.
            "NUM_STREAMS": threads,
            "INFERENCE_NUM_THREADS": threads,
        }
        shared = core()
        self._model: Any = shared.compile_model(shared.read_model(graph), "CPU", options)

    def run(self, batch: Batch) -> Batch:
        request = self._model.create_infer_request()
        out: Batch = request.infer({0: batch})[self._model.output(0)].copy()
        return out


@cache
def core() -> Any:
    """One for all networks.

    Each core puts back the signal stack that it had found. When two are freed in the order in which
    they were made, a freed stack stays behind, and the next signal crashes the process.
    """
    return openvino.Core()

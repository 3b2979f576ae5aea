"""The default engine: ONNX Runtime on the CPU, fp32."""

from __future__ import annotations

import onnxruntime

from srcnn.engine.backends.backend import Batch


class OnnxRuntime:
    """A session of ONNX Runtime, which is itself safe to call from several threads."""

    def __init__(self, graph: bytes) -> None:
        options = onnxruntime.SessionOptions()
        # The caller's thread does the work: tiles run in parallel, not the inside of one.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        # Tiles have two or three sizes; patterns for each would only hold memory.
        options.enable_mem_pattern = False
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )

    def run(self, batch: Batch) -> Batch:
        out: Batch = self._session.run(None, {"input": batch})[0]
        return out

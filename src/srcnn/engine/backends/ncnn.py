"""The ncnn backend, on the CPU. Its 3x3 convolutions use Winograd's algorithm. Extra ``ncnn``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import ncnn
import numpy as np

from srcnn.engine.backends.backend import Batch
from srcnn.engine.backends.ncnn_model import to_ncnn
from srcnn.weights.onnx_file import from_onnx


class Ncnn:
    """A network loaded by ncnn. Each call has its own extractor, so threads do not interfere."""

    def __init__(self, graph: bytes) -> None:
        """Load a graph.

        Args:
            graph: The bytes of a weights file.

        Raises:
            UsageError: If the network has operators that cannot be translated.
        """
        layers, weights = to_ncnn(*from_onnx(graph, "graph"))
        self._net: Any = ncnn.Net()
        options = self._net.opt
        # The caller's thread does the work: parallelism is across tiles, not within one.
        options.num_threads = 1
        # By default ncnn uses half precision on processors that support it.
        options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
        options.use_bf16_packed = options.use_bf16_storage = False
        with tempfile.TemporaryDirectory() as folder:
            # Weights loaded from memory would have to stay at their address.
            description, numbers = Path(folder, "param"), Path(folder, "bin")
            description.write_text(layers, encoding="ascii")
            numbers.write_bytes(weights)
            if self._net.load_param(str(description)) or self._net.load_model(str(numbers)):
                raise RuntimeError("ncnn cannot read the network")

    def run(self, batch: Batch) -> Batch:
        """See `Backend.run`."""
        return np.stack([self._run(image) for image in batch])

    def _run(self, image: Batch) -> Batch:
        extractor = self._net.create_extractor()
        # A clone has the gaps between channels that ncnn's layers expect; NumPy arrays have none.
        extractor.input("input", ncnn.Mat(image).clone())
        failed, made = extractor.extract("output")
        if failed or made.empty():
            raise MemoryError("ncnn cannot allocate a tile")  # nothing else fails here
        out: Batch = np.array(made)
        return out

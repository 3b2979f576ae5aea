"""ncnn on the CPU, whose 3x3 convolutions take fewer multiplies (Winograd). Extra ``ncnn``."""

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
    """A loaded network; each call has an extractor of its own, so threads do not meet."""

    def __init__(self, graph: bytes) -> None:
        """Load a graph.

        Args:
            graph: The bytes of a weights file.

        Raises:
            UsageError: If the network has operators that are not translated.
        """
        layers, weights = to_ncnn(*from_onnx(graph, "graph"))
        self._net: Any = ncnn.Net()
        options = self._net.opt
        # The caller's thread does the work: tiles run in parallel, not the inside of one.
        options.num_threads = 1
        # Left alone, ncnn halves the precision on processors that compute in it.
        options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
        options.use_bf16_packed = options.use_bf16_storage = False
        with tempfile.TemporaryDirectory() as folder:
            # Read from memory, weights would have to stay where they are.
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
        # A clone has the space between channels that ncnn's layers expect; numpy's array has none.
        extractor.input("input", ncnn.Mat(image).clone())
        failed, made = extractor.extract("output")
        if failed or made.empty():
            raise MemoryError("ncnn cannot allocate a tile")  # it has no other reason here
        out: Batch = np.array(made)
        return out

"""The PyTorch backend, on the CPU or on CUDA. Extra ``train``."""

from __future__ import annotations

import numpy as np
import torch

from srcnn.engine.backends.backend import Batch
from srcnn.models.registry import network_of
from srcnn.weights.onnx_file import from_onnx


class Torch:
    """The torch module in channels-last layout. Torch chooses the number of threads of a call.

    On CUDA, fp32 follows torch's default: convolutions run in TF32, which has a 10-bit mantissa.
    """

    def __init__(self, graph: bytes, precision: str = "fp32", device: str = "cpu") -> None:
        """Load a graph.

        Args:
            graph: The bytes of a weights file.
            precision: ``"fp32"`` or ``"bf16"``.
            device: ``"cpu"`` or ``"cuda"``.
        """
        self._device = device
        self._dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
        model = network_of(*from_onnx(graph, "graph"))
        for layer in model.layers:
            layer.weight.data = layer.weight.data.contiguous(memory_format=torch.channels_last)
        self._model = model.eval().to(self._device, self._dtype)

    @torch.inference_mode()
    def run(self, batch: Batch) -> Batch:
        """See `Backend.run`."""
        x = torch.from_numpy(batch).to(self._device, self._dtype)
        out: Batch = self._model(x, pad=False).float().cpu().numpy().astype(np.float32)
        return out

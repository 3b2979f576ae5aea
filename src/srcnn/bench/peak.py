"""The machine's peak by a fixed definition: the fastest engine on one ordinary convolution."""

from __future__ import annotations

from collections.abc import Container
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch.nn import functional

from srcnn.bench.interleave import Call

DEFINITION = "one 3x3 convolution, 64 to 64 channels, 512 x 512, zero padding, batch 1"
_CHANNELS, _SIDE, _TAPS = 64, 512, 3
OPERATIONS = 2 * _CHANNELS * _CHANNELS * _TAPS**2 * _SIDE**2
"""Number of multiplications and additions of the convolution."""


@dataclass(frozen=True)
class Attempt:
    """One way to run the convolution, with ``streams`` concurrent runs."""

    engine: str
    precision: str
    streams: int
    run: Call

    def gflops(self, seconds: float) -> float:
        """Return 10^9 operations per second, if ``run`` takes ``seconds``."""
        return self.streams * OPERATIONS / seconds / 1e9


def open_attempts(engines: Container[str], threads: int) -> list[Attempt]:
    """Return every way worth trying: all cores on one call, or one call per core."""
    random = np.random.default_rng(0)
    picture = random.standard_normal((1, _CHANNELS, _SIDE, _SIDE), np.float32)
    weight = random.standard_normal((_CHANNELS, _CHANNELS, _TAPS, _TAPS), np.float32)
    attempts = []
    for streams in sorted({1, threads}):
        call = _onnxruntime(picture, weight, streams, threads)
        attempts.append(Attempt("onnxruntime", "fp32", streams, call))
        for precision in ("fp32", "bf16") if "openvino" in engines else ():
            call = _openvino(picture, weight, precision, streams, threads)
            attempts.append(Attempt("openvino", precision, streams, call))
    for precision in ("fp32", "bf16"):
        # Torch's threads are process-wide, so it has only one stream.
        attempts.append(Attempt("torch", precision, 1, _torch(picture, weight, precision)))
    return attempts


def _graph(weight: NDArray[np.float32]) -> bytes:
    shape = [1, _CHANNELS, _SIDE, _SIDE]
    graph = helper.make_graph(
        [helper.make_node("Conv", ["input", "weight"], ["output"], pads=[_TAPS // 2] * 4)],
        "peak",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(weight, "weight")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    data: bytes = model.SerializeToString()
    return data


def _onnxruntime(
    picture: NDArray[np.float32], weight: NDArray[np.float32], streams: int, threads: int
) -> Call:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, threads // streams)
    session = onnxruntime.InferenceSession(
        _graph(weight), options, providers=["CPUExecutionProvider"]
    )

    def stream() -> Call:
        # Input and output are bound once: the peak should measure arithmetic, not allocation.
        binding = session.io_binding()
        binding.bind_ortvalue_input("input", onnxruntime.OrtValue.ortvalue_from_numpy(picture))
        out = onnxruntime.OrtValue.ortvalue_from_numpy(np.empty_like(picture))
        binding.bind_ortvalue_output("output", out)
        return lambda: session.run_with_iobinding(binding)

    return _together([stream() for _ in range(streams)])


def _openvino(
    picture: NDArray[np.float32],
    weight: NDArray[np.float32],
    precision: str,
    streams: int,
    threads: int,
) -> Call:
    import openvino

    from srcnn.engine.backends.openvino import core

    options: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision],
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": threads,
    }
    shared = core()
    model: Any = shared.compile_model(shared.read_model(_graph(weight)), "CPU", options)

    def stream() -> Call:
        request = model.create_infer_request()
        request.set_input_tensor(openvino.Tensor(picture))
        return lambda: request.infer()

    return _together([stream() for _ in range(streams)])


def _torch(picture: NDArray[np.float32], weight: NDArray[np.float32], precision: str) -> Call:
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
    x, w = (
        torch.from_numpy(array).to(dtype).contiguous(memory_format=torch.channels_last)
        for array in (picture, weight)
    )

    @torch.inference_mode()
    def run() -> object:
        return functional.conv2d(x, w, padding=_TAPS // 2)

    return run


def _together(calls: list[Call]) -> Call:
    """Return a call that makes all calls at once, each in its own thread, and waits for them."""
    if len(calls) == 1:
        return calls[0]
    pool = ThreadPoolExecutor(len(calls))

    def run() -> None:
        for future in [pool.submit(call) for call in calls]:
            future.result()

    return run

"""The table of backends: what each one needs and supports, and how it is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from srcnn.engine.backends.backend import Backend


@dataclass(frozen=True)
class Device:
    """A device type, as one backend uses it.

    Attributes:
        tile: Side of the tile that runs fastest, in pixels of the network's input.
        parallel_calls: Number of calls that run at once; None allows one per upscaling thread.
        is_there: Returns whether the installed package can use such a device.
        package: Package to install if it cannot.
    """

    tile: int
    parallel_calls: int | None
    is_there: Callable[[], bool]
    package: str = ""


@dataclass(frozen=True)
class BackendRow:
    """One backend.

    Attributes:
        extra: The extra of this package that installs it; None if the core install includes it.
        precisions: Supported precisions, the default first.
        devices: Supported devices by name.
        survives_fork: Whether it can be opened again in a process that was forked after its first
            use. Other backends would wait forever for threads that only the parent process has.
        open: Loads an ONNX graph, given the precision, the device and the number of threads that
            will call it at once.
    """

    extra: str | None
    precisions: tuple[str, ...]
    devices: Mapping[str, Device]
    survives_fork: bool
    open: Callable[[bytes, str, str, int], Backend]


def _onnxruntime(graph: bytes, precision: str, device: str, threads: int) -> Backend:
    from srcnn.engine.backends.onnxruntime import OnnxRuntime

    return OnnxRuntime(graph, device)


def _openvino(graph: bytes, precision: str, device: str, threads: int) -> Backend:
    from srcnn.engine.backends.openvino import OpenVino

    return OpenVino(graph, precision, threads)


def _ncnn(graph: bytes, precision: str, device: str, threads: int) -> Backend:
    from srcnn.engine.backends.ncnn import Ncnn

    return Ncnn(graph)


def _torch(graph: bytes, precision: str, device: str, threads: int) -> Backend:
    from srcnn.engine.backends.torch import Torch

    return Torch(graph, precision, device)


def _onnxruntime_has_cuda() -> bool:
    import onnxruntime

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


def _torch_has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


CPU_TILE = 128
"""Side of a tile on the CPU, in input pixels. Larger ones save little halo and exceed the cache."""
_GPU_TILE = 1024
"""Side of a tile on a GPU, in input pixels: large enough to occupy all of its cores."""

_CPU = Device(CPU_TILE, None, lambda: True)


def _cuda(is_there: Callable[[], bool], package: str) -> Device:
    """Return a GPU, which computes one large tile at a time on all of its cores."""
    return Device(_GPU_TILE, 1, is_there, package)


BACKENDS: dict[str, BackendRow] = {
    "onnxruntime": BackendRow(
        extra=None,
        precisions=("fp32",),
        devices={"cpu": _CPU, "cuda": _cuda(_onnxruntime_has_cuda, "onnxruntime-gpu")},
        survives_fork=True,
        open=_onnxruntime,
    ),
    "openvino": BackendRow(
        extra="openvino",
        precisions=("fp32", "bf16"),
        devices={"cpu": _CPU},
        survives_fork=False,
        open=_openvino,
    ),
    "ncnn": BackendRow(
        extra="ncnn",
        precisions=("fp32",),
        devices={"cpu": _CPU},
        survives_fork=True,
        open=_ncnn,
    ),
    "torch": BackendRow(
        extra="train",
        precisions=("fp32", "bf16"),
        devices={"cpu": _CPU, "cuda": _cuda(_torch_has_cuda, "torch built for CUDA")},
        survives_fork=False,
        open=_torch,
    ),
}
"""Every backend by name, the default first."""

"""What users would run instead: the same network in other packages, and plain resizing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import helper
from PIL import Image

from srcnn.models.registry import network_of
from srcnn.weights.architectures.srcnn import hidden_layers
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.card import SRCNN, Card
from srcnn.weights.graph import graph_file, protos
from srcnn.weights.onnx_file import from_onnx

Planes = NDArray[np.float32]
Enhance = Callable[[], Planes]

EAGER = "torch eager"
"""Contender that all others are compared with."""


def has_opencv() -> bool:
    """Return whether OpenCV is installed. It is only used as a contender."""
    return find_spec("cv2") is not None


@contextmanager
def threads_of_rivals(threads: int) -> Iterator[None]:
    """Set the number of threads of torch and OpenCV, which is process-wide for both."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    if has_opencv():
        import cv2

        cv2.setNumThreads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def open_networks(graph: bytes, planes: Planes, threads: int | None) -> dict[str, Enhance]:
    """Return calls that enhance ``planes``, by contender.

    Everything that a program would do once is done already: a call runs the network alone.

    Args:
        graph: The bytes of an ONNX file.
        planes: (C, H, W) floats on the network's grid, with the network's channels.
        threads: Threads of ONNX Runtime; None leaves its default.
    """
    tensors, card = from_onnx(graph, "graph")
    graph = _plain_graph(tensors, card.channels) if card.architecture == SRCNN else graph
    padded = _padded(planes, grid_of(card).radius)
    calls = {
        EAGER: _torch(tensors, card, planes, channels_last=False),
        "torch channels-last": _torch(tensors, card, planes, channels_last=True),
        "plain ONNX Runtime": _onnxruntime(graph, padded, threads),
    }
    if has_opencv():
        calls["OpenCV dnn"] = _opencv(graph, padded)
    return calls


def open_resizes(picture: NDArray[np.uint8], scale: int) -> dict[str, Callable[[], object]]:
    """Return bicubic enlargements of an RGB image, (H, W, 3) uint8, by contender."""
    size = (picture.shape[1] * scale, picture.shape[0] * scale)
    image = Image.fromarray(picture)
    calls: dict[str, Callable[[], object]] = {
        "Pillow BICUBIC": lambda: image.resize(size, Image.Resampling.BICUBIC)
    }
    if has_opencv():
        import cv2

        calls["OpenCV INTER_CUBIC"] = lambda: cv2.resize(
            picture, size, interpolation=cv2.INTER_CUBIC
        )
    return calls


def _padded(planes: Planes, radius: int) -> Planes:
    """Return planes with their edges repeated, as a batch of one, (1, C, H + 2r, W + 2r)."""
    around = (radius, radius)
    return np.pad(planes, ((0, 0), around, around), mode="edge")[None]


def _torch(
    tensors: dict[str, NDArray[np.number]], card: Card, planes: Planes, channels_last: bool
) -> Enhance:
    """Return the call of a usual port, in which every layer pads with zeros.

    Its border therefore differs from srcnn's.
    """
    network = network_of(tensors, card).eval()
    r = grid_of(card).radius
    if card.architecture == SRCNN:
        for layer in network.layers:
            layer.padding = (layer.kernel_size[0] // 2, layer.kernel_size[1] // 2)
        r = 0
    x = torch.from_numpy(_padded(planes, r))
    if channels_last:
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        x = x.contiguous(memory_format=torch.channels_last)

    @torch.inference_mode()
    def run() -> Planes:
        out: Planes = network(x, pad=False)[0].numpy()
        return out

    return run


def _plain_graph(tensors: dict[str, NDArray[np.number]], channels: int) -> bytes:
    """Return the network as exporters write it; srcnn's own file is arranged for speed."""
    depth = len(tensors) // 2
    last = [f"F{depth - 1}", f"conv{depth}.weight", f"conv{depth}.bias"]
    nodes = [*protos(hidden_layers("input", depth)), helper.make_node("Conv", last, ["output"])]
    return graph_file(
        "plain", nodes, tensors, (1, channels, "H+2r", "W+2r"), (1, channels, "H", "W"), {}
    )


def _onnxruntime(graph: bytes, padded: Planes, threads: int | None) -> Enhance:
    """Return a call with a default session, which runs the whole image at once."""
    options = onnxruntime.SessionOptions()
    if threads is not None:
        options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run() -> Planes:
        out: Planes = session.run(None, {"input": padded})[0][0]
        return out

    return run


def _opencv(graph: bytes, padded: Planes) -> Enhance:
    import cv2

    net = cv2.dnn.readNetFromONNX(np.frombuffer(graph, np.uint8))

    def run() -> Planes:
        net.setInput(padded)
        out: Any = net.forward()
        return np.asarray(out[0], np.float32)

    return run

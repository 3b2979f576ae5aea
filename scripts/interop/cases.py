"""The graphs to run, an image for each, and srcnn's own output."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

import srcnn
from srcnn.engine.networks import network_of_graph
from srcnn.engine.options import AUTO
from srcnn.export import export
from srcnn.images.color import rgb_to_ycbcr
from srcnn.images.degrade import Degraded
from srcnn.images.io import open_picture
from srcnn.images.quantize import to_float
from srcnn.models.compact import Compact
from srcnn.weights.architectures.table import grid_of
from srcnn.weights.card import Card
from srcnn.weights.graph import to_onnx
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import find

SCALE = 3
_PICTURE = Path(__file__).parents[2] / "examples" / "dog.png"
_DETAIL = np.s_[100:148, 90:154]
"""Rows and columns of the picture."""
_COMPACT = Card("compact", SCALE, architecture="compact", sizes={"channels": 16, "depth": 3})

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Case:
    """One exported graph.

    Attributes:
        name: Name of its files: ``NAME.onnx``, ``NAME.input.f32``, and a runtime's
            ``NAME.RUNTIME.f32``: float32 values in row-major order.
        shape: Shape of the input, (N, C, H, W).
        sized: Whether the graph is for that shape alone.
        convolutions: Names of the network's convolutions: not those that resize or convert color.
    """

    name: str
    shape: list[int]
    sized: bool
    convolutions: list[str]


def make_cases(folder: Path) -> dict[str, Floats]:
    """Write every graph with its input, and ``cases.json``; return srcnn's outputs by case."""
    small = folder / "compact.weights.onnx"
    small.write_bytes(_random_compact())
    low: Floats = to_float(open_picture(_PICTURE).read()[_DETAIL])
    cases, wanted = [], {}
    for label, file in (("srcnn-955", find("srcnn-955", SCALE)), ("compact", small)):
        convolutions = [node.name for node in _bare(file, folder) if node.op_type == "Conv"]
        for standalone in (False, True):
            given, padding = _input(file, low, standalone)
            output = _output(file, low, given, standalone)
            for sized in (False, True):
                name = f"{label} {'standalone' if standalone else 'bare'}{' sized' * sized}"
                height, width = (side - padding for side in given.shape[2:])
                size = (height, width) if sized else None
                export(file, SCALE, folder / f"{name}.onnx", standalone, size=size)
                given.tofile(folder / f"{name}.input.f32")
                cases.append(Case(name, list(given.shape), sized, convolutions))
                wanted[name] = output
    (folder / "cases.json").write_text(json.dumps([asdict(case) for case in cases]))
    return wanted


def _random_compact() -> bytes:
    """Return a weights file of a compact network that changes a picture visibly."""
    torch.manual_seed(0)
    network = Compact(_COMPACT)
    with torch.no_grad():
        for layer in network.layers:
            torch.nn.init.kaiming_normal_(layer.weight, a=0.1)
        network.layers[-1].weight *= 0.05
    return to_onnx(network.tensors(), _COMPACT)


def _bare(file: Path, folder: Path) -> list[onnx.NodeProto]:
    """Return the nodes of a model's bare graph, names and all."""
    path = folder / "bare.onnx"
    export(file, SCALE, path, overwrite=True)
    return list(onnx.load(path).graph.node)


def _input(file: Path, low: Floats, standalone: bool) -> tuple[Floats, int]:
    """Return the input of a graph, (1, C, H, W), and by how much H and W are padded."""
    if standalone:
        return np.ascontiguousarray(low.transpose(2, 0, 1)[None]), 0
    grid = grid_of(read_card(file.read_bytes(), str(file)))
    luma = Degraded(rgb_to_ycbcr(low.astype(np.float64)), SCALE).given(grid)[..., 0]
    padded = np.pad(luma.astype(np.float32), grid.radius, mode="edge")
    return padded[None, None], 2 * grid.radius


def _output(file: Path, low: Floats, given: Floats, standalone: bool) -> Floats:
    """Return srcnn's output for the image, or for the network's input."""
    made: Floats
    if standalone:
        made = srcnn.load(str(file), SCALE).upscale(low).transpose(2, 0, 1)[None]
    else:
        graph = file.read_bytes()
        network = network_of_graph(graph, read_card(graph, str(file)), str(file), AUTO)
        made = network.enhance(given[0]).astype(np.float32)[None]
    return made

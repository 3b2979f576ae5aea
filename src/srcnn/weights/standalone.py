"""Build the whole pipeline as one ONNX graph, for programs that know nothing about srcnn.

Needs the extra ``train``.

::

    RGB -> mirror by 2 pixels -> s^2 phases of 5 x 5 taps -> DepthToSpace = bicubic RGB
    bicubic RGB, or RGB for a network on the low-resolution grid
        -> Y, YCbCr or RGB -> pad by the receptive radius, edge repeated -> network
    bicubic RGB + the network's change, converted to RGB -> clamp

A change of Y becomes the same change of R, G and B, times 255 / 219, so Cb and Cr stay bicubic.
Color conversion and resizing are both linear, so their order does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from srcnn.images.color import linear, space_of
from srcnn.images.resize import imresize
from srcnn.weights.architectures.table import grid_of, nodes_of
from srcnn.weights.binary import Tensors, dtype_of
from srcnn.weights.card import STANDALONE_KEY, Card
from srcnn.weights.fold import fold
from srcnn.weights.graph import graph_file, protos

_REACH = 2
"""Largest distance, in input pixels, of a bicubic tap from the pixel that contains its output."""


def to_standalone(tensors: Tensors, card: Card, scale: int) -> bytes:
    """Return the bytes of a graph from (N, 3, H, W) to (N, 3, s H, s W) RGB, float32 in [0, 1].

    The graph accepts every size from one pixel up and clamps its output. It does not process the
    image in tiles, so memory grows with the image.
    """
    grid = grid_of(card)
    # A network on the low-resolution grid reads the image itself, others the bicubic one.
    given = "color" if grid.factor == 1 else "low_color"
    node = helper.make_node
    nodes = [
        *_mirror("input", "mirrored_rows", axis=2),
        *_mirror("mirrored_rows", "mirrored", axis=3),
        node("Conv", ["mirrored", "phases"], ["blocks"], group=3),
        node("DepthToSpace", ["blocks"], ["bicubic"], blocksize=scale, mode="CRD"),
        node("Conv", ["bicubic", "color_of_rgb", "black"], ["color"]),
        *_color_of_low(given, card.channels),
        node("Pad", [given, "halo"], ["padded"], mode="edge"),
        *protos(nodes_of(card, tensors, "padded", "enhanced")),
        node("Sub", ["enhanced", "color"], ["step"]),
        node("Conv", ["step", "rgb_of_step"], ["step_rgb"]),
        node("Add", ["bicubic", "step_rgb"], ["rgb"]),
        node("Clip", ["rgb", "zero", "full"], ["output"]),
    ]
    space = space_of(card.color)
    color_of_rgb, black = linear("RGB", space)
    step, _ = linear(space, "RGB")
    floats: dict[str, Any] = {
        "phases": np.tile(_phases(scale), (3, 1, 1, 1)),
        "color_of_rgb": color_of_rgb[:, : card.channels].T.reshape(card.channels, 3, 1, 1),
        "black": black[: card.channels],
        "rgb_of_step": step[: card.channels].T.reshape(3, card.channels, 1, 1),
        "zero": 0.0,
        "full": 1.0,
    }
    whole: dict[str, Any] = {
        "halo": [0, 0, grid.radius, grid.radius] * 2,
        "axis_1": [1],
        "axis_2": 2,
        "axis_3": 3,
        "one": 1,
        "two": 2,
        "reach": _REACH,
        "minus_reach": -_REACH,
    }
    constants: dict[str, NDArray[Any]] = {
        name: np.asarray(value, np.float32) for name, value in floats.items()
    }
    constants |= {name: np.asarray(value, np.int64) for name, value in whole.items()}
    constants |= {name: np.asarray(value, dtype_of(name)) for name, value in tensors.items()}
    data = graph_file(
        card.name,
        nodes,
        constants,
        ("N", 3, "H", "W"),
        ("N", 3, f"{scale}H", f"{scale}W"),
        {STANDALONE_KEY: card.to_json()},
    )
    return fold(data)


def _color_of_low(given: str, channels: int) -> list[onnx.NodeProto]:
    """Return nodes for the network's channels of the low-resolution image, if it reads that.

    A single channel is a sum instead of a convolution: OpenCV 5.0 adds the result of a convolution
    to the many channels of a compact network as if both had the same number.
    """
    if given == "color":
        return []
    if channels > 1:
        return [helper.make_node("Conv", ["input", "color_of_rgb", "black"], [given])]
    return [
        helper.make_node("Mul", ["input", "color_of_rgb"], ["low_weighted"]),
        helper.make_node("ReduceSum", ["low_weighted", "axis_1"], ["low_sum"]),
        helper.make_node("Add", ["low_sum", "black"], [given]),
    ]


def _phases(scale: int) -> NDArray[np.float64]:
    """Return bicubic taps, (scale^2, 1, 5, 5): one row for each output pixel of an input pixel.

    They are measured with `imresize` as its response to unit impulses, far from any border.
    """
    middle, taps = 2 * _REACH, 2 * _REACH + 1
    impulses = np.eye(2 * middle + 1)
    enlarged = imresize(impulses, size=(scale * len(impulses), len(impulses)))
    line = enlarged[scale * middle : scale * (middle + 1), middle - _REACH : middle + _REACH + 1]
    phases: NDArray[np.float64] = np.einsum("ik,jl->ijkl", line, line)
    return phases.reshape(scale**2, 1, taps, taps)


def _mirror(source: str, output: str, axis: int) -> Iterator[onnx.NodeProto]:
    """Yield nodes that mirror ``source`` along ``axis`` by `_REACH`, repeatedly if it is shorter.

    On a side of L pixels, index i becomes i mod 2L, counted from the end if that is L or more.
    """

    def step(operator: str, inputs: list[str], result: str) -> onnx.NodeProto:
        names = [name if name in shared else f"{name}_{axis}" for name in inputs]
        return helper.make_node(operator, names, [f"{result}_{axis}"])

    # These values are shared by both axes; all others carry the axis in their name.
    shared = (source, f"axis_{axis}", "one", "two", "reach", "minus_reach")
    yield step("Shape", [source], "shape")
    yield step("Gather", ["shape", f"axis_{axis}"], "side")
    yield step("Add", ["side", "reach"], "stop")
    yield step("Range", ["minus_reach", "stop", "one"], "places")
    yield step("Mul", ["side", "two"], "period")
    yield step("Mod", ["places", "period"], "wrapped")
    yield step("Sub", ["period", "one"], "last")
    yield step("Sub", ["last", "wrapped"], "from_end")
    # The smaller of the two indices is the one inside the image.
    yield step("Min", ["wrapped", "from_end"], "index")
    yield helper.make_node("Gather", [source, f"index_{axis}"], [output], axis=axis)

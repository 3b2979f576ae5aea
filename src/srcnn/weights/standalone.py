"""Build the whole pipeline as one ONNX graph, for programs that know nothing about srcnn.

Needs the extra ``train``.

::

    RGB -> mirror by 2 pixels -> s^2 phases of 5 x 5 taps = blocks -> DepthToSpace = bicubic RGB
    bicubic RGB, or RGB where the network is of the low-resolution grid
        -> Y, YCbCr or RGB -> pad by the receptive radius, edge repeated -> network
    bicubic RGB + the network's change, converted to RGB -> clamp

Blocks become pixels last where the network makes blocks, too. No node computes with a
shape, and no operands of an addition differ in theirs: OpenCV 4 and 5 can do neither while the size is free.

From Y that way is a step 255 / 219 as large in each of R, G and B: Cb and Cr stay bicubic. Color and
resize are both linear, so their order does not matter.
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
from srcnn.weights.architectures.srcnn import BLOCK
from srcnn.weights.architectures.table import grid_of, plain_nodes_of
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
    node = helper.make_node
    # A network of the low-resolution grid is given the picture as it is, the others the bicubic one.
    low = grid.factor > 1
    network = plain_nodes_of(card, tensors, "padded", "enhanced", 1 if low else _block(scale))
    to_pixels: dict[str, Any] = {"blocksize": scale, "mode": "CRD"}
    # What a network makes as blocks is added to the bicubic ones, before they are pixels.
    as_blocks = low and (network[-1].operator, network[-1].attributes) == (
        "DepthToSpace",
        to_pixels,
    )
    if as_blocks:
        *network, pixels = network
        made, large = pixels.inputs[0], "blocks"
    else:
        made, large = "enhanced", "bicubic"
    nodes = [
        *_mirror("input", "mirrored"),
        node("Conv", ["mirrored", "phases"], ["blocks"], group=3),
        *([] if as_blocks else [node("DepthToSpace", ["blocks"], ["bicubic"], **to_pixels)]),
        node("Conv", [large, "color_of_large", "black_of_large"], ["color"]),
        *([node("Conv", ["input", "color_of_rgb", "black"], ["low_color"])] if low else []),
        node("Pad", ["low_color" if low else "color", "halo"], ["padded"], mode="edge"),
        *protos(network),
        node("Sub", [made, "color"], ["step"]),
        node("Conv", ["step", "large_of_step"], ["step_rgb"]),
        node("Add", [large, "step_rgb"], ["rgb"]),
        node("Clip", ["rgb", "zero", "full"], ["clipped" if as_blocks else "output"]),
        *([node("DepthToSpace", ["clipped"], ["output"], **to_pixels)] if as_blocks else []),
    ]
    floats = _color_constants(card, scale**2 if as_blocks else 1)
    floats |= {"phases": np.tile(_phases(scale), (3, 1, 1, 1)), "zero": 0.0, "full": 1.0}
    whole: dict[str, Any] = {
        "halo": [0, 0, grid.radius, grid.radius] * 2,
        "rim": [0, 0, _REACH, _REACH] * 2,
        "axis_2": [2],
        "axis_3": [3],
        **{f"at_{place}": [place] for place in (-4, -3, -1, 1, 3, 4)},
    }
    constants: dict[str, NDArray[np.number]] = {
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


def _color_constants(card: Card, pixels: int) -> dict[str, Any]:
    """Return the filters from RGB and back, for blocks of ``pixels`` pixels."""
    space = space_of(card.color)
    (to_space, black), (to_rgb, _) = linear("RGB", space), linear(space, "RGB")
    forth, black = to_space[:, : card.channels].T, black[: card.channels]
    back, each = to_rgb[: card.channels].T, np.eye(pixels)
    return {
        "color_of_rgb": forth[:, :, None, None],
        "black": black,
        "color_of_large": np.kron(forth, each)[:, :, None, None],
        "black_of_large": np.repeat(black, pixels),
        "large_of_step": np.kron(back, each)[:, :, None, None],
    }


def _block(scale: int) -> int:
    """Side of the blocks that a network of the enlarged image makes: they fill it exactly."""
    return max(side for side in range(1, BLOCK + 1) if scale % side == 0)


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


def _mirror(source: str, output: str) -> Iterator[onnx.NodeProto]:
    """Nodes that mirror ``source`` at each border by `_REACH` = 2 pixels, its edge among them.

    The picture is padded by its edge, and the outermost row or column replaced by the one beside the
    edge, the fourth from the end; of a picture of one pixel that is the edge, too. No node computes
    with a shape, which not every runtime can do while the size is free.
    """
    node = helper.make_node
    yield node("Pad", [source, "rim"], ["edged"], mode="edge")
    current = "edged"
    for axis, result in ((2, "mirrored_rows"), (3, output)):
        cuts = ((3, 4), (1, -1), (-4, -3))
        parts = [f"part_{axis}{k}" for k in range(len(cuts))]
        for (start, stop), part in zip(cuts, parts, strict=True):
            yield node("Slice", [current, f"at_{start}", f"at_{stop}", f"axis_{axis}"], [part])
        yield node("Concat", parts, [result], axis=axis)
        current = result

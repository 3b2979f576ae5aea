"""A network on the low-resolution grid and the rest of the picture, against float64."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from srcnn.engine.upscaler import load
from srcnn.images.color import Color, convert
from srcnn.models.registry import network_of
from srcnn.weights.onnx_file import from_onnx

from .conftest import DTYPES, KINDS, picture_of
from .reference import PEAK, STUDIO, Floats, assert_is, bicubic, bled, compact_file

SCALE = 3


def answer(low: Floats, graph: bytes) -> Floats:
    """The torch module in float64: h x w x C to H x W x C."""
    network = network_of(*from_onnx(graph, "small")).double()
    with torch.no_grad():
        given = torch.from_numpy(np.moveaxis(low, 2, 0)[None].copy())
        made: Floats = np.moveaxis(network(given)[0].numpy(), 0, 2)
    return made


def expected(picture: NDArray[Any], graph: bytes, color: Color) -> Floats:
    """The enlarged picture in [0, 1]: the network's channels by torch, all others bicubic."""
    low = picture.reshape(*picture.shape[:2], -1) / PEAK[str(picture.dtype)]
    low = low.astype(np.float64)
    low = bled(low) if low.shape[2] in (2, 4) else low
    size = (SCALE * low.shape[0], SCALE * low.shape[1])
    colors, alpha = (low[..., :1], low[..., 1:]) if low.shape[2] < 3 else np.split(low, [3], axis=2)
    gray = colors.shape[2] == 1
    if color == "Y" and gray:
        made = answer(colors, graph)
    else:
        space: Color = "YCbCr" if color == "Y" else color
        three = convert(np.repeat(colors, 3 if gray else 1, axis=2), "RGB", space)
        made = bicubic(three, size)
        channels = 1 if color == "Y" else 3
        made[..., :channels] = answer(three[..., :channels], graph)
        made = convert(made, space, "RGB")
        made = made @ (STUDIO[0] / STUDIO[0].sum())[:, None] if gray else made
    out: Floats = np.concatenate([made, bicubic(alpha, size)], axis=2) if alpha.size else made
    return np.clip(out, 0, 1).reshape(*size, *picture.shape[2:])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("color", ["Y", "YCbCr", "RGB"])
def test_every_kind_of_picture(kind: str, dtype: str, color: Color, tmp_path: Path) -> None:
    """In tiles of several bands and columns, none of which is a multiple of what is done at once."""
    path = tmp_path / "small.onnx"
    path.write_bytes(compact_file(SCALE, color))
    picture = picture_of(kind, dtype, (37, 53))
    wanted = expected(picture, path.read_bytes(), color)
    for tile in (29, 1000):
        assert_is(load(str(path), SCALE, tile=tile, threads=2).upscale(picture), wanted)

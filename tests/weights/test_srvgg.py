"""The published layout of compact networks, as spandrel loads and runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from srcnn.engine.network import enhance_whole
from srcnn.engine.networks import network_of_graph
from srcnn.engine.options import AUTO
from srcnn.errors import ModelError
from srcnn.export import export
from srcnn.images.color import Color
from srcnn.images.resize import imresize
from srcnn.weights.foreign import open_weights
from srcnn.weights.onnx_file import read_card
from srcnn.weights.spandrel import import_spandrel

from ..engine.reference import BLACK, STUDIO, compact_file

KINDS: list[tuple[int, Color]] = [(2, "Y"), (3, "Y"), (4, "Y"), (3, "RGB"), (2, "YCbCr")]


def loaded(tmp_path: Path, scale: int, color: Color) -> tuple[bytes, Any]:
    """A random compact network, and its exported file as spandrel opens it."""
    data = compact_file(scale, color)
    (tmp_path / "small.onnx").write_bytes(data)
    path = tmp_path / "theirs.safetensors"
    assert export(tmp_path / "small.onnx", scale, path, layout="compact") <= 1e-5
    return data, import_spandrel().ModelLoader().load_from_file(path)


def theirs(found: Any, image: NDArray[np.float64]) -> NDArray[np.float64]:
    """H x W x 3 through spandrel's module, not clamped."""
    given = torch.from_numpy(image.transpose(2, 0, 1)[None]).float()
    with torch.inference_mode():
        made: NDArray[np.float64] = found.model(given)[0].double().numpy()
    return made.transpose(1, 2, 0)


def to_ycbcr(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    ycbcr: NDArray[np.float64] = (rgb @ STUDIO.T + BLACK) / 255
    return ycbcr


@pytest.mark.parametrize(("scale", "color"), KINDS)
def test_spandrel_makes_what_we_make(
    tmp_path: Path, photo: NDArray[np.uint8], scale: int, color: Color
) -> None:
    """Inside, luma is our network's to 1e-4, and Cb and Cr are torch's bilinear ones."""
    data, found = loaded(tmp_path, scale, color)
    assert (found.architecture.id, found.scale) == ("Compact", scale)
    assert (found.input_channels, found.output_channels) == (3, 3)
    assert found.model.num_feat == 5 + (2 if color == "Y" else 0)
    image = photo[:50, :44] / 255
    low = image if color == "RGB" else to_ycbcr(image)
    made = theirs(found, image)
    made = made if color == "RGB" else to_ycbcr(made)
    network = network_of_graph(data, read_card(data, "a"), "a", AUTO)
    planes = low.transpose(2, 0, 1)
    ours = enhance_whole(network, planes[: 1 if color == "Y" else 3]).transpose(1, 2, 0)
    border = 5 * scale
    inner = np.s_[border:-border, border:-border]
    assert np.abs(ours[inner][..., 0] - made[inner][..., 0]).max() <= 1e-4
    if color != "Y":
        np.testing.assert_allclose(made[inner], ours[inner], rtol=0, atol=1e-4)
        return
    large = functional.interpolate(
        torch.from_numpy(planes[None, 1:]), scale_factor=scale, mode="bilinear"
    )
    wanted = large[0].numpy().transpose(1, 2, 0)
    np.testing.assert_allclose(made[inner][..., 1:], wanted[inner], rtol=0, atol=1e-4)
    bicubic = imresize(low, scale)[..., 1:]
    assert np.abs(made[..., 1:] - bicubic)[inner].mean() < 2 / 255


def test_only_the_border_differs(tmp_path: Path, photo: NDArray[np.uint8]) -> None:
    """By as many pixels as the network sees; chroma by the outermost ones alone."""
    _, found = loaded(tmp_path, 3, "Y")
    image = photo[:50, :44] / 255
    whole, part = theirs(found, image), theirs(found, image[10:40, 10:34])
    difference = np.abs(to_ycbcr(whole)[30:120, 30:102] - to_ycbcr(part)).max(axis=2)
    assert difference[4 * 3 : -4 * 3, 4 * 3 : -4 * 3].max() < 1e-5
    assert difference.max() > 1e-3
    chroma = np.abs(to_ycbcr(whole)[30:120, 30:102, 1:] - to_ycbcr(part)[..., 1:])
    assert chroma[3:-3, 3:-3].max() < 1e-5


def test_other_families_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is a network of family srcnn; only compact networks"):
        export("srcnn-915", 3, tmp_path / "a.safetensors", layout="compact")
    assert list(tmp_path.iterdir()) == []


def test_the_file_says_nothing_that_would_make_it_ours(tmp_path: Path) -> None:
    loaded(tmp_path, 2, "Y")
    with pytest.raises(ModelError, match="belongs to no known layout of SRCNN"):
        open_weights(str(tmp_path / "theirs.safetensors"), 2)

"""Adding a family of networks: one class without torch, one module, a row in each of two tables."""

from __future__ import annotations

from math import isqrt
from pathlib import Path
from typing import Self

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import srcnn
from srcnn.evaluation.compare import compare
from srcnn.export import export
from srcnn.images.grid import Grid
from srcnn.models.base import TorchNetwork
from srcnn.models.registry import FAMILIES
from srcnn.runs.plan import make_plan
from srcnn.runs.run import run_plan
from srcnn.training.recipe_file import make_recipe
from srcnn.weights.architectures.architecture import Description, Node
from srcnn.weights.architectures.table import ARCHITECTURES
from srcnn.weights.binary import Tensors
from srcnn.weights.card import Card
from srcnn.weights.onnx_file import from_onnx

from ..conftest import EXAMPLE


class Shuffle:
    name = "shuffle"

    def describe(self, tensors: Tensors, source: str) -> Description:
        return Description(1, {"scale": isqrt(len(tensors["conv1.bias"]))})

    def grid(self, card: Card) -> Grid:
        return Grid(card.scale, radius=2)

    def parameters(self, card: Card) -> int:
        return 25 * card.scale**2

    def nodes(self, tensors: Tensors, source: str, output: str) -> list[Node]:
        scale = isqrt(len(tensors["conv1.bias"]))
        return [
            Node("Conv", [source, "conv1.weight", "conv1.bias"], ["planes"], {}),
            Node("DepthToSpace", ["planes"], [output], {"blocksize": scale, "mode": "CRD"}),
        ]


class ShuffleInTorch(TorchNetwork):
    def __init__(self, scale: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, scale**2, 5)

    @classmethod
    def of_card(cls, card: Card) -> Self:
        return cls(card.scale)

    def forward(self, y: Tensor, pad: bool = True) -> Tensor:
        y = functional.pad(y, [2] * 4, mode="replicate") if pad else y
        return functional.pixel_shuffle(self.conv1(y), isqrt(self.conv1.out_channels))


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of three steps of training."""
    monkeypatch.setitem(ARCHITECTURES, "shuffle", Shuffle())
    monkeypatch.setitem(FAMILIES, "shuffle", {"plain": ShuffleInTorch})
    monkeypatch.chdir(tmp_path)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for k in range(3):
        picture = srcnn.imresize(np.asarray(srcnn.upscale(EXAMPLE, 2, "bicubic")), (k + 2) / 12)
        (pictures / f"{k}.png").write_bytes(as_png(picture))
    values = {"name": "shuffled", "scale": 3, "architecture": "shuffle", "form": "plain"}
    values |= {"data": [str(pictures)], "held_back": 1, "steps": 3, "batch": 2, "patch": 24}
    recipe = make_recipe(values, [], "recipe")
    card = run_plan(make_plan(recipe, "recipe"), tmp_path / "run", device="cpu", quiet=True)
    assert card is not None
    assert (card.architecture, card.steps, card.pictures) == ("shuffle", 3, 2)
    return tmp_path / "run" / "weights.onnx"


def as_png(picture: np.ndarray) -> bytes:
    from srcnn.images.encode import encode
    from srcnn.images.formats import FORMATS

    return encode(picture, FORMATS["png"])


def test_a_family_of_its_own(weights: Path, tmp_path: Path) -> None:
    """Trained, saved, evaluated, upscaled in tiles as whole, exported and compared."""
    tensors, card = from_onnx(weights.read_bytes(), "shuffled")
    assert (card.name, card.scale, tensors["conv1.weight"].shape) == ("shuffled", 3, (9, 1, 5, 5))

    report = srcnn.evaluate(tmp_path / "pictures", weights, 3)
    assert [row["model"] for row in report["results"]] == ["bicubic", str(weights)]

    low = np.random.default_rng(0).integers(0, 256, (40, 47), np.uint8)
    whole, tiled = (srcnn.upscale(low, 3, weights, tile=tile) for tile in (1000, 17))
    network = ShuffleInTorch.of_weights(tensors, card, "shuffled")
    with torch.no_grad():
        wanted = network(torch.from_numpy(low / np.float32(255))[None, None])[0, 0].numpy()
    assert np.ptp(wanted) > 0.001, "random weights do something"
    np.testing.assert_allclose(whole, np.clip(wanted, 0, 1) * 255, rtol=0, atol=0.51)
    np.testing.assert_array_equal(tiled, whole)
    assert srcnn.upscale(low, 2.2, weights).shape == (88, 103)

    for destination, standalone in (("a.onnx", False), ("a.safetensors", False), ("b.onnx", True)):
        assert export(weights, 3, tmp_path / destination, standalone) < 1e-5
    assert srcnn.upscale(low, 3, tmp_path / "a.onnx").tobytes() == whole.tobytes()

    shown = compare(tmp_path / "pictures" / "2.png", 3, [str(weights)])
    assert [each.model for each in shown.models] == ["bicubic", str(weights)]

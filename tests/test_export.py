"""Exporting: what is written opens again, and what does not do as torch does is not written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import safetensors.numpy
import torch
from numpy.typing import NDArray

import srcnn
from srcnn.errors import DestinationExists, ModelError, UsageError
from srcnn.export import LIMIT, export
from srcnn.images.color import linear
from srcnn.weights.foreign import load, open_weights, to_safetensors
from srcnn.weights.graph import to_onnx
from srcnn.weights.onnx_file import from_onnx
from srcnn.weights.standalone import to_standalone
from srcnn.weights.store import find

from .weights.reference import random_tensors

KINDS = [("a.onnx", False), ("a.onnx", True), ("a.safetensors", False)]
WRITERS = {"to_onnx": to_onnx, "to_standalone": to_standalone, "to_safetensors": to_safetensors}


@pytest.mark.parametrize("model", ["srcnn-915", "srcnn-955"])
@pytest.mark.parametrize(("name", "standalone"), KINDS)
def test_shipped_networks(tmp_path: Path, model: str, name: str, standalone: bool) -> None:
    assert export(model, 3, tmp_path / name, standalone) <= LIMIT / 2
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a.onnx", "a.safetensors"])
def test_tensors_and_card_come_back(tmp_path: Path, name: str) -> None:
    """Without a scale being told: 2 is wrong here, and the card says so."""
    path = tmp_path / name
    export("srcnn-915", 3, path)
    tensors, card = load(path, 2)
    before, card_before = open_weights("srcnn-915", 3)
    assert card == card_before
    assert set(tensors) == set(before)
    for key, tensor in before.items():
        np.testing.assert_array_equal(tensors[key], tensor)
    assert srcnn.SRCNN.from_pretrained(str(path), 3).parameters_without_biases == 8032


@pytest.mark.parametrize("model", ["srcnn-955", "srcnn-955@binary", "fast"])
def test_what_is_exported_enlarges_as_the_shipped_file_does(model: str, tmp_path: Path) -> None:
    """The same tensors and card in a graph that other runtimes read, each node named."""
    export(model, 3, tmp_path / "a.onnx")
    for node in onnx.load(tmp_path / "a.onnx").graph.node:
        assert node.name == node.output[0] or model == "srcnn-955@binary"
    shipped = find(model, 3)
    tensors, card = from_onnx((tmp_path / "a.onnx").read_bytes(), "a.onnx")
    before, card_before = from_onnx(shipped.read_bytes(), model)
    assert card == card_before
    assert all(np.array_equal(tensors[name], before[name]) for name in before)
    picture = np.random.default_rng(0).integers(0, 255, (31, 43, 3), np.uint8)
    first, second = (srcnn.upscale(picture, 3, m) for m in (model, str(tmp_path / "a.onnx")))
    assert np.abs(first.astype(int) - second).max() <= 1


def test_anybody_reads_the_safetensors(tmp_path: Path) -> None:
    export("srcnn-915", 2, tmp_path / "a.safetensors")
    tensors = safetensors.numpy.load_file(tmp_path / "a.safetensors")
    assert tensors["conv1.weight"].shape == (64, 1, 9, 9)


def test_the_authors_weights_upscale(
    shared: Path, tmp_path: Path, photo: NDArray[np.uint8]
) -> None:
    """From MATLAB's file to one that `srcnn.load` opens."""
    source = shared / "reference" / "authors_weights" / "9-1-5_91-images_x3.mat"
    export(source, 3, tmp_path / "a.onnx")
    large = srcnn.load(tmp_path / "a.onnx", 3).upscale(photo[:20, :30])
    assert large.shape == (60, 90, 3)


def state_dict(path: Path, channels: int = 1, factor: float = 1.0) -> Path:
    tensors = random_tensors((5, 3, 3), (6, 4), channels)
    torch.save({key: torch.from_numpy(value) * factor for key, value in tensors.items()}, path)
    return path


def test_a_state_dict_gets_a_card(tmp_path: Path) -> None:
    export(state_dict(tmp_path / "mine.pth"), 4, tmp_path / "a.onnx")
    card = load(tmp_path / "a.onnx", 4)[1]
    assert (card.name, card.scale, card.f, card.n) == ("mine", 4, (5, 3, 3), (6, 4))


@pytest.mark.parametrize("name", ["a.onnx", "a.safetensors"])
def test_a_network_of_colour_channels(tmp_path: Path, name: str) -> None:
    source = state_dict(tmp_path / "mine.pth", channels=3)
    export(source, 3, tmp_path / name)
    assert load(tmp_path / name, 3)[1].color == "RGB"
    assert export(tmp_path / name, 3, tmp_path / "b.onnx", standalone=True) <= LIMIT / 2


def disturbed(write: Any) -> Any:
    """The writer with the largest weight of the second layer off by one percent."""

    def wrong(tensors: dict[str, NDArray[np.float32]], *others: Any, **more: Any) -> bytes:
        weight = tensors["conv2.weight"].copy()
        weight[np.unravel_index(np.abs(weight).argmax(), weight.shape)] *= 1.01
        data: bytes = write(tensors | {"conv2.weight": weight}, *others, **more)
        return data

    return wrong


@pytest.mark.parametrize(("name", "standalone"), KINDS)
def test_a_wrong_weight_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, standalone: bool
) -> None:
    """Nothing is left where nothing was, and what was there stays."""
    for writer, write in WRITERS.items():
        monkeypatch.setattr(f"srcnn.export.{writer}", disturbed(write))
    with pytest.raises(ModelError, match=r"would differ from torch by .*; nothing was written"):
        export("srcnn-915", 3, tmp_path / name, standalone)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / name).write_text("old")
    with pytest.raises(ModelError):
        export("srcnn-915", 3, tmp_path / name, standalone, overwrite=True)
    assert (tmp_path / name).read_text() == "old"


@pytest.mark.parametrize("what", ["_phases", "linear", "scale", "_mirror"])
def test_a_wrong_road_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Mirrored taps, another gray, another size, another border: each is seen."""
    from srcnn.weights import standalone

    if what == "_phases":
        phases = standalone._phases
        monkeypatch.setattr(standalone, what, lambda scale: phases(scale)[:, :, ::-1])
    elif what == "linear":
        monkeypatch.setattr(standalone, what, lambda *spaces: [0.9 * p for p in linear(*spaces)])
    elif what == "_mirror":
        edge = onnx.helper.make_node("Pad", ["input", "rim"], ["mirrored"], mode="edge")
        monkeypatch.setattr(standalone, what, lambda *_: [edge])
    else:
        monkeypatch.setattr(
            "srcnn.export.to_standalone", lambda tensors, card, _: to_standalone(tensors, card, 2)
        )
    with pytest.raises(ModelError, match="would differ from torch by"):
        export("srcnn-915", 3, tmp_path / "a.onnx", standalone=True)
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_overflow_are_not_written(tmp_path: Path) -> None:
    source = state_dict(tmp_path / "mine.pth", factor=1e30)
    with pytest.raises(ModelError, match="conv2 has such large numbers that its sums overflow"):
        export(source, 3, tmp_path / "a.onnx")
    assert not (tmp_path / "a.onnx").exists()


def test_destinations_and_scales_that_are_refused(tmp_path: Path) -> None:
    (tmp_path / "old.onnx").write_text("old")
    with pytest.raises(DestinationExists, match=r"old\.onnx: already exists; use --overwrite"):
        export("srcnn-915", 3, tmp_path / "old.onnx")
    export("srcnn-915", 3, str(tmp_path / "old.onnx"), overwrite=True)
    (tmp_path / "folder.onnx").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        export("srcnn-915", 3, tmp_path / "folder.onnx", overwrite=True)
    for name, scale, standalone in (
        ("a.pt", 3, False),
        ("a", 3, False),
        ("a.safetensors", 3, True),
        ("a.onnx", 1, True),
        ("a.onnx", -3, False),
    ):
        with pytest.raises(UsageError):
            export("srcnn-915", scale, tmp_path / name, standalone)
        assert not (tmp_path / name).exists()
    for name, options in (
        ("a.safetensors", {"size": (8, 8)}),
        ("a.onnx", {"size": (0, 8)}),
        ("a.onnx", {"layout": "compact"}),
        ("a.safetensors", {"layout": "edsr"}),
    ):
        with pytest.raises(UsageError):
            export("srcnn-915", 3, tmp_path / name, **options)
        assert not (tmp_path / name).exists()
    with pytest.raises(ModelError, match="was trained for x3, not x4"):
        export(tmp_path / "old.onnx", 4, tmp_path / "a.onnx")

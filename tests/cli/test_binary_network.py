"""A file of binary weights is a weights file: every command takes it, and says so where it is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srcnn.weights.graph import to_onnx
from srcnn.weights.onnx_file import from_onnx

from ..weights.reference import card_of, random_bits
from .conftest import Srcnn

F, N = (5, 3, 3), (6, 4)


@pytest.fixture
def model(folder: Path) -> str:
    """A network that changes a picture a little."""
    bits, _ = random_bits(F, N)
    bits["conv3.alpha"] *= 0.1
    (folder / "bits.onnx").write_bytes(to_onnx(bits, card_of(F, N, weights="binary")))
    return "bits.onnx"


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_upscale_is_the_same_with_every_engine(
    srcnn: Srcnn, model: str, photo: Path, engine: str
) -> None:
    names = {"onnxruntime": "a.png", engine: "b.png", "bicubic": "c.png"}
    for kind, name in names.items():
        words = ("-m", "bicubic") if kind == "bicubic" else ("-m", model, "--engine", kind)
        assert srcnn("upscale", photo, "-s", 3, "-o", name, *words).code == 0
    ours, theirs, bicubic = (
        np.asarray(Image.open(name)).astype(int) for name in ("a.png", "b.png", "c.png")
    )
    assert np.abs(ours - theirs).max() <= 1
    assert np.abs(ours - bicubic).max() > 5, "the network must do something"


def test_what_is_exported_scores_the_same(srcnn: Srcnn, model: str, photo: Path) -> None:
    """By way of torch or not, beside a full network."""
    (photo.parent / "set").mkdir()
    photo.rename(photo.parent / "set" / "photo.png")
    for name in ("a.onnx", "a.safetensors"):
        assert srcnn("export", "-m", model, "-s", 3, "-o", name).code == 0
    models = ("-m", model, "-m", "a.onnx", "-m", "a.safetensors", "-m", "srcnn-915")
    ran = srcnn("evaluate", "set", *models, "-s", 3, "--json", "-", "--quiet")
    scores = {row["model"]: row["mean"]["psnr"] for row in ran.json()["results"]}
    for name in ("a.onnx", "a.safetensors"):
        assert scores[model] == pytest.approx(scores[name], abs=1e-3)
    assert scores[model] != pytest.approx(scores["bicubic"], abs=0.1)
    assert srcnn("compare", "set/photo.png", "-s", 3, *models, "-o", "c.html").code == 0


def test_the_standalone_graph_is_no_weights_file(srcnn: Srcnn, model: str, photo: Path) -> None:
    assert srcnn("export", "-m", model, "-s", 3, "-o", "a.onnx", "--standalone").code == 0
    ran = srcnn("upscale", photo, "-s", 3, "-m", "a.onnx")
    assert ran.code == 6
    assert "is a standalone graph" in ran.error


def test_a_file_cut_off_is_refused(srcnn: Srcnn, model: str, photo: Path) -> None:
    data = Path(model).read_bytes()
    for count in (len(data) // 2, len(data) - 1):
        Path(model).write_bytes(data[:count])
        ran = srcnn("upscale", photo, "-s", 3, "-m", model)
        assert ran.code == 6
        assert ran.error.startswith(f"error: {model}: ")


def test_one_damaged_bit_of_the_weights_is_another_network(model: str) -> None:
    """No checksum is kept: what a bit says is as good as its opposite."""
    data = bytearray(Path(model).read_bytes())
    bits, _ = random_bits(F, N)
    at = bytes(data).index(bits["conv2.bits"].tobytes())
    data[at] ^= 1
    changed = from_onnx(bytes(data), model)[0]["conv2.bits"]
    assert np.flatnonzero(changed != bits["conv2.bits"]).tolist() == [0]

"""Networks and pictures for the engine's tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from srcnn.baselines import anchored
from srcnn.baselines.dictionary import Learning
from srcnn.baselines.samples import Settings
from srcnn.engine.example_based import METHODS

from ..conftest import EXAMPLE
from .reference import compact_file, near_identity, weights_file

KINDS = ["gray", "gray+alpha", "rgb", "rgba"]
DTYPES = ["uint8", "uint16", "float32", "float64"]


@pytest.fixture(scope="session")
def tensors() -> dict[str, NDArray[np.float32]]:
    return near_identity()


@pytest.fixture(scope="session")
def graph(tensors: dict[str, NDArray[np.float32]]) -> bytes:
    return weights_file(tensors)


@pytest.fixture(scope="session")
def weights(graph: bytes, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A weights file for x3."""
    path = tmp_path_factory.mktemp("weights") / "test-x3.onnx"
    path.write_bytes(graph)
    return str(path)


@pytest.fixture(scope="session")
def compact(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A weights file of a compact network for x3."""
    path = tmp_path_factory.mktemp("weights") / "compact-x3.onnx"
    path.write_bytes(compact_file())
    return str(path)


@pytest.fixture(scope="session")
def shipped_offsets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the shipped one, of networks that add (8, 16, 24, 32)/255 to what they are given."""
    folder = tmp_path_factory.mktemp("files")
    names = [("srcnn-915", 2), ("srcnn-915", 3), ("srcnn-915", 4), ("srcnn-955", 3)]
    for k, (name, scale) in enumerate(names, 1):
        flat = near_identity(offset=8 * k / 255, noise=0)
        (folder / f"{name}-x{scale}.onnx").write_bytes(weights_file(flat, scale, name))
    return folder


def picture_of(kind: str, dtype: str = "uint8", size: tuple[int, int] = (41, 30)) -> NDArray[Any]:
    """A crop of the example photograph, H x W as ``size``, of this kind and depth.

    Deep pictures have real low bits; alpha is another part of the photograph.
    """
    height, width = size
    with Image.open(EXAMPLE) as file:
        photo = np.asarray(file.convert("RGB")) / 255.0
    rgb, alpha = (
        photo[60 : 60 + height, 40 : 40 + width],
        photo[70 : 70 + height, 9 : 9 + width, :1],
    )
    gray = rgb[..., 1:2]
    parts = {"gray": [gray], "gray+alpha": [gray, alpha], "rgb": [rgb], "rgba": [rgb, alpha]}
    picture = np.concatenate(parts[kind], axis=2)
    if dtype.startswith("uint"):
        peak = np.iinfo(dtype).max
        below = np.random.default_rng(0).uniform(-0.5, 0.5, picture.shape) / 255 * (peak > 255)
        picture = np.round(np.clip(picture + below, 0, 1) * peak)
    picture = picture.astype(dtype)
    return picture[..., 0] if kind == "gray" else picture


_FEW = Learning(atoms=12, samples=150)
_SMALL: dict[str, Settings] = {
    "sparse-coding": Settings(_FEW, samples=500),
    "a+": anchored.Settings(_FEW, (0.8,), samples=1500, neighbours=60),
}


@pytest.fixture
def root(tmp_path: Path, photo: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data root with a T91 of three small pictures, a cache, and methods that learn little."""
    folder = tmp_path / "data" / "t91"
    folder.mkdir(parents=True)
    for k in range(3):
        Image.fromarray(photo[k * 60 : k * 60 + 70, :80]).save(folder / f"{k}.png")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SRCNN_DATA", str(folder.parent))
    for name, settings in _SMALL.items():
        monkeypatch.setitem(METHODS, name, replace(METHODS[name], settings=settings))
    return folder.parent

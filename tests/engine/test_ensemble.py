"""The self-ensemble: the mean of eight answers, the same in tiles, and indifferent to flips and turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.ensemble import SelfEnsemble
from srcnn.engine.upscaler import load
from srcnn.images.color import Color
from srcnn.images.grid import Grid

from .conftest import picture_of
from .reference import near_identity, weights_file


class Corner:
    """A network whose answer is the upper left corner of what it sees, twice as large each way."""

    name = "corner"
    color: Color = "Y"
    grid = Grid(2, 1)

    def enhance(self, padded: NDArray[Any]) -> NDArray[Any]:
        return np.repeat(np.repeat(padded[..., :-2, :-2], 2, -2), 2, -1)


def test_it_is_the_mean_over_the_symmetries() -> None:
    """The corner is the mean of the four corners, by symmetry, on a grid twice as fine."""
    padded = np.random.default_rng(0).random((1, 9, 6))
    corners = [padded[..., y : y + 7, x : x + 4] for y in (0, 2) for x in (0, 2)]
    wanted = np.repeat(np.repeat(np.mean(corners, axis=0), 2, -2), 2, -1)
    made = SelfEnsemble(Corner()).enhance(padded)
    np.testing.assert_allclose(made, wanted, rtol=0, atol=1e-12)


SYMMETRIES: list[Callable[[NDArray[Any]], NDArray[Any]]] = [
    lambda picture: picture[::-1],
    lambda picture: picture[:, ::-1],
    lambda picture: picture.swapaxes(0, 1),
    np.rot90,
]


@pytest.mark.parametrize("color", ["Y", "RGB", "YCbCr"])
@pytest.mark.parametrize("kind", ["gray", "rgba"])
def test_a_turned_picture_gives_the_turned_result(kind: str, color: Color, tmp_path: Any) -> None:
    channels = 1 if color == "Y" else 3
    path = tmp_path / "a.onnx"
    path.write_bytes(weights_file(near_identity(channels=channels), 3, color=color))
    upscaler = load(str(path), 3, tta=True)
    picture = picture_of(kind, "float64", (31, 44))
    made = upscaler.upscale(picture)
    assert np.abs(made - load(str(path), 3).upscale(picture)).max() > 1e-3, "it does something"
    for turn in SYMMETRIES:
        turned = upscaler.upscale(np.ascontiguousarray(turn(picture)))
        np.testing.assert_allclose(turned, turn(made), rtol=0, atol=2e-5)


@pytest.mark.parametrize(
    ("engine", "precision"),
    [(engine, precision) for engine, row in BACKENDS.items() for precision in row.precisions],
)
def test_tiles_equal_the_whole(engine: str, precision: str, weights: str) -> None:
    picture = picture_of("rgb", "float32", (37, 50))
    whole = load(weights, 3, engine, precision, tile=1000, tta=True).upscale(picture)
    tiled = load(weights, 3, engine, precision, tile=23, tta=True).upscale(picture)
    allowed = {"fp32": 4e-6, "bf16": 2 / 255}[precision]
    np.testing.assert_allclose(tiled, whole, rtol=0, atol=allowed)

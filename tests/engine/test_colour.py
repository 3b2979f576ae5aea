"""Networks of three channels: every kind of picture against float64, in tiles, strips and engines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.upscaler import load
from srcnn.images.color import Color

from .conftest import DTYPES, KINDS, picture_of
from .reference import assert_is, expected, near_identity, weights_file

TENSORS = near_identity(channels=3)
THREE: list[Color] = ["YCbCr", "RGB"]


@pytest.fixture(scope="module", params=THREE)
def color(request: pytest.FixtureRequest) -> Color:
    found: Color = request.param
    return found


@pytest.fixture
def weights(color: Color, tmp_path: Path) -> str:
    path = tmp_path / "test-x3.onnx"
    path.write_bytes(weights_file(TENSORS, color=color))
    return str(path)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture(kind: str, dtype: str, color: Color, weights: str) -> None:
    """All three channels by the network; a gray picture is R = G = B on its way, and gray afterwards."""
    picture = picture_of(kind, dtype)
    out = load(weights, 3).upscale(picture)
    assert out.dtype == picture.dtype
    wanted = expected(picture, (123, 90), TENSORS, color)
    assert_is(out, wanted)
    assert np.abs(wanted - expected(picture, (123, 90), None)).max() > 0.03, (
        "the network must do something"
    )


def test_the_two_spaces_are_told_apart() -> None:
    picture = picture_of("rgb")
    one, other = (expected(picture, (123, 90), TENSORS, color) for color in THREE)
    assert np.abs(one - other).max() > 0.1


@pytest.mark.parametrize("engine", list(BACKENDS))
@pytest.mark.parametrize("tile", [7, 1000])
def test_engines_and_tiles_change_nothing(
    engine: str, tile: int, color: Color, weights: str
) -> None:
    picture = picture_of("rgba", "float32", (53, 31))
    upscaler = load(weights, 3, engine=engine, tile=tile, threads=2)
    strips = [picture[top : top + 9] for top in range(0, 53, 9)]
    out = np.concatenate(list(upscaler.strips(strips, (53, 31), (159, 93))))
    assert_is(out, expected(picture, (159, 93), TENSORS, color))


@pytest.mark.parametrize("size", [(1, 1), (1, 37), (5, 3)])
def test_pictures_smaller_than_the_network_sees(
    size: tuple[int, int], color: Color, weights: str
) -> None:
    for kind in ("gray", "rgb"):
        picture = picture_of(kind, "float64", size)
        out = load(weights, 3).upscale(picture)
        assert_is(out, expected(picture, (3 * size[0], 3 * size[1]), TENSORS, color))

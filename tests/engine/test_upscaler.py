"""The whole pipeline: every kind of picture against a float64 computation of the test's own."""

from __future__ import annotations

import itertools
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import srcnn
from srcnn.engine.backends.table import BACKENDS
from srcnn.engine.passes import passes_for
from srcnn.engine.sizes import enlarged_size
from srcnn.engine.upscaler import load
from srcnn.errors import ModelError, UsageError
from srcnn.images.color import Color, convert
from srcnn.models.registry import network_of
from srcnn.weights.card import Card
from srcnn.weights.onnx_file import from_onnx

from ..weights.reference import with_card, with_tensor
from .conftest import DTYPES, KINDS, picture_of
from .reference import PEAK, assert_is, bicubic, compact_file, expected, near_identity, weights_file

Tensors = dict[str, NDArray[np.float32]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture(kind: str, dtype: str, weights: str, tensors: Tensors) -> None:
    """Luma by the network, the rest by bicubic; shape, channels and depth as they came."""
    picture = picture_of(kind, dtype)
    before = picture.copy()
    out = load(weights, 3)(picture)
    assert out.dtype == picture.dtype
    assert_is(out, expected(picture, (123, 90), tensors))
    np.testing.assert_array_equal(picture, before)


def test_the_network_matters(weights: str, tensors: Tensors) -> None:
    """The reference with the network differs from the one without, so the test above can fail."""
    picture = picture_of("rgb")
    difference = expected(picture, (123, 90), tensors) - expected(picture, (123, 90), None)
    assert np.abs(difference).max() > 0.1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", KINDS)
def test_bicubic_is_a_model(kind: str, dtype: str) -> None:
    picture = picture_of(kind, dtype)
    out = load("bicubic", 2.5).upscale(picture)
    assert_is(out, expected(picture, (103, 75), None))
    # And MATLAB's imresize, here of floats, is the same enlargement.
    levels = picture / PEAK[dtype]
    assert_is(out, np.clip(srcnn.imresize(levels, size=(103, 75)), 0, 1))


def test_alpha_is_matlab_s_bicubic(weights: str) -> None:
    picture = picture_of("rgba")
    out = load(weights, 3).upscale(picture)
    alpha = srcnn.imresize(picture[..., 3] / 255, size=(123, 90))
    assert_is(out[..., 3], np.clip(alpha, 0, 1))


@pytest.mark.parametrize("kind", ["gray", "rgba"])
def test_strips_do_not_show(kind: str, weights: str, tensors: Tensors) -> None:
    """A result of three strips is the picture worked out in one piece."""
    picture = picture_of(kind, "float32", (211, 13))
    assert_is(load(weights, 3).upscale(picture), expected(picture, (633, 39), tensors))


@pytest.mark.parametrize("engine", list(BACKENDS))
@pytest.mark.parametrize("tile", [7, "auto"])
def test_engines_and_tiles_change_nothing(
    engine: str, tile: int | str, weights: str, tensors: Tensors
) -> None:
    picture = picture_of("rgb")
    out = load(weights, 3, engine=engine, tile=tile).upscale(picture)
    assert_is(out, expected(picture, (123, 90), tensors))


def test_gray_as_colour_stays_gray(weights: str) -> None:
    """A gray picture in three equal channels has three equal channels afterwards."""
    gray = picture_of("gray", "float64")
    out = load(weights, 3).upscale(np.stack([gray] * 3, axis=2))
    np.testing.assert_allclose(out[..., 0], out[..., 1], rtol=0, atol=1e-5)
    np.testing.assert_allclose(out[..., 0], out[..., 2], rtol=0, atol=1e-5)
    assert np.ptp(out) > 0.2


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (1, 37), (5, 3)])
@pytest.mark.parametrize("kind", KINDS)
def test_pictures_smaller_than_the_network_sees(
    kind: str, size: tuple[int, int], weights: str, tensors: Tensors
) -> None:
    picture = picture_of(kind, "uint8", size)
    out = load(weights, 3).upscale(picture)
    assert_is(out, expected(picture, (3 * size[0], 3 * size[1]), tensors))


@pytest.mark.parametrize(
    ("scale", "height", "width", "wanted"),
    [
        (2.5, 3, 5, (8, 13)),  # 7.5 and 12.5: halves go up
        (1.5, 3, 5, (5, 8)),
        (3.3, 7, 9, (23, 30)),  # 23.1 and 29.7
        (3, 41, 30, (123, 90)),
        (1.01, 1, 1, (1, 1)),
        (1.01, 50, 49, (51, 49)),
    ],
)
def test_sizes(
    scale: float, height: int, width: int, wanted: tuple[int, int], weights: str, tensors: Tensors
) -> None:
    """floor(side * scale + 0.5); the network runs at its own scale, once or twice, and is reduced."""
    assert enlarged_size(height, width, scale) == wanted
    picture = picture_of("rgb", "uint8", (height, width))
    assert_is(load("bicubic", scale).upscale(picture), expected(picture, wanted, None))
    upscaler = load(weights, scale)
    assert upscaler.passes == ((3,) if scale <= 3 else (3, 3))
    if wanted != (height, width):
        wanted_pixels = expected(picture, wanted, tensors, passes=upscaler.passes)
        assert_is(upscaler.upscale(picture), wanted_pixels)


@pytest.mark.parametrize("size", [(50, 90), (123, 31), (64, 64)])
def test_to_a_size(size: tuple[int, int], weights: str, tensors: Tensors) -> None:
    picture = picture_of("rgb")
    passes = (3,) if max(size[0] / 41, size[1] / 30) <= 3 else (3, 3)
    assert_is(
        load(weights, 3).upscale(picture, size), expected(picture, size, tensors, passes=passes)
    )


PASSES = [
    (1.01, (2,)),
    (1.2, (2,)),
    (2, (2,)),
    (2.2, (3,)),
    (3, (3,)),
    (3.4, (4,)),
    (4, (4,)),
    (5, (3, 2)),
    (6, (3, 2)),
    (7, (4, 2)),
    (8, (4, 2)),
    (9, (3, 3)),
    (11, (4, 3)),
    (16, (4, 4)),
    (17, (3, 3, 2)),
]


@pytest.mark.parametrize(("scale", "passes"), PASSES)
def test_networks_at_or_above_the_scale_run(
    scale: float, passes: tuple[int, ...], shipped_offsets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name and by default: told by what each network adds to a flat image."""
    monkeypatch.setattr("srcnn.weights.store.FILES", shipped_offsets)
    flat = np.full((60, 4), 10, np.uint8)
    added = {2: 8, 3: 16, 4: 24}
    named, best = load("srcnn-915", scale), load(None, scale)
    assert named.passes == best.passes == passes
    assert np.unique(named.upscale(flat)).tolist() == [10 + sum(added[each] for each in passes)]
    # srcnn-955 is better, and shipped for x3 only.
    best_adds = added if set(passes) != {3} else {3: 32}
    assert np.unique(best.upscale(flat)).tolist() == [10 + sum(map(best_adds.__getitem__, passes))]


@given(st.floats(1.001, 70), st.sets(st.integers(2, 5), min_size=1))
def test_as_few_passes_as_enlarge_enough_with_the_least_excess(
    scale: float, trained: set[int]
) -> None:
    """Against all choices of as many scales, and of one fewer."""
    passes = passes_for(scale, sorted(trained))
    assert math.prod(passes) >= scale - 1e-6
    assert max(trained) ** (len(passes) - 1) < scale
    products = [math.prod(each) for each in itertools.product(trained, repeat=len(passes))]
    assert math.prod(passes) == min(n for n in products if n >= scale - 1e-6)
    assert list(passes) == sorted(passes, reverse=True)


def test_a_file_runs_at_its_own_scale(tmp_path: Path) -> None:
    """Below it its result is reduced, above it it runs in passes; one of x1 cannot enlarge."""
    path = tmp_path / "any name.onnx"
    path.write_bytes(weights_file(near_identity(), scale=2))
    for scale, passes in ((1.5, (2,)), (2, (2,)), (3, (2, 2)), (5, (2, 2, 2))):
        upscaler = load(str(path), scale)
        assert upscaler.passes == passes
        assert upscaler.upscale(np.zeros((2, 2), np.uint8)).shape == enlarged_size(2, 2, scale)
    path.write_bytes(weights_file(near_identity(), scale=1))
    with pytest.raises(ModelError, match="cannot upscale"):
        load(str(path), 2)


@pytest.mark.parametrize("color", ["Y", "YCbCr", "RGB"])
@pytest.mark.parametrize("engine", list(BACKENDS))
def test_a_compact_network_is_given_the_small_image(
    engine: str, color: Color, tmp_path: Path
) -> None:
    """In tiles as whole: the torch module on the low-resolution channels, the rest bicubic."""
    path = tmp_path / "small.onnx"
    path.write_bytes(compact_file(3, color))
    tensors, card = from_onnx(path.read_bytes(), "small")
    network = network_of(tensors, card).double()
    picture = picture_of("rgb", "float64", (29, 37))
    space = "YCbCr" if color == "Y" else color
    low = convert(picture, "RGB", space)
    given = torch.from_numpy(np.moveaxis(low, 2, 0)[None, : card.channels].copy())
    with torch.no_grad():
        answer = np.moveaxis(network(given)[0].numpy(), 0, 2)
    large = bicubic(low, (87, 111))
    assert np.abs(answer - large[..., : card.channels]).max() > 0.03, (
        "the network must do something"
    )
    large[..., : card.channels] = answer
    out = load(str(path), 3, engine=engine, tile=20).upscale(picture)
    np.testing.assert_allclose(out, np.clip(convert(large, space, "RGB"), 0, 1), rtol=0, atol=1e-5)


def test_a_file_that_does_not_say(tmp_path: Path, tensors: Tensors) -> None:
    """Scale 0 on the card: good for any."""
    path = tmp_path / "any.onnx"
    path.write_bytes(weights_file(tensors, scale=0))
    picture = picture_of("gray", "uint8", (9, 8))
    for scale in (2, 3, 4):
        wanted = expected(picture, (9 * scale, 8 * scale), tensors)
        assert_is(load(str(path), scale).upscale(picture), wanted)


@pytest.mark.parametrize("engine", list(BACKENDS))
@pytest.mark.parametrize("damage", ["numbers", "card"])
def test_a_network_that_cannot_work(engine: str, damage: str, tmp_path: Path) -> None:
    """NaN in the weights, or a card of another network, is found when the file is opened."""
    data = weights_file(near_identity())
    if damage == "numbers":
        data = with_tensor(data, "conv3.bias", np.full((1,), np.nan, np.float32))
    else:
        data = with_card(data, Card("test", 3, (9, 1, 5), (6, 4)))
    path = tmp_path / "damaged.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"damaged\.onnx"):
        load(str(path), 3, engine=engine)


@pytest.mark.parametrize("engine", list(BACKENDS))
def test_threads_do_not_meet(engine: str, weights: str) -> None:
    """Eight threads with one upscaler give the pixels that one thread gives."""
    upscaler = load(weights, 3, engine=engine, tile=32)
    pictures = [picture_of("rgb", "uint8", (30 + k, 45 - k)) for k in range(8)] * 3
    alone = [upscaler.upscale(picture) for picture in pictures]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(upscaler.upscale, pictures))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


def test_progress_rises_to_one(weights: str) -> None:
    parts: list[float] = []
    load(weights, 3).upscale(picture_of("gray", "uint8", (200, 5)), progress=parts.append)
    assert parts == sorted(set(parts))
    assert len(parts) > 1
    assert parts[-1] == 1.0


@pytest.mark.parametrize("shape", [(0, 5), (5, 0, 3), (5,), (5, 5, 5), (2, 5, 5, 3)])
def test_what_is_no_picture(shape: tuple[int, ...], weights: str) -> None:
    with pytest.raises(UsageError, match="is not an image"):
        load(weights, 3).upscale(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("dtype", ["int32", "complex64", "int8"])
def test_depths_that_no_picture_has(dtype: str, weights: str) -> None:
    with pytest.raises(UsageError, match=dtype):
        load(weights, 3).upscale(np.zeros((4, 4), dtype))


@pytest.mark.parametrize("scale", [1, 1.0, 0.5, 0, -2, float("nan"), float("inf")])
def test_scales_that_do_not_enlarge(scale: float) -> None:
    with pytest.raises(UsageError, match="scale"):
        load("bicubic", scale)


def test_white_and_black_stay(weights: str) -> None:
    """The reference bicubic keeps a flat picture, and so must the whole pipeline without a network."""
    for value in (0, 255):
        out = load("bicubic", 3).upscale(np.full((9, 9, 3), value, np.uint8))
        assert np.unique(out).tolist() == [value]
    assert np.allclose(bicubic(np.ones((9, 9, 1)), (27, 27)), 1)

"""From low-resolution luma to luma: every step once more in loops, and tiles that equal the whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.baselines import example_based
from srcnn.baselines.anchored import Anchored
from srcnn.baselines.example_based import Coder, ExampleBased
from srcnn.baselines.sparse_coding import SparseCoding
from srcnn.engine.network import enhance_whole

from ..engine.reference import bicubic

Floats = NDArray[np.float32]


class Squares:
    """No linear method, so that nothing cancels out."""

    def __init__(self, random: np.random.Generator, numbers: int, scale: int) -> None:
        self._matrix = random.normal(size=(numbers, 9 * scale**2)).astype(np.float32)

    def residuals(self, features: Floats) -> Floats:
        out: Floats = np.square(features) @ self._matrix
        return out


def model(scale: int) -> ExampleBased:
    random = np.random.default_rng(7)
    basis = random.normal(size=(4 * 9 * scale**2, 5)).astype(np.float32)
    return ExampleBased("squares", scale, basis / np.float32(10), Squares(random, 5, scale))


def by_hand(made: ExampleBased, luma: NDArray[np.float64]) -> NDArray[np.float64]:
    """One patch after the other, each pixel from a dictionary of what lies on it.

    ``luma`` is the enlarged image with three low-resolution pixels more on each side.
    """
    scale = made.grid.factor
    halo, side = 3 * scale, 3 * scale
    height, width = (n - 2 * halo for n in luma.shape)

    def at(y: int, x: int) -> float:
        return float(luma[halo + y, halo + x])

    def features(top: int, left: int) -> Floats:
        after, before = scale - scale // 2, scale // 2
        places = [(top + y, left + x) for y in range(side) for x in range(side)]
        numbers = [at(y + after, x) - at(y - before, x) for y, x in places]
        numbers += [at(y, x + after) - at(y, x - before) for y, x in places]
        numbers += [(at(y + scale, x) + at(y - scale, x)) / 2 - at(y, x) for y, x in places]
        numbers += [(at(y, x + scale) + at(y, x - scale)) / 2 - at(y, x) for y, x in places]
        return np.array([numbers], np.float32) @ made._basis

    upon: dict[tuple[int, int], list[float]] = {}
    for top in range(scale - side, height, scale):
        for left in range(scale - side, width, scale):
            answer = made._coder.residuals(features(top, left)).reshape(side, side)
            for (y, x), value in np.ndenumerate(answer):
                upon.setdefault((top + y, left + x), []).append(float(value))
    expected = np.empty((height, width))
    for y, x in np.ndindex(height, width):
        assert len(upon[y, x]) == 9
        expected[y, x] = at(y, x) + np.mean(upon[y, x])
    return expected


def enlarged(low: NDArray[np.float64], scale: int) -> NDArray[np.float64]:
    """Return ``low`` enlarged by dense matrices; its border is mirrored."""
    size = (low.shape[0] * scale, low.shape[1] * scale)
    return bicubic(low[..., None], size)[..., 0]


@pytest.mark.parametrize("scale", [2, 3])
def test_as_by_hand(scale: int) -> None:
    """Its border is repeated before it is enlarged."""
    low = np.random.default_rng(1).random((4, 5))
    made = model(scale)
    around = np.pad(low, 9, mode="edge")
    luma = enlarged(around, scale)[6 * scale : -6 * scale, 6 * scale : -6 * scale]
    expected = by_hand(made, luma)
    out = enhance_whole(made, low[None])
    assert out.shape == (1, 4 * scale, 5 * scale)
    small = enhance_whole(made, low[None].astype(np.float32))
    assert small.dtype == np.float32
    middle = luma[3 * scale : -3 * scale, 3 * scale : -3 * scale]
    assert np.abs(out[0] - middle).max() > 0.1, "the method must do something"
    np.testing.assert_allclose(out[0], expected, atol=1e-4)
    np.testing.assert_allclose(small[0], expected, atol=1e-4)


@pytest.mark.parametrize("scale", [2, 3])
def test_inside_it_is_the_method_on_the_bicubic_image(scale: int) -> None:
    """Five pixels from the border, how the border continues makes no difference."""
    low = np.random.default_rng(1).random((13, 12))
    made = model(scale)
    expected = by_hand(made, np.pad(enlarged(low, scale), 3 * scale, mode="edge"))
    inside = np.s_[5 * scale : -5 * scale, 5 * scale : -5 * scale]
    out = enhance_whole(made, low[None])[0]
    np.testing.assert_allclose(out[inside], expected[inside], atol=1e-4)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_strips_pieces_and_threads_equal_the_whole(
    monkeypatch: pytest.MonkeyPatch, scale: int
) -> None:
    made = model(scale)
    r = made.grid.radius
    padded = np.random.default_rng(2).random((1, 12 + 2 * r, 9 + 2 * r))
    whole = made.enhance(padded)
    monkeypatch.setattr(example_based, "_AT_ONCE", 1)
    np.testing.assert_allclose(made.enhance(padded), whole, atol=1e-5)
    monkeypatch.undo()
    for top, left, height, width in ((0, 0, 5, 4), (5, 4, 7, 5), (3, 8, 1, 1)):
        piece = made.enhance(padded[:, top : top + height + 2 * r, left : left + width + 2 * r])
        y, x, h, w = (n * scale for n in (top, left, height, width))
        np.testing.assert_allclose(piece, whole[:, y : y + h, x : x + w], atol=1e-5)
    with ThreadPoolExecutor(3) as pool:
        for out in pool.map(made.enhance, [padded] * 6):
            np.testing.assert_array_equal(out, whole)


@pytest.mark.parametrize("coder", ["sparse-coding", "a+"])
@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("tile", [1, 8, 23])
def test_tiles_equal_the_whole(coder: str, scale: int, tile: int) -> None:
    """Both methods, of random numbers; a tile smaller than a low-resolution pixel is one such pixel."""
    random = np.random.default_rng(5)
    basis = random.normal(size=(36 * scale**2, 6)).astype(np.float32) / np.float32(10)
    atoms = random.normal(size=(20, 6)).astype(np.float32)
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    high = random.normal(size=(20, 9 * scale**2)).astype(np.float32)
    maps = random.normal(size=(20, 6, 9 * scale**2)).astype(np.float32)
    methods: dict[str, Coder] = {
        "sparse-coding": SparseCoding(atoms, high),
        "a+": Anchored(atoms, maps),
    }
    made = ExampleBased(coder, scale, basis, methods[coder])
    low = random.random((1, 11, 7))
    whole = enhance_whole(made, low, tile=1000)
    assert whole.shape == (1, 11 * scale, 7 * scale)
    nearest = low.repeat(scale, 1).repeat(scale, 2)
    assert np.abs(whole - nearest).max() > 0.1, "the method must do something"
    np.testing.assert_allclose(enhance_whole(made, low, tile), whole, rtol=0, atol=1e-4)

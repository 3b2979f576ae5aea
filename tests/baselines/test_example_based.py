"""From padded luma to luma: every step once more in loops, and pieces that equal the whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.baselines import example_based
from srcnn.baselines.example_based import ExampleBased
from srcnn.engine.network import enhance_whole

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


@pytest.mark.parametrize("scale", [2, 3])
def test_by_hand(scale: int) -> None:
    """One patch after the other, each pixel from a dictionary of what lies on it."""
    random = np.random.default_rng(1)
    height, width, side = 4 * scale, 5 * scale, 3 * scale
    luma = random.random((height, width))
    made = model(scale)

    def at(y: int, x: int) -> float:
        return float(luma[min(max(y, 0), height - 1), min(max(x, 0), width - 1)])

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
        expected[y, x] = luma[y, x] + np.mean(upon[y, x])
    out = enhance_whole(made, luma)
    assert out.dtype == np.float32
    assert np.abs(out - luma).max() > 0.1, "the method must do something"
    np.testing.assert_allclose(out, expected, atol=1e-4)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_strips_pieces_and_threads_equal_the_whole(
    monkeypatch: pytest.MonkeyPatch, scale: int
) -> None:
    made = model(scale)
    r = made.radius
    luma = np.random.default_rng(2).random((12 * scale, 9 * scale))
    padded = np.pad(luma, r, mode="edge")
    whole = made.enhance(padded)
    monkeypatch.setattr(example_based, "_AT_ONCE", 1)
    np.testing.assert_allclose(made.enhance(padded), whole, atol=1e-5)
    monkeypatch.undo()
    for top, left, height, width in ((0, 0, 5, 4), (5, 4, 7, 5), (3, 8, 1, 1)):
        y, x, h, w = (n * scale for n in (top, left, height, width))
        piece = made.enhance(padded[y : y + h + 2 * r, x : x + w + 2 * r])
        np.testing.assert_allclose(piece, whole[y : y + h, x : x + w], atol=1e-5)
    with ThreadPoolExecutor(3) as pool:
        for out in pool.map(made.enhance, [padded] * 6):
            np.testing.assert_array_equal(out, whole)

"""Where a comparison looks closer."""

from __future__ import annotations

import numpy as np
import pytest

from srcnn.errors import UsageError
from srcnn.figures.detail import Box, check_inside, choose_box, parse_box

from .conftest import Make


def test_the_box_with_the_largest_sum(make: Make) -> None:
    """Found once more by looking at every place."""
    comparison = make(("a", "b"), (45, 57))
    random = np.random.default_rng(3)
    for shown in comparison.models:
        noise = random.integers(-40, 40, (45, 57, 3)) * (random.random((45, 57, 1)) < 0.1)
        shown.pixels[:] = np.clip(comparison.truth + noise, 0, 255)
    planes = [shown.pixels.mean(2) for shown in comparison.models]
    spread = np.max(planes, axis=0) - np.min(planes, axis=0)
    worth = np.sqrt(abs(planes[0] - comparison.truth.mean(2)) * (1 + spread))
    sums = {
        (x, y): worth[y : y + 32, x : x + 32].sum()
        for x in range(57 - 32 + 1)
        for y in range(45 - 32 + 1)
    }
    x, y = max(sums, key=lambda place: float(sums[place]))
    assert choose_box(comparison) == Box(x, y, 32, 32)


@pytest.mark.parametrize(
    ("size", "box"),
    [((30, 39), (32, 30)), ((60, 900), (32, 32)), ((900, 21), (21, 32)), ((300, 288), (72, 72))],
)
def test_its_size_follows_the_pictures(
    make: Make, size: tuple[int, int], box: tuple[int, int]
) -> None:
    comparison = make(size=size)
    chosen = choose_box(comparison)
    assert (chosen.width, chosen.height) == box
    check_inside(chosen, comparison)


def test_no_difference_is_no_trouble(make: Make) -> None:
    comparison = make()
    for shown in comparison.models:
        shown.pixels[:] = comparison.truth
    check_inside(choose_box(comparison), comparison)


def test_a_box_in_words(make: Make) -> None:
    box = parse_box(" 1, 2,30,40")
    assert box == Box(x=1, y=2, width=30, height=40)
    truth = make().truth
    np.testing.assert_array_equal(box.cut(truth), truth[2:42, 1:31])


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "0,0,1.5,2", "1 2 3 4"])
def test_what_is_no_box(text: str) -> None:
    with pytest.raises(UsageError, match="X,Y,WIDTH,HEIGHT"):
        parse_box(text)


@pytest.mark.parametrize("text", ["-1,0,5,5", "0,-1,5,5", "0,0,0,5", "0,0,5,-5"])
def test_an_impossible_box(text: str) -> None:
    with pytest.raises(UsageError, match="is empty, or begins outside"):
        parse_box(text)


def test_a_box_has_to_fit(make: Make) -> None:
    comparison = make(size=(60, 90))
    check_inside(Box(0, 0, 90, 60), comparison)
    for box in (Box(1, 0, 90, 60), Box(0, 1, 90, 60), Box(10**9, 0, 1, 1)):
        with pytest.raises(UsageError, match="90 x 60"):
            check_inside(box, comparison)

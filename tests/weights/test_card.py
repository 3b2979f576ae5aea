"""The card: the paper's counts, and text that is none."""

from __future__ import annotations

import json

import pytest

from srcnn.errors import ModelError
from srcnn.images.color import Color
from srcnn.images.grid import Grid
from srcnn.weights.architectures.table import grid_of, parameters_of
from srcnn.weights.card import Card, card_from_json


@pytest.mark.parametrize(
    ("f", "n", "color", "parameters", "radius"),
    [
        ((9, 1, 5), (64, 32), "Y", 8_032, 6),
        ((9, 3, 5), (64, 32), "Y", 24_416, 7),
        ((9, 5, 5), (64, 32), "Y", 57_184, 8),
        ((9, 1, 5), (128, 64), "Y", 20_160, 6),
        ((9, 1, 5), (64, 32), "RGB", 20_000, 6),
        ((9, 1, 5), (64, 32), "YCbCr", 20_000, 6),
    ],
)
def test_counts(
    f: tuple[int, ...], n: tuple[int, ...], color: Color, parameters: int, radius: int
) -> None:
    """Sections 4.3.1 and 4.3.2 of the paper; in colour 3 * 81 * 64 + 64 * 32 + 32 * 25 * 3 + ..."""
    card = Card("test", 3, f, n, color)
    assert parameters_of(card) == parameters
    assert grid_of(card) == Grid(1, radius)
    assert card.channels == (1 if color == "Y" else 3)


def test_json_there_and_back() -> None:
    card = Card(
        "srcnn-915@t91",
        3,
        (9, 1, 5),
        (64, 32),
        training_data=("t91", "bsds_train"),
        steps=10**9,
        seconds=0.1,
        seed=7,
        scores={"set5": {"psnr": 32.4, "bicubic_psnr": 30.39}},
        licence="Apache-2.0",
    )
    assert card_from_json(card.to_json(), "test") == card
    assert json.loads(card.to_json())["f"] == [9, 1, 5]


def test_keys_of_later_versions_are_passed_over() -> None:
    data = json.loads(Card("test", 2, (3, 3), (4,)).to_json()) | {"mood": "sunny"}
    assert card_from_json(json.dumps(data), "test") == Card("test", 2, (3, 3), (4,))


@pytest.mark.parametrize(
    "text",
    [
        *("", "no json", "[]", "3", "null", "{}", '{"name": "a"}'),
        '{"name": "a", "scale": 3, "f": 9}',
        '{"name": "a", "scale": 3, "f": [3, 3], "n": [4], "color": "BGR"}',
        '{"name": "a", "scale": 3, "f": [3, 3], "n": [4], "color": ["Y"]}',
        '{"name": "a", "scale": "3", "f": [3, 3], "n": [4]}',
        '{"name": "a", "scale": -3, "f": [3, 3], "n": [4]}',
        '{"name": 5, "scale": 3, "f": [3, 3], "n": [4]}',
        '{"name": "a", "scale": 3, "architecture": ["srcnn"]}',
        '{"name": "a", "scale": 3, "architecture": "compact", "sizes": [5, 2]}',
        '{"f": ' + "[" * 99_999 + "]" * 99_999 + "}",
    ],
)
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match="a-file: has a damaged card"):
        card_from_json(text, "a-file")

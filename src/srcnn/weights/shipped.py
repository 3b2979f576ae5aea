"""The shipped networks as rows of a JSON document."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from srcnn.weights.architectures.table import parameters_of
from srcnn.weights.card import Card
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import shipped


def shipped_cards() -> dict[Path, Card]:
    """Return the card of every shipped weights file by its path."""
    return {path: read_card(path.read_bytes(), path.name) for path in shipped().values()}


def model_rows() -> list[Mapping[str, object]]:
    """Return the card of every shipped network, with its file's name and number of weights.

    JSON has no infinity: the PSNR of equal images is None, as in the reports of ``srcnn evaluate``.
    """
    return [
        {
            **asdict(card),
            "scores": {name: _finite(score) for name, score in card.scores.items()},
            "file": path.name,
            "parameters": parameters_of(card),
        }
        for path, card in shipped_cards().items()
    ]


def _finite(score: Mapping[str, float]) -> Mapping[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in score.items()}

"""The shipped networks as rows of a JSON document."""

from __future__ import annotations

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
    """Return the card of every shipped network, with its file's name and number of weights."""
    return [
        {**asdict(card), "file": path.name, "parameters": parameters_of(card)}
        for path, card in shipped_cards().items()
    ]

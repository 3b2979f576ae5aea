"""Published results of public networks, which are shown beside srcnn's measurements."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Published:
    """A published score of one network at one scale.

    Attributes:
        network: Name of the network.
        scale: Enlargement factor.
        parameters: Number of weights, to three digits.
        psnr: PSNR of Y in dB, by data set.
        source: ``weights`` or ``papers``; the head of ``published.csv`` explains both.
    """

    network: str
    scale: int
    parameters: int
    psnr: dict[str, float]
    source: str


@cache
def published() -> tuple[Published, ...]:
    """Return every row of ``published.csv``."""
    text = files("srcnn.figures").joinpath("published.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(
        Published(
            row["network"],
            int(row["scale"]),
            round(1000 * float(row["parameters_k"])),
            {name: float(row[name]) for name in ("set5", "set14")},
            row["source"],
        )
        for row in csv.DictReader(lines)
    )

"""The table of docs/sizes.md, from results/any-size.json (scripts/any_size.py)."""

from __future__ import annotations

import json
from typing import TypedDict

from shared import ROOT

from srcnn.data.catalog import title_of


class Row(TypedDict):
    """A data set at a scale: mean PSNR in dB."""

    dataset: str
    kernel: str
    scale: float
    passes: list[int]
    bicubic: float
    srcnn: float


def any_size() -> str:
    """Return the gain over bicubic by scale, and the smallest where the input was made otherwise."""
    rows: list[Row] = json.loads((ROOT / "results" / "any-size.json").read_text())["rows"]
    datasets = list(dict.fromkeys(row["dataset"] for row in rows))
    gains = {
        (row["dataset"], row["kernel"], row["scale"]): row["srcnn"] - row["bicubic"] for row in rows
    }
    heads = [f"{title_of(dataset)}{worst}" for dataset in datasets for worst in ("", ", worst")]
    lines = [f"| scale | networks | {' | '.join(heads)} |", "|---|---|" + "---|" * len(heads)]
    for scale in dict.fromkeys(row["scale"] for row in rows):
        passes = next(row["passes"] for row in rows if row["scale"] == scale)
        cells = []
        for dataset in datasets:
            others = [
                gain
                for (d, kernel, s), gain in gains.items()
                if (d, s) == (dataset, scale) and kernel != "bicubic"
            ]
            cells += [f"{gains[dataset, 'bicubic', scale]:+.2f}", f"{min(others):+.2f}"]
        lines.append(f"| {scale:g} | {', '.join(map(str, passes))} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"

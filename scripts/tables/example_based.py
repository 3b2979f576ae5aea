"""The tables of docs/sparse-coding.md."""

from __future__ import annotations

import json

from shared import ROOT

OF_91_IMAGES = {
    "bicubic": "bicubic",
    "paper SC": "paper: SC",
    "sparse-coding": "**sparse-coding**",
    "paper A+": "paper: A+",
    "a+": "**a+**",
    "paper 9-1-5, 91 images": "paper: SRCNN 9-1-5",
    "srcnn-915@t91": "**srcnn-915@t91**",
}
"""Models that were trained on T91 only, and their names."""


def sparse_coding_times() -> str:
    """Return the scores of each image of Set5 by every model: PSNR, SSIM and seconds, from results/sparse-coding.json."""
    report = json.loads((ROOT / "results" / "sparse-coding.json").read_text())
    cells: dict[str, dict[str, str]] = {}
    sums: dict[str, float] = {}
    for row in report["rows"]:
        place = f"{row['picture']}, {row['size'][1]} x {row['size'][0]}"
        shown = f"{row['psnr']:.2f} / {row['ssim']:.4f} / {row['seconds']:.2f}"
        cells.setdefault(place, {})[row["model"]] = shown
        sums[row["model"]] = sums.get(row["model"], 0.0) + row["seconds"]
    lines = [
        f"| dB / SSIM / s, x{report['scale']} | " + " | ".join(sums) + " |",
        "|---|" + "---|" * len(sums),
    ]
    for place, values in cells.items():
        lines.append(f"| {place} | " + " | ".join(values[model] for model in sums) + " |")
    lines.append("| all five, s | " + " | ".join(f"{total:.2f}" for total in sums.values()) + " |")
    return "\n".join(lines) + "\n"

"""The authors' own weights files by our judge, beside what the paper prints of them."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
REPORTS = ("authors-x3", "authors-bsd200", "paper", "paper-bsd200")
FILES = {
    "9-1-5_91-images_x3.mat": "paper 9-1-5, 91 images",
    "9-3-5_imagenet_x3.mat": "paper 9-3-5",
    "9-5-5_imagenet_x3.mat": "paper 9-5-5",
}
"""Each file, and the model of the paper that it is."""
SCALE = 3


def authors() -> str:
    """A line for each file and data set; PSNR in dB, SSIM where the paper has it."""
    means = {}
    for name in REPORTS:
        report = json.loads((ROOT / "results" / f"{name}.json").read_text())
        for row in report["results"]:
            means[row["model"], row["dataset"], row["scale"]] = row["mean"]
    lines = ["| weights | data set | paper | here | difference |", "|---|---|---|---|---|"]
    for file, model in FILES.items():
        for dataset in ("set5", "set14", "bsd200"):
            here = means.get((file, dataset, SCALE))
            if here is None:
                continue
            paper = means.get((model, dataset, SCALE), {})
            differences = {key: here[key] - value for key, value in paper.items()}
            title = f"{'BSD200' if dataset == 'bsd200' else dataset.capitalize()} x{SCALE}"
            cells = [f"`{file}`", title, _shown(paper), _shown(here), _shown(differences, "+z")]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _shown(scores: dict[str, float], sign: str = "") -> str:
    places = {"psnr": 2, "ssim": 4}
    return " / ".join(f"{scores[key]:{sign}.{n}f}" for key, n in places.items() if key in scores)

"""Write every table of the README and the docs from results/*.json; ``--check`` only compares.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``; the text between is made here.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGES = ("README.md",)
_BLOCK = re.compile(r"(<!-- table: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

LABELS = {
    "bicubic": "bicubic",
    "9-1-5_91-images_x3.mat": "the authors' 9-1-5, 91 images",
    "9-3-5_imagenet_x3.mat": "the authors' 9-3-5, ImageNet",
    "9-5-5_imagenet_x3.mat": "the authors' 9-5-5, ImageNet",
    "srcnn-915": "**srcnn-915**, 8,032 weights",
    "srcnn-955": "**srcnn-955**, 57,184 weights",
}
COLUMNS = [(dataset, scale) for dataset in ("set5", "set14") for scale in (2, 3, 4)]


def results() -> str:
    """PSNR and SSIM by model, data set and scale, from every report of ``srcnn evaluate``."""
    cells: dict[tuple[str, str, int], dict[str, float]] = {}
    for path in sorted((ROOT / "results").glob("*.json")):
        report: dict[str, Any] = json.loads(path.read_text())
        if report["protocol"]["name"] != "paper":
            continue
        for row in report["results"]:
            cells[row["model"], row["dataset"], row["scale"]] = row["mean"]
    head = [f"{dataset.capitalize()} x{scale}" for dataset, scale in COLUMNS]
    lines = [
        "| PSNR (dB) / SSIM | " + " | ".join(head) + " |",
        "|---|" + "---|" * len(head),
    ]
    for model, label in LABELS.items():
        values = [cells.get((model, *column)) for column in COLUMNS]
        if any(values):
            shown = [f"{v['psnr']:.2f} / {v['ssim']:.4f}" if v else "" for v in values]
            lines.append(f"| {label} | " + " | ".join(shown) + " |")
    if len(lines) == 2:
        raise SystemExit("results/*.json hold no row of the table")
    return "\n".join(lines) + "\n"


TABLES: dict[str, Callable[[], str]] = {"results": results}


def main() -> int:
    """Rewrite the pages; with ``--check`` exit with 1 when one is not current."""
    stale = []
    for page in PAGES:
        path = ROOT / page
        old = path.read_text(encoding="utf-8")
        new = _BLOCK.sub(lambda m: m[1] + TABLES[m["name"]]() + m[3], old)
        if new != old:
            stale.append(page)
            if "--check" not in sys.argv:
                path.write_text(new, encoding="utf-8")
    for page in stale:
        print(f"{page}: {'is not current' if '--check' in sys.argv else 'written'}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())

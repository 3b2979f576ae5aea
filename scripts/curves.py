"""Draw training runs: ``curves.py RUN... [-o OUT.png]``; without a RUN, the figures of docs/training.md.

A RUN is a run directory or a log. If a log contains scores on Set5, ``--set5`` draws them, beside the paper's
curves of results/paper/figure-7.csv.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from srcnn.figures.curves import Curve, Run, curves_figure, draw, read_run, set5_figure
from srcnn.images.files import write_atomically

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "results" / "training"


def published() -> dict[str, Curve]:
    """Return the paper's curves by network: (samples, dB)."""
    text = (ROOT / "results" / "paper" / "figure-7.csv").read_text().splitlines()
    curves: dict[str, tuple[list[float], list[float]]] = {}
    for row in csv.DictReader(line for line in text if not line.startswith("#")):
        samples, psnr = curves.setdefault(row["network"], ([], []))
        samples.append(float(row["backprops_1e8"]) * 1e8)
        psnr.append(float(row["set5_x3_psnr"]))
    return dict(curves)


def read(place: Path) -> Run:
    """Return a run directory under its own name, or a log under that of its file."""
    log = place / "log.jsonl" if place.is_dir() else place
    return read_run(log, place.resolve().name.removesuffix(".jsonl"))


def main() -> None:
    """Write the requested figure, or those of the docs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN")
    parser.add_argument("-o", "--output", type=Path, default=Path("curves.png"))
    parser.add_argument("--set5", action="store_true", help="Set5 beside the paper's curves")
    options = parser.parse_args()
    if options.runs:
        runs = [read(place) for place in options.runs]
        figure = set5_figure(runs, published()) if options.set5 else curves_figure(runs)
        write_atomically(options.output, draw(figure))
        return
    shipped = [read(SHIPPED / f"srcnn-{name}-x3.jsonl") for name in ("915", "955", "915@t91")]
    own = read(SHIPPED / "paper-915-x3.jsonl")
    write_atomically(ROOT / "docs" / "curves.png", draw(curves_figure(shipped[:2])))
    write_atomically(
        ROOT / "docs" / "curves-set5.png", draw(set5_figure([*shipped, own], published()))
    )


if __name__ == "__main__":
    main()

"""Judge the snapshots of a run on Set5: ``course.py RUN -o OUT.jsonl`` writes its log with the scores.

Of every validation whose weights were kept (``snapshots: true``) the log then tells ``samples``, how many
patches had been seen, and ``set5_psnr``; ``curves.py --set5`` draws them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from srcnn.evaluation.report import make_report
from srcnn.images.files import write_atomically
from srcnn.weights.onnx_file import read_card


def judged(run: Path) -> list[str]:
    """The lines of the run's log with what its snapshots score."""
    files = sorted((run / "snapshots").glob("*.onnx"))
    cards = {str(file): read_card(file.read_bytes(), str(file)) for file in files}
    scales = sorted({card.scale for card in cards.values()})
    report = make_report(["set5"], list(cards), scales, metrics=["psnr"])
    means = {row["model"]: row["mean"]["psnr"] for row in report["results"]}
    known = {
        card.steps: {"samples": card.samples, "set5_psnr": means[file]}
        for file, card in cards.items()
    }
    entries = map(json.loads, (run / "log.jsonl").read_text(encoding="utf-8").splitlines())
    return [json.dumps(entry | known.get(entry.get("step"), {})) + "\n" for entry in entries]


def main() -> None:
    """Write the log that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.jsonl")
    options = parser.parse_args()
    write_atomically(options.output, "".join(judged(options.run)).encode())


if __name__ == "__main__":
    main()

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
    lines = []
    for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        snapshot = run / "snapshots" / f"{entry.get('step', 0):07}.onnx"
        if snapshot.exists():
            card = read_card(snapshot.read_bytes(), str(snapshot))
            report = make_report(["set5"], [str(snapshot)], [card.scale], metrics=["psnr"])
            psnr = report["results"][-1]["mean"]["psnr"]
            entry |= {"samples": card.samples, "set5_psnr": psnr}
        lines.append(json.dumps(entry) + "\n")
    return lines


def main() -> None:
    """Write the log that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.jsonl")
    options = parser.parse_args()
    write_atomically(options.output, "".join(judged(options.run)).encode())


if __name__ == "__main__":
    main()

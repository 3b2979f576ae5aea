"""Score the snapshots of a run on Set5: ``course.py RUN -o OUT.jsonl`` writes its log with the scores.

For every validation whose weights were kept (``snapshots: true``) the log then has ``samples``, the number
of patches seen, and ``set5_psnr``; ``curves.py --set5`` draws them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from srcnn.experiments.curve import course
from srcnn.images.files import write_atomically


def scored(run: Path) -> list[str]:
    """Return the lines of the run's log with the scores of its snapshots."""
    known = {
        point["step"]: {"samples": point["samples"], "set5_psnr": point["psnr"]}
        for point in course(run, "set5")
    }
    entries = map(json.loads, (run / "log.jsonl").read_text(encoding="utf-8").splitlines())
    return [json.dumps(entry | known.get(entry.get("step"), {})) + "\n" for entry in entries]


def main() -> None:
    """Write the log to the output file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.jsonl")
    options = parser.parse_args()
    write_atomically(options.output, "".join(scored(options.run)).encode())


if __name__ == "__main__":
    main()

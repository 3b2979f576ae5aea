"""Time and measure two checkouts of srcnn in turns; write JSON to stdout.

Usage: python scripts/side_by_side.py BEFORE AFTER [--rounds N]

Each checkout runs in processes of its own with its ``src`` on the path, one at a time, round after
round, so that a slow moment of the machine hits both. Speed is of `srcnn.upscale` from RGB uint8 to
RGB uint8 in memory, to 1281 x 720 at x3, as in results/speed.json; memory is the peak of a whole
``srcnn upscale`` of a PNG, as in results/large.json.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from srcnn.bench.contenders import make_picture
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.terminal import show

MODELS = {"bicubic": 31, "srcnn-915": 9, "srcnn-955": 5}
"""Models that are timed, and the number of repetitions in each process."""
SIDE = 2500
"""Side in pixels of the image whose memory is measured: doubled it has 25 megapixels."""

_TIME = """
import sys, time
import numpy as np
import srcnn
picture = np.load(sys.argv[2])
upscaler = srcnn.load(sys.argv[1], 3)
upscaler.upscale(picture)
times = []
for _ in range(int(sys.argv[3])):
    started = time.perf_counter()
    upscaler.upscale(picture)
    times.append(time.perf_counter() - started)
print(sorted(times)[len(times) // 2])
"""
_PEAK = """
import sys
from pathlib import Path
from srcnn.cli.main import main
source, target = sys.argv[1:]
sys.argv = ["srcnn", "upscale", source, "-s", "2", "-m", "srcnn-915", "-o", target, "--overwrite", "--quiet"]
assert main() == 0
status = Path("/proc/self/status").read_text().split()
print(int(status[status.index("VmHWM:") + 1]) / 1024)
"""


def _run(checkout: str, code: str, *arguments: object) -> float:
    environment = os.environ | {"PYTHONPATH": str(Path(checkout) / "src")}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Measure, and print the medians, their ratios and every figure behind them."""
    import numpy as np

    before, after = sys.argv[1:3]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    with tempfile.TemporaryDirectory() as folder:
        picture, large = Path(folder) / "picture.npy", Path(folder) / "large.png"
        np.save(picture, make_picture((240, 427)))
        large.write_bytes(encode(make_picture((SIDE, SIDE)), FORMATS["png"]))
        jobs: list[tuple[str, str, tuple[object, ...]]] = [
            (f"{model}: seconds", _TIME, (model, picture, times)) for model, times in MODELS.items()
        ]
        jobs.append(("srcnn-915, 25 megapixels: MiB", _PEAK, (large, Path(folder) / "out.png")))
        found: dict[str, dict[str, list[float]]] = {
            name: {"before": [], "after": []} for name, *_ in jobs
        }
        for number in range(rounds):
            for name, code, arguments in jobs:
                show(f"round {number + 1} of {rounds}: {name}")
                for which, checkout in (("before", before), ("after", after)):
                    found[name][which].append(_run(checkout, code, *arguments))
    rows = []
    for name, values in found.items():
        medians = {which: statistics.median(figures) for which, figures in values.items()}
        ratio = medians["after"] / medians["before"]
        rows.append({"what": name, **medians, "ratio": round(ratio, 3), "figures": values})
    print(json.dumps({"schema": 1, "rounds": rounds, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()

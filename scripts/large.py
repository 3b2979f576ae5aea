"""Large pictures: peak memory and time per pixel of ``srcnn upscale``, to results/large.json.

The example photograph, repeated to the size, is doubled by srcnn-915 from PNG to PNG, each in a process
of its own, in turns. Usage: python scripts/large.py [--rounds N]

``python scripts/large.py --memory MODEL...`` measures only the peak memory of other networks on
the largest image, and adds it to the report; this does not need an idle machine.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pyvips

ROOT = Path(__file__).parents[1]
SIDES = (2000, 5000, 16384)
SCALE, MODEL = 2, "srcnn-915"
REPORT = ROOT / "results" / "large.json"


def make_picture(path: Path, side: int) -> None:
    """Return an RGB PNG of side x side pixels."""
    tile = pyvips.Image.new_from_file(str(ROOT / "examples" / "dog.png"))
    times = side // tile.width + 1
    tile.replicate(times, times).crop(0, 0, side, side).pngsave(str(path), compression=1)


def measure(source: Path, destination: Path, model: str = MODEL) -> tuple[float, float]:
    """Return (seconds from process start to exit, peak of resident memory in MB)."""
    command = [
        *(sys.executable, "-m", "srcnn", "upscale", str(source), "-s", str(SCALE), "-m", model),
        *("--max-pixels", str(2**31), "-o", str(destination), "--overwrite", "--quiet"),
    ]
    started = time.perf_counter()
    process = os.posix_spawn(sys.executable, command, dict(os.environ))
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        raise SystemExit(f"{source}: srcnn failed")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main() -> None:
    """Measure, and write the report."""
    words = sys.argv[1:]
    if "--memory" in words:
        add_memory(words[words.index("--memory") + 1 :])
        return
    rounds = int(words[words.index("--rounds") + 1]) if "--rounds" in words else 3
    rows: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        taken: dict[int, list[tuple[float, float]]] = {side: [] for side in SIDES}
        for side in SIDES:
            make_picture(folder / f"{side}.png", side)
        for turn in range(rounds):
            for side in SIDES:
                taken[side].append(measure(folder / f"{side}.png", folder / "large.png"))
                print(f"turn {turn + 1}, {side} x {side}: {taken[side][-1][0]:.1f} s", flush=True)
        for side in SIDES:
            seconds = statistics.median(run[0] for run in taken[side])
            rows.append(
                {
                    "side": side,
                    "seconds": round(seconds, 2),
                    "ns_per_pixel": round(seconds / (SCALE * side) ** 2 * 1e9, 1),
                    "peak_mb": round(max(run[1] for run in taken[side])),
                }
            )
    document = {"schema": 1, "model": MODEL, "scale": SCALE, "rounds": rounds, "rows": rows}
    REPORT.write_text(json.dumps(document, indent=1) + "\n")


def add_memory(models: list[str]) -> None:
    """Add the peak of other networks, in MB by name, to the report."""
    document = json.loads(REPORT.read_text())
    peaks = document.setdefault("peak_mb", {})
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "in.png"
        make_picture(source, SIDES[-1])
        for model in models:
            peaks[model] = round(measure(source, Path(name) / "large.png", model)[1])
    REPORT.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()

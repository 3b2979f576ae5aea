"""What the table of docs/binary.md is made of: scores, bytes and speed side by side."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = ROOT / "src" / "srcnn" / "weights" / "files"
NETWORKS = ("srcnn-955", "srcnn-955@binary", "srcnn-915")
SCALE = 3


def binary() -> str:
    """PSNR and SSIM, the file's bytes and nanoseconds a pixel of the full, the binary and the small network."""
    speed = json.loads((ROOT / "results" / "speed.json").read_text())
    large = max(row["size"] for row in speed["rows"] if row["contender"] == "torch eager")
    nanoseconds = {
        row["model"]: row["ns_per_pixel"]
        for row in speed["rows"]
        if (row["what"], row["engine"], row["precision"]) == ("network", "onnxruntime", "fp32")
        and row["size"] == large
    }
    lines = [
        f"| x{SCALE} | Set5 | Set14 | file, bytes | of srcnn-955's | ns per pixel |",
        "|---|---|---|---|---|---|",
    ]
    full = _bytes(NETWORKS[0])
    for name in NETWORKS:
        report = json.loads((ROOT / "results" / f"{name}.json").read_text())
        scores = {
            row["dataset"]: f"{row['mean']['psnr']:.2f} / {row['mean']['ssim']:.4f}"
            for row in report["results"]
            if (row["model"], row["scale"]) == (name, SCALE)
        }
        size = _bytes(name)
        cells = [name, scores["set5"], scores["set14"], f"{size:,}", f"1/{full / size:.1f}"]
        lines.append("| " + " | ".join([*cells, _time(nanoseconds.get(name))]) + " |")
    threads, cpu = speed["machine"]["threads"], speed["machine"]["cpu"]
    return (
        "\n".join(lines)
        + f"\n\nPSNR in dB / SSIM; time of the network alone in ONNX Runtime, on {threads} cores of {cpu}, from the "
        + "same run as [speed.md](speed.md).\n"
    )


def _time(nanoseconds: float | None) -> str:
    """Empty where it was not measured."""
    return "" if nanoseconds is None else f"{nanoseconds:.0f}"


def _bytes(name: str) -> int:
    return (FILES / f"{name}-x{SCALE}.onnx").stat().st_size

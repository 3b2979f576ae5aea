"""Tables of speed and memory, from results/speed.json and results/large.json."""

from __future__ import annotations

import json
from typing import NotRequired, TypedDict, cast

from shared import ROOT

from srcnn.bench.documents import BenchDocument, RowDocument


def speed_networks() -> str:
    """Networks alone, at the size at which the rivals ran too."""
    report = speed_report()
    size = _rivals_size(report)
    lines = [
        f"| x3 to {size[1]} x {size[0]} | model | ns per pixel (quartiles) | GFLOP/s "
        "| share of the peak | times torch eager |",
        "|---|---|---|---|---|---|",
    ]
    for row in report["rows"]:
        if row["what"] == "network" and row["size"] == size:
            low, high = row["quartiles"]
            lines.append(
                f"| {_who(row)} | {row['model']} | {row['ns_per_pixel']:.0f} ({low:.0f}-{high:.0f}) "
                f"| {row['gflops']:.0f} | {row['share_of_peak']:.0%} "
                f"| {_times(row['times_torch_eager'])} |"
            )
    return "\n".join(lines) + "\n"


def _rivals_size(report: BenchDocument) -> list[int]:
    """At which the rivals ran too."""
    return next(row["size"] for row in report["rows"] if row["contender"] == "torch eager")


def network_nanoseconds() -> dict[str, float]:
    """Per output pixel of each model's network alone in ONNX Runtime, fp32, at the size of `speed_networks`."""
    report = speed_report()
    size = _rivals_size(report)
    wanted = ("network", "onnxruntime", "fp32", size)
    return {
        row["model"]: row["ns_per_pixel"]
        for row in report["rows"]
        if (row["what"], row["engine"], row["precision"], row["size"]) == wanted
    }


def _times(value: float | None) -> str:
    """Empty where torch's usual port has no such network: binary weights."""
    return "" if value is None else f"{value:.1f}"


def speed_pipelines() -> str:
    """A picture in memory to a picture in memory, by size."""
    rows = [row for row in speed_report()["rows"] if row["what"] in ("pipeline", "resize")]
    sizes = sorted({tuple(row["size"]) for row in rows})
    cells: dict[tuple[str, str], dict[tuple[int, ...], float]] = {}
    for row in rows:
        cells.setdefault((_who(row), row["model"]), {})[tuple(row["size"])] = row["ns_per_pixel"]
    lines = [
        "| ns per pixel | model | " + " | ".join(f"{w} x {h}" for h, w in sizes) + " |",
        "|---|---|" + "---|" * len(sizes),
    ]
    for (who, model), times in cells.items():
        shown = [f"{times[size]:.0f}" if size in times else "" for size in sizes]
        lines.append(f"| {who} | {model} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


def large() -> str:
    """Memory and time of large pictures, from results/large.json (scripts/large.py)."""
    report = large_report()
    lines = [
        f"| {report['model']}, x{report['scale']}, PNG to PNG | megapixels out | seconds "
        "| ns per pixel | peak memory (MiB) |",
        "|---|---|---|---|---|",
    ]
    for row in report["rows"]:
        out = (row["side"] * report["scale"]) ** 2 / 1e6
        lines.append(
            f"| {row['side']} x {row['side']} | {out:.0f} | {row['seconds']:.1f} "
            f"| {row['ns_per_pixel']:.0f} | {row['peak_mb']} |"
        )
    return "\n".join(lines) + "\n"


class LargeRow(TypedDict):
    """A size of results/large.json."""

    side: int
    seconds: float
    ns_per_pixel: float
    peak_mb: int


class LargeDocument(TypedDict):
    """What scripts/large.py writes."""

    schema: int
    model: str
    scale: int
    rounds: int
    rows: list[LargeRow]
    peak_mb: NotRequired[dict[str, int]]


def large_report() -> LargeDocument:
    return cast(LargeDocument, json.loads((ROOT / "results" / "large.json").read_text()))


def speed_report() -> BenchDocument:
    return cast(BenchDocument, json.loads((ROOT / "results" / "speed.json").read_text()))


def _who(row: RowDocument) -> str:
    words = (row["contender"], row["engine"], row["precision"])
    who = " ".join(word for word in words if word is not None)
    return f"**{who}**" if row["contender"] == "srcnn" else who

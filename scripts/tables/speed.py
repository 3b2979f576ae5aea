"""Tables of speed and memory, from results/speed.json and results/large.json."""

from __future__ import annotations

import json
from typing import NotRequired, TypedDict, cast

from shared import ROOT

from srcnn.bench.documents import BenchDocument, RowDocument

_SUMMARY = ("srcnn-915", "srcnn-955")
"""The smallest and the largest network."""


def speed_summary() -> str:
    """Two sentences for the README: the default engine's pipeline, and the largest picture.

    Torch's times scatter most, so its lower quartile is what is compared with here.
    """
    report = _speed()
    eager = {
        r["model"]: r["quartiles"][0] for r in report["rows"] if r["contender"] == "torch eager"
    }
    rows = [
        (
            f"{row['ns_per_pixel'] * row['size'][0] * row['size'][1] / 1e9:.2f} s with `{row['model']}`",
            f"{eager[row['model']] / row['ns_per_pixel']:.1f}",
        )
        for row in report["rows"]
        if row["what"] == "pipeline" and row["engine"] == "onnxruntime" and row["model"] in _SUMMARY
        if row["times_torch_eager"]
    ]
    times, ratios = zip(*rows, strict=True)
    large = _large()
    last = large["rows"][-1]
    pixels = (last["side"] * large["scale"]) ** 2 / 1e6
    return (
        f"On {report['machine']['threads']} cores ({report['machine']['cpu']}) a picture becomes "
        f"1281 x 720 in {' and '.join(times)}, without reading and writing the file. The usual port in torch takes "
        f"{' and '.join(ratios)} times as long for the network alone, by its faster runs (the lower quartile). Memory is "
        f"bounded: a result of "
        f"{pixels:.0f} megapixels, from PNG to PNG, took {last['peak_mb']} MiB. More, and how it was measured: "
        f"[docs/speed.md](docs/speed.md).\n"
    )


def speed_machine() -> str:
    """What the speed was measured on, its peak, and the start-up."""
    report = _speed()
    machine, best, start = report["machine"], report["peak"], report["start"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        f"{machine['cpu']}, {machine['threads']} threads ({', '.join(machine['flags'])}); "
        f"Python {machine['python']}, {versions}; medians of {report['rounds']} rounds.\n\n"
        f"Peak: {best['fp32']:.0f} GFLOP/s in fp32, {best['bf16']:.0f} in bf16 ({best['of']}). "
        f"Start: `srcnn --help` {start['help_s']:.2f} s; `srcnn upscale` of a picture of 256 x 256, "
        f"from the start of the process to its exit, {start['picture_s']:.2f} s.\n"
    )


def speed_networks() -> str:
    """Networks alone, at the size at which the rivals ran too."""
    report = _speed()
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
    report = _speed()
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
    rows = [row for row in _speed()["rows"] if row["what"] in ("pipeline", "resize")]
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
    report = _large()
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
    rounds = f"medians of {report['rounds']} runs" if report["rounds"] > 1 else "one run each"
    text = f"\n\n{rounds.capitalize()}."
    if peaks := report.get("peak_mb"):
        others = ", ".join(f"{peak} MiB by {model}" for model, peak in peaks.items())
        text += f" The largest picture at its peak: {others}."
    return "\n".join(lines) + f"{text}\n"


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


def _large() -> LargeDocument:
    return cast(LargeDocument, json.loads((ROOT / "results" / "large.json").read_text()))


def _speed() -> BenchDocument:
    return cast(BenchDocument, json.loads((ROOT / "results" / "speed.json").read_text()))


def _who(row: RowDocument) -> str:
    words = (row["contender"], row["engine"], row["precision"])
    who = " ".join(word for word in words if word is not None)
    return f"**{who}**" if row["contender"] == "srcnn" else who

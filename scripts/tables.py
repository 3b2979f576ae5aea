"""Write every table of the README and the docs from results/*.json; ``--check`` only compares.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``; the text between is made here.
``<!-- table: study NAME -->`` is that of a study.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sparse_coding_table import OF_91_IMAGES, sparse_coding_times
from study_tables import study

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")))
_BLOCK = re.compile(r"(<!-- table: (?P<name>[\w -]+?) -->\n).*?(<!-- end -->)", re.DOTALL)

Cells = dict[tuple[str, str, int], dict[str, float]]
LABELS = {
    "bicubic": "bicubic",
    "paper 9-1-5, 91 images": "paper: 9-1-5, 91 images",
    "9-1-5_91-images_x3.mat": "its weights, by our judge",
    "srcnn-915@t91": "**srcnn-915@t91**, 91 images",
    "paper 9-1-5": "paper: 9-1-5, ImageNet; 8,032 weights",
    "srcnn-915": "**srcnn-915**",
    "paper 9-3-5": "paper: 9-3-5, ImageNet; 24,416 weights",
    "9-3-5_imagenet_x3.mat": "its weights, by our judge",
    "srcnn-935": "**srcnn-935**",
    "paper 9-5-5": "paper: 9-5-5, ImageNet; 57,184 weights",
    "9-5-5_imagenet_x3.mat": "its weights, by our judge",
    "srcnn-955": "**srcnn-955**",
}


def results() -> str:
    """PSNR and SSIM by model, data set and scale: the paper's numbers and every report of ours."""
    return _scores(_cells("fp32"), ("set5", "set14"))


def results_gray() -> str:
    """The same for BSD200 by the paper's gray protocol."""
    return _scores(_cells("fp32", "paper-gray"), ("bsd200",))


def _scores(cells: Cells, datasets: tuple[str, ...], labels: dict[str, str] = LABELS) -> str:
    columns = [(dataset, scale) for dataset in datasets for scale in (2, 3, 4)]
    head = [f"{dataset.capitalize()} x{scale}" for dataset, scale in columns]
    lines = [
        "| PSNR (dB) / SSIM | " + " | ".join(head) + " |",
        "|---|" + "---|" * len(head),
    ]
    for model, label in labels.items():
        values = [cells.get((model, *column)) for column in columns]
        if any(values):
            shown = [_score(value) if value else "" for value in values]
            lines.append(f"| {label} | " + " | ".join(shown) + " |")
    if len(lines) == 2:
        raise SystemExit("results/*.json hold no row of the table")
    return "\n".join(lines) + "\n"


def _score(mean: dict[str, float]) -> str:
    """The paper gives some PSNRs without an SSIM."""
    return f"{mean['psnr']:.2f}" + (f" / {mean['ssim']:.4f}" if "ssim" in mean else "")


def precision() -> str:
    """What bf16 costs: PSNR and SSIM beside those of fp32, where there are both."""
    full, half = _cells("fp32"), _cells("bf16")
    lines = ["| PSNR (dB) / SSIM | fp32 | bf16 | change |", "|---|---|---|---|"]
    for (model, dataset, scale), b in half.items():
        if model != "bicubic":
            a = full[model, dataset, scale]
            change = f"{b['psnr'] - a['psnr']:+.2f} / {b['ssim'] - a['ssim']:+.4f}"
            shown = [_score(a), _score(b)]
            place = f"{model}, {dataset.capitalize()} x{scale}"
            lines.append(f"| {place} | {shown[0]} | {shown[1]} | {change} |")
    return "\n".join(lines) + "\n"


def _cells(precision: str, protocol: str = "paper") -> Cells:
    """Mean scores by (model, data set, scale) of every report by a protocol."""
    cells: Cells = {}
    for path in sorted((ROOT / "results").glob("*.json")):
        report: dict[str, Any] = json.loads(path.read_text())
        if report.get("protocol", {}).get("name") != protocol:
            continue
        if report.get("precision", "fp32") == precision:
            for row in report["results"]:
                cells[row["model"], row["dataset"], row["scale"]] = row["mean"]
    return cells


def protocols() -> str:
    """Bicubic and a network by every protocol, Set5 x2: the first view of each."""
    lines = [
        "| protocol | low-res picture | border | bicubic | srcnn-955 | gain |",
        "|---|---|---|---|---|---|",
    ]
    for path in sorted((ROOT / "results" / "protocols").glob("*.json")):
        report: dict[str, Any] = json.loads(path.read_text())
        rules, means = report["protocol"], _means(report, 2)
        rounded = "rounded" if "rounded to uint8, then" in rules["low_resolution"] else "floats"
        gain = means["srcnn-955"]["psnr"] - means["bicubic"]["psnr"]
        shown = [_score(means[model]) for model in ("bicubic", "srcnn-955")]
        cells = [
            f"`{rules['name']}`",
            rounded,
            rules["border"].split(" ")[0],
            *shown,
            f"{gain:+.2f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def protocols_x4() -> str:
    """The same by ``rgb`` at x4."""
    report = json.loads((ROOT / "results" / "protocols" / "rgb.json").read_text())
    lines = ["| Set5 x4, RGB | PSNR (dB) / SSIM |", "|---|---|"]
    for model, mean in _means(report, 4).items():
        lines.append(f"| {model} | {_score(mean)} |")
    return "\n".join(lines) + "\n"


def _means(report: dict[str, Any], scale: int) -> dict[str, dict[str, float]]:
    return {row["model"]: row["mean"] for row in report["results"] if row["scale"] == scale}


def fidelity() -> str:
    """What becomes of each property in each format, and the test that stands behind each cell."""
    report = json.loads((ROOT / "results" / "fidelity.json").read_text())
    formats = report["formats"]
    lines = [
        "| | " + " | ".join(name.upper().replace("WEBP", "WebP") for name in formats) + " |",
        "|---|" + "---|" * len(formats),
    ]
    for name, cells in report["properties"].items():
        lines.append(f"| {name} | " + " | ".join(cells.get(fmt, "") for fmt in formats) + " |")
    return "\n".join(lines) + "\n"


def speed_summary() -> str:
    """Two sentences for the README: the default engine's road, and the largest picture.

    Torch's times scatter most, so its lower quartile is what is compared with here.
    """
    report = _speed()
    eager = {
        r["model"]: r["quartiles"][0] for r in report["rows"] if r["contender"] == "torch eager"
    }
    roads = [
        f"{row['ns_per_pixel'] * row['size'][0] * row['size'][1] / 1e9:.2f} s by `{row['model']}` "
        f"({eager[row['model']] / row['ns_per_pixel']:.1f} times)"
        for row in report["rows"]
        if row["what"] == "road" and row["engine"] == "onnxruntime" and row["times_torch_eager"]
    ]
    large = json.loads((ROOT / "results" / "large.json").read_text())
    last = large["rows"][-1]
    pixels = (last["side"] * large["scale"]) ** 2 / 1e6
    return (
        f"On {report['machine']['threads']} cores ({report['machine']['cpu']}) a picture becomes "
        f"1281 x 720 in {' and '.join(roads)}; in brackets how many times as fast that is as torch's usual "
        f"port runs the network alone, at its lower quartile. Memory is bounded: a result of "
        f"{pixels:.0f} megapixels took {last['peak_mb']} MB. More, and how it was measured: "
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
    size = next(row["size"] for row in report["rows"] if row["contender"] == "torch eager")
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


def _times(value: float | None) -> str:
    """Empty where torch's usual port has no such network: binary weights."""
    return "" if value is None else f"{value:.1f}"


def speed_roads() -> str:
    """A picture in memory to a picture in memory, by size."""
    rows = [row for row in _speed()["rows"] if row["what"] in ("road", "resize")]
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
    report: dict[str, Any] = json.loads((ROOT / "results" / "large.json").read_text())
    lines = [
        f"| {report['model']}, x{report['scale']}, PNG to PNG | megapixels out | seconds "
        "| ns per pixel | peak memory (MB) |",
        "|---|---|---|---|---|",
    ]
    for row in report["rows"]:
        out = (row["side"] * report["scale"]) ** 2 / 1e6
        lines.append(
            f"| {row['side']} x {row['side']} | {out:.0f} | {row['seconds']:.1f} "
            f"| {row['ns_per_pixel']:.0f} | {row['peak_mb']} |"
        )
    return "\n".join(lines) + "\n"


def _speed() -> dict[str, Any]:
    report: dict[str, Any] = json.loads((ROOT / "results" / "speed.json").read_text())
    return report


def _who(row: dict[str, Any]) -> str:
    words = (row["contender"], row["engine"], row["precision"])
    who = " ".join(word for word in words if word is not None)
    return f"**{who}**" if row["contender"] == "srcnn" else who


TABLES: dict[str, Callable[[], str]] = {
    "results_gray": results_gray,
    "results": results,
    "speed_summary": speed_summary,
    "speed_machine": speed_machine,
    "speed_networks": speed_networks,
    "speed_roads": speed_roads,
    "large": large,
    "precision": precision,
    "protocols": protocols,
    "protocols_x4": protocols_x4,
    "fidelity": fidelity,
    "results_of_91_images": lambda: _scores(_cells("fp32"), ("set5", "set14"), OF_91_IMAGES),
    "sparse_coding_times": sparse_coding_times,
}


def _table(name: str) -> str:
    kind, _, which = name.partition(" ")
    return study(which) if kind == "study" else TABLES[name]()


def main() -> int:
    """Rewrite the pages; with ``--check`` exit with 1 when one is not current."""
    stale = []
    for page in PAGES:
        path = ROOT / page
        old = path.read_text(encoding="utf-8")
        new = _BLOCK.sub(lambda m: m[1] + _table(m["name"]) + m[3], old)
        if new != old:
            stale.append(page)
            if "--check" not in sys.argv:
                path.write_text(new, encoding="utf-8")
    for page in stale:
        print(f"{page}: {'is not current' if '--check' in sys.argv else 'written'}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())

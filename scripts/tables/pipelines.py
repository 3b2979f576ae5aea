"""The table of whole pipelines in docs/compact.md, from results/pipelines.json (srcnn bench --pipeline)."""

from __future__ import annotations

import json

from shared import ROOT


def pipelines() -> str:
    """Return time per output pixel of each model and scale, and how many times as fast it is."""
    document = json.loads((ROOT / "results" / "pipelines.json").read_text())
    head = f"times as fast as {document['reference']}"
    lines = [
        f"| model | scale | whole, ns per output pixel | network | everything else | {head} |",
        "|---|---|---|---|---|---|",
    ]
    for row in document["rows"]:
        times = [f"{row[key]:.0f}" for key in ("whole", "network", "rest")]
        ratio = f"{row['times_reference']:.1f}"
        lines.append("| " + " | ".join([row["model"], f"x{row['scale']}", *times, ratio]) + " |")
    return "\n".join(lines) + "\n"

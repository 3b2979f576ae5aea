"""Tables of the studies in experiments/results/*.json: paper, ours, difference; none of a smoke run."""

from __future__ import annotations

import csv
import json
import statistics
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "experiments" / "results"
PAPER = ROOT / "results" / "paper"
PRINTED = {"bicubic": "Bicubic", "sparse-coding": "SC", "a+": "A+", "srcnn-955": "SRCNN"}
"""Whose row each model's is."""

Json = dict[str, Any]


def study(name: str) -> str:
    """The table of a study and a line on how it was made."""
    document: Json = json.loads((RESULTS / f"{name}.json").read_text())
    if document["budget"] != "full":
        raise SystemExit(f"experiments/results/{name}.json is of a smoke run")
    return _models(document) if "results" in document else _arms(document)


def _arms(document: Json) -> str:
    """A line for each arm: weights, the published figures, ours with their spread, the difference."""
    columns = _columns(document)
    head = ["", "weights"]
    for title, *_ in columns:
        head += [f"{title}: paper", "ours", "difference"]
    lines = [_row([*head, "seeds", "ms a picture"]), _row(["---"] * (len(head) + 2))]
    for arm in document["arms"]:
        cells = [arm["arm"], f"{arm['parameters']:,}"]
        for _, dataset, metric, published in columns:
            values = [run["scores"][dataset][metric] for run in arm["runs"]]
            paper = arm["paper"].get(published)
            ours = statistics.mean(values)
            cells += [
                "" if paper is None else f"{paper:.2f}",
                _with_spread(values),
                "" if paper is None else f"{ours - paper:+.2f}",
            ]
        cells += [str(len(arm["runs"])), f"{1000 * arm['seconds_per_picture']:.0f}"]
        lines.append(_row(cells))
    steps = sorted({arm["steps"] for arm in document["arms"]})
    hours = sum(run["seconds"] for arm in document["arms"] for run in arm["runs"]) / 3600
    how = f"{' or '.join(f'{count:,}' for count in steps)} steps of {document['arms'][0]['batch']}"
    machine = document["machine"]
    return (
        "\n".join(lines)
        + f"\n\nPSNR in dB, mean (least to largest of the seeds); {how} patches an arm, {hours:.1f} hours of "
        + f"training in all; milliseconds on {machine['cores']} cores of {machine['cpu']}.\n"
    )


def _columns(document: Json) -> list[tuple[str, str, str, str]]:
    """(title, data set, metric, key among the published figures) of every PSNR that is shown."""
    datasets = list(document["datasets"])
    first = document["arms"][0]["runs"][0]["scores"]
    metrics = [metric for metric in first[datasets[0]] if metric.startswith("psnr")]
    if len(metrics) == 1:
        return [(name.capitalize(), name, "psnr", name) for name in datasets]
    names = {
        "psnr": "Y",
        "psnr_cb": "Cb",
        "psnr_cr": "Cr",
        "psnr_ycbcr": "YCbCr",
        "psnr_rgb": "RGB",
    }
    return [(names[metric], datasets[0], metric, metric) for metric in metrics]


def _with_spread(values: list[float]) -> str:
    mean = f"{statistics.mean(values):.2f}"
    return mean if len(values) == 1 else f"{mean} ({min(values):.2f} to {max(values):.2f})"


def _models(document: Json) -> str:
    """A table for each data set: every scale, model and metric, what the paper has in brackets."""
    published = _published()
    tables = []
    for dataset in document["datasets"]:
        rows = [row for row in document["results"] if row["dataset"] == dataset]
        metrics = list(rows[0]["mean"])
        lines = [_row([dataset.capitalize(), *metrics, "gain"]), _row(["---"] * (len(metrics) + 2))]
        for row in rows:
            bicubic = next(r for r in rows if (r["model"], r["scale"]) == ("bicubic", row["scale"]))
            cells = [f"{row['model']} x{row['scale']}"]
            for metric, value in row["mean"].items():
                places = 4 if metric in ("ssim", "msssim") else 2
                key = (dataset, metric, str(row["scale"]), PRINTED.get(row["model"], ""))
                paper = f" ({published[key]})" if published.get(key) else ""
                cells.append(f"{value:.{places}f}{paper}")
            gain = row["mean"]["psnr"] - bicubic["mean"]["psnr"]
            lines.append(_row([*cells, f"{gain:+.2f}" if gain else ""]))
        tables.append("\n".join(lines))
    times = [
        f"{name} {1000 * seconds:.0f}" for name, seconds in document["seconds_per_picture"].items()
    ]
    machine = document["machine"]
    return (
        "\n\n".join(tables)
        + "\n\nIn brackets what the paper prints (its SC is Yang's, its SRCNN 9-5-5); gain: PSNR above bicubic, dB. "
        + f"Milliseconds for a picture of {next(iter(document['datasets'])).capitalize()} at x3, on "
        + f"{machine['cores']} cores of {machine['cpu']}: {', '.join(times)}.\n"
    )


def _published() -> dict[tuple[str, str, str, str], str]:
    """By data set, metric, scale and method, as printed."""
    lines = (PAPER / "tables-2-3-4.csv").read_text().splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {
        (row["dataset"].lower(), row["metric"].lower(), row["scale"], row["method"]): row["value"]
        for row in rows
    }


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"

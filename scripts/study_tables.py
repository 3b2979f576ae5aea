"""Tables of the studies in experiments/results/*.json: paper, ours, difference; none of a smoke run."""

from __future__ import annotations

import csv
import json
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "experiments" / "results"
PAPER = ROOT / "results" / "paper"
PRINTED = {"bicubic": "Bicubic", "sparse-coding": "SC", "a+": "A+", "srcnn-955": "SRCNN"}
"""Whose row each model's is."""

BEST, RIVAL = "srcnn-955", "a+"

Json = dict[str, Any]


def study(name: str) -> str:
    """The table of a study and a line on how it was made."""
    document = read_study(name)
    return _models(document) if "results" in document else _arms(document)


def read_study(name: str) -> Json:
    """Its JSON; none of a smoke run."""
    document: Json = json.loads((RESULTS / f"{name}.json").read_text())
    if document["budget"] != "full":
        raise SystemExit(f"experiments/results/{name}.json is of a smoke run")
    return document


def _arms(document: Json) -> str:
    """A line for each arm: weights, the published figures, ours with their spread, the difference."""
    columns = columns_of(document)
    seconds = any("seconds" in arm["paper"] for arm in document["arms"])
    head = ["", "weights"]
    for column in columns:
        head += [f"{column.title}: paper", "ours", "difference"]
    head += ["seeds", *(["paper: s a picture"] if seconds else []), "ms a picture"]
    bicubic = document["bicubic"]
    cells = ["bicubic", "", *_figures(columns, bicubic["paper"], [bicubic["scores"]])]
    lines = [
        table_row(head),
        table_row(["---"] * len(head)),
        table_row(cells + [""] * (len(head) - len(cells))),
    ]
    for arm in document["arms"]:
        cells = [arm["arm"], f"{arm['parameters']:,}"]
        cells += _figures(columns, arm["paper"], [run["scores"] for run in arm["runs"]])
        cells.append(str(len(arm["runs"])))
        if seconds:
            cells.append(f"{arm['paper']['seconds']:.2f}")
        lines.append(table_row([*cells, f"{1000 * arm['seconds_per_picture']:.0f}"]))
    steps = sorted({arm["steps"] for arm in document["arms"]})
    hours = sum(run["seconds"] for arm in document["arms"] for run in arm["runs"]) / 3600
    how = f"{' or '.join(f'{count:,}' for count in steps)} steps of {document['arms'][0]['batch']}"
    machine = document["machine"]
    return (
        "\n".join(lines)
        + f"\n\nPSNR in dB, mean (least to largest of the seeds); {how} patches an arm, {hours:.1f} hours of "
        + f"training in all; milliseconds on {machine['cores']} cores of {machine['cpu']}.\n"
    )


@dataclass(frozen=True)
class Column:
    """A metric on a data set, and the key of its published figures."""

    title: str
    dataset: str
    metric: str
    published: str

    def values(self, scores: list[Json]) -> list[float]:
        """Of each run."""
        return [score[self.dataset][self.metric] for score in scores]

    def show(self, value: float, sign: str = "") -> str:
        """With four places for what lies in [0, 1], two for dB."""
        return f"{value:{sign}.{4 if 'ssim' in self.metric else 2}f}"


def _figures(columns: list[Column], paper: dict[str, float], scores: list[Json]) -> list[str]:
    """Of every column the published figure, ours (of one run or several), and the difference."""
    cells = []
    for column in columns:
        values = column.values(scores)
        ours = statistics.mean(values)
        shown = column.show(ours)
        if len(values) > 1:
            shown += f" ({column.show(min(values))} to {column.show(max(values))})"
        printed = paper.get(column.published)
        if printed is None:
            cells += ["", shown, ""]
        else:
            cells += [column.show(printed), shown, column.show(ours - printed, "+")]
    return cells


_NAMES = {"psnr": "Y", "psnr_cb": "Cb", "psnr_cr": "Cr", "psnr_ycbcr": "YCbCr", "psnr_rgb": "RGB"}


def columns_of(document: Json) -> list[Column]:
    """PSNR of every data set, or of every view of the first one in colour; SSIM where it is the question."""
    datasets = list(document["datasets"])
    first = document["arms"][0]["runs"][0]["scores"]
    metrics = [metric for metric in first[datasets[0]] if metric.startswith("psnr")]
    if len(metrics) > 1:
        return [Column(_NAMES[metric], datasets[0], metric, metric) for metric in metrics]
    columns = [Column(name.capitalize(), name, "psnr", name) for name in datasets]
    if len({arm["recipe"].get("loss") for arm in document["arms"]}) > 1:
        columns += [
            Column(f"{name.capitalize()} SSIM", name, "ssim", f"{name}_ssim") for name in datasets
        ]
    return columns


def _models(document: Json) -> str:
    """A table for each data set: every scale, model and metric, what the paper has in brackets."""
    published = _published()
    tables = []
    for dataset in document["datasets"]:
        rows = [row for row in document["results"] if row["dataset"] == dataset]
        metrics = list(rows[0]["mean"])
        lines = [
            table_row([dataset.capitalize(), *metrics, "gain"]),
            table_row(["---"] * (len(metrics) + 2)),
        ]
        for row in rows:
            bicubic = next(r for r in rows if (r["model"], r["scale"]) == ("bicubic", row["scale"]))
            cells = [f"{row['model']} x{row['scale']}"]
            for metric, value in row["mean"].items():
                column = Column(metric, dataset, metric, "")
                key = (dataset, metric, str(row["scale"]), PRINTED.get(row["model"], ""))
                printed = published.get(key)
                shown = column.show(value)
                if printed:
                    difference = column.show(value - float(printed), "+")
                    shown += f" ({printed}, {difference})"
                cells.append(shown)
            gain = row["mean"]["psnr"] - bicubic["mean"]["psnr"]
            lines.append(table_row([*cells, f"{gain:+.2f}" if gain else ""]))
        tables.append("\n".join(lines) + "\n\n" + _average_gain(rows, published, dataset))
    machine = document["machine"]
    return (
        "\n\n".join([*tables, _times(document)])
        + "\n\nIn brackets what the paper prints (its SC is Yang's, its SRCNN 9-5-5) and the difference; gain: PSNR "
        + "above bicubic, dB. The paper's seconds are of its own machine, read off its Figure 12; our milliseconds of "
        + f"{machine['cores']} cores of {machine['cpu']}.\n"
    )


def _times(document: Json) -> str:
    """A line for each model: the paper's seconds for a picture, where it has them, and our milliseconds."""
    head = [f"{document['timed'].capitalize()} x3", "paper: s a picture", "ms a picture"]
    lines = [table_row(head), table_row(["---"] * len(head))]
    for name, seconds in document["seconds_per_picture"].items():
        printed = document["published"].get(name, {}).get("seconds")
        cells = [name, "" if printed is None else f"{printed:.2f}", f"{1000 * seconds:.0f}"]
        lines.append(table_row(cells))
    return "\n".join(lines)


def _average_gain(rows: list[Json], published: dict[Any, str], dataset: str) -> str:
    """SRCNN above A+, the mean over the scales: the paper's section 4.4 has it so."""
    ours, printed = [], []
    for row in rows:
        if row["model"] == BEST:
            key = (dataset, "psnr", str(row["scale"]))
            rival = next(
                r["mean"] for r in rows if (r["model"], r["scale"]) == (RIVAL, row["scale"])
            )
            ours.append(row["mean"]["psnr"] - rival["psnr"])
            printed.append(float(published[*key, "SRCNN"]) - float(published[*key, "A+"]))
    return (
        f"`{BEST}` above `{RIVAL}`, mean over the scales: {statistics.mean(ours):+.2f} dB "
        f"(paper {statistics.mean(printed):+.2f})."
    )


def _published() -> dict[tuple[str, str, str, str], str]:
    """By data set, metric, scale and method, as printed."""
    lines = (PAPER / "tables-2-3-4.csv").read_text().splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {
        (row["dataset"].lower(), row["metric"].lower(), row["scale"], row["method"]): row["value"]
        for row in rows
    }


def table_row(cells: list[str]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"

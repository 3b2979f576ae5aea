"""Tables of the studies in experiments/results/*.json: paper, ours, difference; none of a smoke run."""

from __future__ import annotations

import csv
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from shared import ROOT

from srcnn.data.catalog import title_of
from srcnn.evaluation.protocol import BicubicInput, protocol_named
from srcnn.evaluation.scoring import Scores
from srcnn.experiments.documents import ArmsDocument, ModelsDocument, Published, StudyDocument

RESULTS = ROOT / "experiments" / "results"
PAPER = ROOT / "results" / "paper"
PRINTED = {"bicubic": "Bicubic", "sparse-coding": "SC", "a+": "A+", "srcnn-955": "SRCNN"}
"""Name of the row of each model."""

BEST, RIVAL = "srcnn-955", "a+"


def study(name: str) -> str:
    """Return the table of a study, and a line about how it was made."""
    document = read_study(name)
    return _models(document) if "results" in document else _arms(document)


def read_study(name: str) -> StudyDocument:
    """Return the JSON of a study; refuse that of a smoke run."""
    document = cast(StudyDocument, json.loads((RESULTS / f"{name}.json").read_text()))
    if document["budget"] != "full":
        raise SystemExit(f"experiments/results/{name}.json is of a smoke run")
    return document


def read_arms(name: str) -> ArmsDocument:
    """Return the JSON of a study of networks that were trained for it."""
    document = read_study(name)
    assert "arms" in document
    return document


def read_models(name: str) -> ModelsDocument:
    """Return the JSON of a study of models."""
    document = read_study(name)
    assert "results" in document
    return document


def _arms(document: ArmsDocument) -> str:
    """Return a line for each arm: weights, the published figures, ours with their spread, the difference."""
    columns = columns_of(document)
    published = {key for arm in document["arms"] for key in arm["paper"]}
    seconds = "seconds" in published
    head = ["", "weights"]
    for column in columns:
        if column.published in published:
            head += [f"{column.title}: paper", "ours", "difference"]
        else:
            head.append(column.title)
    head += ["seeds", *(["paper: s a picture"] if seconds else []), "ms a picture"]
    bicubic = document["bicubic"]
    cells = ["bicubic", "", *_figures(columns, published, bicubic["paper"], [bicubic["scores"]])]
    lines = [
        table_row(head),
        table_row(["---"] * len(head)),
        table_row(cells + [""] * (len(head) - len(cells))),
    ]
    for arm in document["arms"]:
        cells = [arm["arm"], f"{arm['parameters']:,}"]
        cells += _figures(columns, published, arm["paper"], [run["scores"] for run in arm["runs"]])
        cells.append(str(len(arm["runs"])))
        if seconds:
            cells.append(f"{arm['paper']['seconds']:.2f}")
        lines.append(table_row([*cells, f"{1000 * (arm['seconds_per_picture'] or 0):.0f}"]))
    steps = sorted({arm["steps"] for arm in document["arms"]})
    hours = sum(run["seconds"] for arm in document["arms"] for run in arm["runs"]) / 3600
    how = f"{' or '.join(f'{count:,}' for count in steps)} steps of {document['arms'][0]['batch']}"
    machine = document["machine"]
    return (
        "\n".join(lines)
        + f"\n\nPSNR in dB, mean (least to largest of the seeds); {how} patches a run, {hours:.1f} hours of "
        + f"training in all; milliseconds on {machine['cores']} cores of {machine['cpu']}.\n"
    )


@dataclass(frozen=True)
class Column:
    """A metric on a data set, and the key of its published figures."""

    title: str
    dataset: str
    metric: str
    published: str

    def values(self, scores: Sequence[dict[str, Scores]]) -> list[float]:
        """The values of each run."""
        return [score[self.dataset][self.metric] for score in scores]

    def show(self, value: float, sign: str = "") -> str:
        """Return the value with four places if it lies in [0, 1], with two if it is in dB."""
        return f"{value:{sign}z.{4 if 'ssim' in self.metric else 2}f}"


def _figures(
    columns: list[Column],
    published: set[str],
    paper: Published,
    scores: Sequence[dict[str, Scores]],
) -> list[str]:
    """Return our value (of one run or several), the published one and the difference by column.

    ``published`` has the columns with published figures; the others have only our value.
    """
    cells = []
    for column in columns:
        values = column.values(scores)
        ours = statistics.mean(values)
        shown = column.show(ours)
        if len(values) > 1:
            shown += f" ({column.show(min(values))} to {column.show(max(values))})"
        printed = paper.get(column.published)
        if column.published not in published:
            cells.append(shown)
        elif printed is None:
            cells += ["", shown, ""]
        else:
            cells += [column.show(printed), shown, column.show(ours - printed, "+")]
    return cells


_METRICS = {
    "psnr": "PSNR",
    "ssim": "SSIM",
    "ifc": "IFC",
    "nqm": "NQM",
    "wpsnr": "WPSNR",
    "msssim": "MS-SSIM",
}
"""Names of the methods in the paper's tables."""
_NAMES = {"psnr": "Y", "psnr_cb": "Cb", "psnr_cr": "Cr", "psnr_ycbcr": "YCbCr", "psnr_rgb": "RGB"}


def columns_of(document: ArmsDocument) -> list[Column]:
    """Return the columns: PSNR of every data set, or of every view for a color study, and SSIM."""
    datasets = list(document["datasets"])
    first = document["arms"][0]["runs"][0]["scores"]
    metrics = [metric for metric in first[datasets[0]] if metric.startswith("psnr")]
    if len(metrics) > 1:
        return [Column(_NAMES[metric], datasets[0], metric, metric) for metric in metrics]
    columns = [Column(title_of(name), name, "psnr", name) for name in datasets]
    if len({arm["recipe"].get("loss") for arm in document["arms"]}) > 1:
        columns += [
            Column(f"{title_of(name)} SSIM", name, "ssim", f"{name}_ssim") for name in datasets
        ]
    return columns


def _models(document: ModelsDocument) -> str:
    """Return a table for each data set by scale, model and metric, the paper's values in brackets."""
    published = _published()
    tables = []
    for dataset, rules in document["datasets"].items():
        rows = [row for row in document["results"] if row["dataset"] == dataset]
        metrics = list(rows[0]["mean"])
        # If bicubic and the networks got different images, the difference is not a gain.
        gains = [] if protocol_named(rules).bicubic is BicubicInput.INTEGERS else ["gain"]
        head = [title_of(dataset), *(_METRICS[metric] for metric in metrics), *gains]
        lines = [table_row(head), table_row(["---"] * len(head))]
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
            lines.append(table_row([*cells, *(f"{gain:+.2f}" if gain else "" for _ in gains)]))
        ours, printed_gain = average_gain(document, dataset)
        line = f"`{BEST}` above `{RIVAL}`, mean over the scales: {ours:+.2f} dB (paper {printed_gain:+.2f})."
        tables.append("\n".join(lines) + "\n\n" + line)
    return "\n\n".join([*tables, _cells_won(document), _times(document)]) + "\n"


def bicubic_rows() -> str:
    """Return bicubic's scores on every data set at every scale, the paper's in brackets."""
    document, published = read_models("state-of-the-art"), _published()
    rows = [row for row in document["results"] if row["model"] == "bicubic"]
    metrics = list(rows[0]["mean"])
    lines = [
        table_row(["", *(_METRICS[metric] for metric in metrics)]),
        table_row(["---"] * (len(metrics) + 1)),
    ]
    for row in rows:
        cells = [f"{title_of(row['dataset'])} x{row['scale']}"]
        for metric, value in row["mean"].items():
            column = Column(metric, row["dataset"], metric, "")
            printed = published[row["dataset"], metric, str(row["scale"]), "Bicubic"]
            cells.append(f"{column.show(value)} ({printed})")
        lines.append(table_row(cells))
    return "\n".join(lines) + "\n"


def _times(document: ModelsDocument) -> str:
    """Return a line for each model: the paper's seconds per image, if given, and our milliseconds."""
    head = [
        f"{title_of(document['timed'])} x{document['timed_scale']}",
        "paper: s a picture",
        "ms a picture",
    ]
    lines = [table_row(head), table_row(["---"] * len(head))]
    for name, seconds in document["seconds_per_picture"].items():
        printed = document["published"].get(name, {}).get("seconds")
        cells = [name, "" if printed is None else f"{printed:.2f}", f"{1000 * seconds:.0f}"]
        lines.append(table_row(cells))
    return "\n".join(lines)


def average_gain(
    document: ModelsDocument, dataset: str, metric: str = "psnr"
) -> tuple[float, float]:
    """Return SRCNN's gain over A+ (ours, the paper's), averaged over the scales as in section 4.4."""
    published = _published()
    means = {
        (row["model"], row["scale"]): row["mean"]
        for row in document["results"]
        if row["dataset"] == dataset
    }
    ours, printed = [], []
    for scale in sorted(scale for model, scale in means if model == BEST):
        ours.append(means[BEST, scale][metric] - means[RIVAL, scale][metric])
        key = (dataset, metric, str(scale))
        printed.append(float(published[*key, "SRCNN"]) - float(published[*key, "A+"]))
    return statistics.mean(ours), statistics.mean(printed)


def _cells_won(document: ModelsDocument) -> str:
    """Return in how many cells of the paper's tables SRCNN is above A+."""
    published, ours, printed, cells = _published(), 0, 0, 0
    means = {
        (row["dataset"], row["scale"], row["model"]): row["mean"] for row in document["results"]
    }
    for (dataset, scale, model), mean in means.items():
        for metric in mean if model == BEST else ():
            key = (dataset, metric, str(scale))
            ours += mean[metric] > means[dataset, scale, RIVAL][metric]
            printed += float(published[*key, "SRCNN"]) > float(published[*key, "A+"])
            cells += 1
    return f"`{BEST}` has {ours} of these {cells} figures above `{RIVAL}`'s; the paper's SRCNN has {printed} above A+'s."


def _published() -> dict[tuple[str, str, str, str], str]:
    """Return the printed scores by data set, metric, scale and method."""
    lines = (PAPER / "tables-2-3-4.csv").read_text().splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {
        (row["dataset"].lower(), row["metric"].lower(), row["scale"], row["method"]): row["value"]
        for row in rows
    }


def table_row(cells: list[str]) -> str:
    """Return a line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"

"""Scores of a run's snapshots on a data set."""

from __future__ import annotations

from pathlib import Path

from srcnn.evaluation.report import make_report
from srcnn.evaluation.request import Request
from srcnn.experiments.documents import CoursePoint
from srcnn.runs.run import SNAPSHOTS
from srcnn.weights.onnx_file import read_card


def course(run: Path, dataset: str, data_root: Path | None = None) -> list[CoursePoint]:
    """Return the scores of the weights of each validation, by the paper's protocol.

    The list is empty if the recipe of the run did not have ``snapshots: true``.

    Args:
        run: The run directory.
        dataset: Name of the data set.
        data_root: Folder that holds the named data sets.
    """
    files = sorted((run / SNAPSHOTS).glob("*.onnx"))
    if not files:
        return []
    cards = {str(file): read_card(file.read_bytes(), str(file)) for file in files}
    scales = sorted({card.scale for card in cards.values()})
    report = make_report(Request([dataset], list(cards), scales, metrics=["psnr"]), data_root)
    means = {row.model: row.mean["psnr"] for row in report.results}
    return [
        {"step": card.steps, "samples": card.samples, "psnr": means[file]}
        for file, card in cards.items()
    ]

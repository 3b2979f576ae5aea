"""Runs a study: train what is not trained yet, score and time everything, write the JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.bench.machine import describe_machine
from srcnn.data.catalog import locate
from srcnn.data.folder import pictures_in
from srcnn.engine.example_based import METHODS, TRAINED_ON
from srcnn.evaluation.protocol import protocol_named
from srcnn.evaluation.report import make_report
from srcnn.evaluation.request import Request, check_metrics
from srcnn.experiments.arms import train_arms
from srcnn.experiments.documents import MeanDocument, ModelsDocument, StudyDocument, StudyHead
from srcnn.experiments.study import FOLDER, RUNS, Budget, Study, Task, read_study
from srcnn.experiments.timing import time_models
from srcnn.images.files import write_atomically
from srcnn.weights.store import find

RESULTS = FOLDER / "results"
_TIMED_SCALE = 3
"""Scale at which models with several scales are timed, as in the paper."""


def check_study(name: str, budget: Budget, data_root: Path | None) -> Study:
    """Read a study, and check its recipes, images, models, protocols and metrics.

    The study itself takes hours, so errors should show first.

    Raises:
        UsageError: If the file, a protocol or a metric is invalid.
        MissingData: If a data set is missing.
        ModelError: If a model is unknown.
    """
    study = read_study(name)
    needed = {name for arm in study.arms for name in study.recipe_of(arm, 1, budget, None).data}
    for model in study.models:
        if model in METHODS:
            needed.add(TRAINED_ON)
        elif model != BICUBIC:
            for scale in study.scales:
                find(model, scale)
    for dataset in {*study.scored_on(budget), *needed}:
        pictures_in(locate(dataset, data_root))
    for rules in study.datasets.values():
        check_metrics(study.metrics, protocol_named(rules))
    return study


def run_study(task: Task) -> Path:
    """Complete a study that `check_study` returned, and return the JSON file that was written.

    Runs are kept in ``runs/experiments`` under a name derived from their recipe: a finished run is
    not repeated, an interrupted one is resumed, and studies share runs. Results of the budget
    ``smoke`` stay there, those of ``full`` are written to ``experiments/results``.
    """
    study = task.study
    head: StudyHead = {
        "schema": 1,
        "experiment": task.name,
        "budget": task.budget,
        "machine": describe_machine(),
        "title": study.title,
        "paper": study.paper,
        "claim": study.claim,
        "datasets": study.datasets,
        "timed": study.dataset_timed,
    }
    document: StudyDocument
    if study.models:
        document = _score_models(task, head)
    else:
        bicubic, arms = train_arms(task)
        document = {**head, "bicubic": bicubic, "arms": arms}
    folder = RESULTS if task.budget == "full" else RUNS / task.budget
    path = folder / f"{task.name}.json"
    write_atomically(path, (json.dumps(_finite(document), indent=1) + "\n").encode())
    return path


def _score_models(task: Task, head: StudyHead) -> ModelsDocument:
    """Score models that need no training; with ``smoke``, at one scale on one data set."""
    study = task.study
    scales = study.scales[: 1 if task.budget == "smoke" else None]
    metrics = study.metrics[: 2 if task.budget == "smoke" else None]
    results: list[MeanDocument] = []
    for dataset, rules in study.scored_on(task.budget).items():
        task.say(f"scoring on {dataset}")
        request = Request([dataset], study.models, scales, rules, metrics)
        results += [
            {"dataset": row.dataset, "scale": row.scale, "model": row.model, "mean": row.mean}
            for row in make_report(request, task.data_root).results
        ]
    return {
        **head,
        "published": study.published,
        "results": results,
        "timed_scale": _TIMED_SCALE,
        "seconds_per_picture": time_models(task, dict.fromkeys(study.models, _TIMED_SCALE)),
    }


def _finite(value: object) -> object:
    """Return a document with infinity, which JSON cannot represent, replaced by null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

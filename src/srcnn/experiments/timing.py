"""Timing of the models of a study, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from srcnn.bench.interleave import interleave
from srcnn.data.catalog import locate
from srcnn.data.folder import pictures_in
from srcnn.engine.network import Enhancer, enhance_whole
from srcnn.evaluation.models import open_models
from srcnn.evaluation.protocol import protocol_named
from srcnn.evaluation.reference import read_original
from srcnn.evaluation.scoring import planes_for
from srcnn.experiments.study import Task

_ROUNDS = 5


def time_models(task: Task, scales: dict[str, int]) -> dict[str, float]:
    """Return the seconds per image of each model; empty with the budget ``smoke``.

    This is the time of the network alone, without reading, resizing and writing.

    Args:
        task: The study.
        scales: Scale of each model, by its name or file.
    """
    if task.budget == "smoke":
        return {}
    dataset = task.study.dataset_timed
    task.say(f"timing on {dataset}")
    rules = protocol_named(task.study.datasets[dataset])
    files = pictures_in(locate(dataset, task.data_root))
    originals = [read_original(file, rules) for file in files]
    calls = []
    for name, scale in scales.items():
        (model,) = open_models([name], [scale], data_root=task.data_root)[scale]
        given = [planes_for(model, o.degraded(model.color, scale)) for o in originals]
        calls.append(partial(_enhance_all, model, given))
    timings = interleave(calls, _ROUNDS)
    return {name: t.median / len(files) for name, t in zip(scales, timings, strict=True)}


def _enhance_all(model: Enhancer, pictures: Sequence[NDArray[np.number]]) -> None:
    for picture in pictures:
        enhance_whole(model, picture)

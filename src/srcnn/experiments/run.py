"""Running a study: train what is not trained yet, judge it all, time it side by side, write the JSON."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.bench.interleave import interleave
from srcnn.bench.machine import describe_machine
from srcnn.data.catalog import locate
from srcnn.data.folder import fingerprint, pictures_in
from srcnn.engine.network import Enhancer, enhance_whole
from srcnn.errors import ModelError
from srcnn.evaluation.example_based import METHODS, TRAINED_ON
from srcnn.evaluation.models import open_models
from srcnn.evaluation.protocol import protocol_named
from srcnn.evaluation.reference import read_original
from srcnn.evaluation.report import Request, check_metrics, make_report
from srcnn.evaluation.scoring import Scores, planes_for
from srcnn.experiments.curve import course
from srcnn.experiments.study import FOLDER, Budget, Study, read_study
from srcnn.images.files import write_atomically
from srcnn.runs.plan import make_plan
from srcnn.runs.run import WEIGHTS, run_plan
from srcnn.training.config import Recipe
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import find

RUNS = Path("runs") / "experiments"
RESULTS = FOLDER / "results"
_ROUNDS = 5
_TIMED_SCALE = 3
"""Of models that have several; the paper times x3."""

Say = Callable[[str], None]
Json = dict[str, Any]


def check_study(name: str, budget: Budget, data_root: Path | None) -> Study:
    """A study of which nothing about recipes, pictures, protocols and metrics is wrong.

    `UsageError`, `MissingData` or `ModelError` else: what follows takes hours.
    """
    study = read_study(name)
    needed = {name for arm in study.arms for name in study.recipe_of(arm, 1, budget, None).data}
    for model in study.models:
        if model in METHODS:
            needed.add(TRAINED_ON)
        elif model != BICUBIC:
            for scale in study.scales:
                find(model, scale)
    for dataset in {*study.judged_on(budget), *needed}:
        pictures_in(locate(dataset, data_root))
    for rules in study.datasets.values():
        check_metrics(study.metrics, protocol_named(rules))
    return study


def run_study(
    name: str, study: Study, budget: Budget, data_root: Path | None, say: Say, quiet: bool = False
) -> Path:
    """Do what is left to do of a study that `check_study` gave; the JSON that was written.

    Runs are kept in ``runs/experiments`` by what their recipe says: one that is finished is not done
    again, one that was interrupted goes on, and studies share what they have in common. Results of the
    budget ``smoke`` stay there, those of ``full`` go to ``experiments/results``.
    """
    document = {"schema": 1, "experiment": name, "budget": budget, "machine": describe_machine()}
    document |= study.model_dump(include={"title", "paper", "claim", "datasets"})
    document["timed"] = _timed(study)
    if study.models:
        document |= _judge_models(study, budget, data_root, say)
    else:
        document |= _train_arms(name, study, budget, data_root, say, quiet)
    path = RESULTS / f"{name}.json" if budget == "full" else RUNS / budget / f"{name}.json"
    write_atomically(path, (json.dumps(_finite(document), indent=1) + "\n").encode())
    return path


def _train_arms(
    name: str, study: Study, budget: Budget, data_root: Path | None, say: Say, quiet: bool
) -> Json:
    todo = [(arm, seed) for arm in study.arms for seed in study.seeds_of(arm, budget)]
    folders: dict[tuple[str, int], Path] = {}
    recipes: dict[str, Recipe] = {}
    for number, (arm, seed) in enumerate(todo, 1):
        after = study.arms[arm].after
        start = None if after is None else folders[after, seed] / WEIGHTS
        recipe = recipes[arm] = study.recipe_of(arm, seed, budget, start)
        plan = make_plan(recipe, str(FOLDER / f"{name}.yaml"), data_root)
        folder = folders[arm, seed] = RUNS / budget / _name_of(recipe, plan.training)
        if not _finished(folder, recipe):
            say(f"{name}: {arm}, seed {seed} (run {number} of {len(todo)}), in {folder}")
            hint = "the same srcnn experiment command"
            run_plan(plan, folder, data_root, resume=folder.exists(), quiet=quiet, resume_hint=hint)
    say(f"{name}: judging")
    judged = {str(f / WEIGHTS): recipes[arm].scale for (arm, _), f in folders.items()}
    scores = _scores(study, judged, data_root)
    first = {arm: str(folders[arm, 1] / WEIGHTS) for arm in study.arms}
    timed = {weights: recipes[arm].scale for arm, weights in first.items()}
    seconds = _times(study, budget, timed, data_root, say)
    arms = [
        {
            "arm": arm,
            "paper": study.arms[arm].paper,
            "f": recipes[arm].f,
            "n": recipes[arm].n,
            "color": recipes[arm].color,
            "steps": recipes[arm].steps,
            "batch": recipes[arm].batch,
            "recipe": recipes[arm].model_dump(
                mode="json", exclude_defaults=True, exclude={"name", "seed", "start"}
            ),
            "after": study.arms[arm].after,
            "parameters": _card(folders[arm, 1]).parameters,
            "seconds_per_picture": seconds.get(first[arm]),
            "runs": [
                {
                    "seed": seed,
                    "seconds": _card(folders[arm, seed]).seconds,
                    "scores": scores[str(folders[arm, seed] / WEIGHTS)],
                    "course": course(folders[arm, seed], next(iter(study.datasets)), data_root),
                }
                for seed in study.seeds_of(arm, budget)
            ],
        }
        for arm in study.arms
    ]
    bicubic = {"paper": study.bicubic, "scores": scores[BICUBIC]}
    return {"bicubic": bicubic, "arms": arms}


def _name_of(recipe: Recipe, pictures: Sequence[Path]) -> str:
    """A folder of its own for every recipe and set of pictures, by their names and sizes."""
    known = recipe.to_yaml() + fingerprint(pictures)
    return f"{recipe.name}-{hashlib.sha256(known.encode()).hexdigest()[:10]}"


def _card(folder: Path) -> Any:
    return read_card((folder / WEIGHTS).read_bytes(), str(folder / WEIGHTS))


def _finished(folder: Path, recipe: Recipe) -> bool:
    """Only the weights at the end of a run say how many steps they have seen; damaged ones say nothing."""
    try:
        return (folder / WEIGHTS).is_file() and _card(folder).steps == recipe.steps
    except ModelError:
        return False


def _scores(
    study: Study, scales: dict[str, int], data_root: Path | None
) -> dict[str, dict[str, Scores]]:
    """By weights file, given with its scale, and by data set the means of the metrics; bicubic's, too."""
    scores: dict[str, dict[str, Scores]] = {weights: {} for weights in (*scales, BICUBIC)}
    for dataset, rules in study.datasets.items():
        for scale in sorted(set(scales.values())):
            models = [weights for weights, its in scales.items() if its == scale]
            report = make_report(
                Request([dataset], models, [scale], rules, study.metrics), data_root
            )
            for row in report.results:
                if row.model in scores:
                    scores[row.model][dataset] = row.mean
    return scores


def _judge_models(study: Study, budget: Budget, data_root: Path | None, say: Say) -> Json:
    """The scores of models that need no training here; with ``smoke`` of one scale and data set."""
    scales = study.scales[: 1 if budget == "smoke" else None]
    metrics = study.metrics[: 2 if budget == "smoke" else None]
    results = []
    for dataset, rules in study.judged_on(budget).items():
        say(f"judging on {dataset}")
        report = make_report(Request([dataset], study.models, scales, rules, metrics), data_root)
        results += [
            {"dataset": row.dataset, "scale": row.scale, "model": row.model, "mean": row.mean}
            for row in report.results
        ]
    timed = dict.fromkeys(study.models, _TIMED_SCALE)
    seconds = _times(study, budget, timed, data_root, say)
    return {
        "published": study.published,
        "results": results,
        "timed_scale": _TIMED_SCALE,
        "seconds_per_picture": seconds,
    }


def _times(
    study: Study, budget: Budget, scales: dict[str, int], data_root: Path | None, say: Say
) -> dict[str, float]:
    """By model, given with its scale, the seconds for a picture, side by side.

    Of the network alone, without reading, resizing and writing. Nothing is timed with ``smoke``.
    """
    if budget == "smoke":
        return {}
    dataset = _timed(study)
    say(f"timing on {dataset}")
    rules = study.datasets[dataset]
    files = pictures_in(locate(dataset, data_root))
    originals = [read_original(file, protocol_named(rules)) for file in files]
    calls = []
    for name, scale in scales.items():
        (model,) = open_models([name], [scale], data_root=data_root)[scale]
        given = [planes_for(model, o.degraded(model.color, scale)) for o in originals]
        calls.append(partial(_enhance_all, model, given))
    timings = interleave(calls, _ROUNDS)
    return {name: t.median / len(files) for name, t in zip(scales, timings, strict=True)}


def _finite(value: Any) -> Any:
    """Return a document with infinity (the PSNR of two equal pictures) as null, which JSON can hold."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _timed(study: Study) -> str:
    return study.timed or next(iter(study.datasets))


def _enhance_all(model: Enhancer, pictures: Sequence[NDArray[Any]]) -> None:
    for picture in pictures:
        enhance_whole(model, picture)

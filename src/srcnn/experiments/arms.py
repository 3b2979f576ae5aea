"""Studies of networks: train every arm with every seed, score all of them, time one of each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.data.folder import fingerprint
from srcnn.errors import ModelError
from srcnn.evaluation.report import make_report
from srcnn.evaluation.request import Request
from srcnn.evaluation.scoring import Scores
from srcnn.experiments.curve import course
from srcnn.experiments.documents import ArmDocument, BicubicDocument, RunDocument
from srcnn.experiments.study import FOLDER, RUNS, Task
from srcnn.experiments.timing import time_models
from srcnn.runs.plan import make_plan
from srcnn.runs.run import WEIGHTS, run_plan
from srcnn.training.config import Recipe
from srcnn.weights.architectures.table import parameters_of
from srcnn.weights.card import Card
from srcnn.weights.onnx_file import read_card

_HINT = "the same srcnn experiment command"


@dataclass(frozen=True)
class _Trained:
    """A finished run of an arm."""

    seed: int
    recipe: Recipe
    folder: Path

    @property
    def weights(self) -> str:
        """Name under which the weights are scored and timed."""
        return str(self.folder / WEIGHTS)

    @property
    def card(self) -> Card:
        """Card of the weights."""
        return _card(self.folder)


def train_arms(task: Task) -> tuple[BicubicDocument, list[ArmDocument]]:
    """Train what is not trained yet; return the scores and times of bicubic and the arms."""
    runs = _train(task)
    task.say(f"{task.name}: scoring")
    scores = _score(task, [run for several in runs.values() for run in several])
    first = {arm: several[0] for arm, several in runs.items()}
    seconds = time_models(task, {run.weights: run.recipe.scale for run in first.values()})
    bicubic: BicubicDocument = {"paper": task.study.bicubic, "scores": scores[BICUBIC]}
    return bicubic, [
        _document(task, arm, runs[arm], scores, seconds.get(first[arm].weights)) for arm in runs
    ]


def _train(task: Task) -> dict[str, list[_Trained]]:
    """Return the runs of every arm, the first seed first."""
    study, budget = task.study, task.budget
    todo = [(arm, seed) for arm in study.arms for seed in study.seeds_of(arm, budget)]
    runs: dict[tuple[str, int], _Trained] = {}
    for number, (arm, seed) in enumerate(todo, 1):
        after = study.arms[arm].after
        start = None if after is None else Path(runs[after, seed].weights)
        recipe = study.recipe_of(arm, seed, budget, start)
        plan = make_plan(recipe, str(FOLDER / f"{task.name}.yaml"), task.data_root)
        folder = RUNS / budget / _name_of(recipe, plan.training)
        runs[arm, seed] = _Trained(seed, recipe, folder)
        if not _finished(folder, recipe):
            where = f"run {number} of {len(todo)}), in {folder}"
            task.say(f"{task.name}: {arm}, seed {seed} ({where}")
            going_on = folder.exists()
            run_plan(
                plan,
                folder,
                task.data_root,
                resume=going_on,
                quiet=task.quiet,
                resume_hint=_HINT,
            )
    return {arm: [runs[arm, seed] for seed in study.seeds_of(arm, budget)] for arm in study.arms}


def _name_of(recipe: Recipe, pictures: Sequence[Path]) -> str:
    """Return a folder name that is unique for a recipe and the names and sizes of its images."""
    known = recipe.to_yaml() + fingerprint(pictures)
    return f"{recipe.name}-{hashlib.sha256(known.encode()).hexdigest()[:10]}"


def _card(folder: Path) -> Card:
    return read_card((folder / WEIGHTS).read_bytes(), str(folder / WEIGHTS))


def _finished(folder: Path, recipe: Recipe) -> bool:
    """Return whether a run is finished: only then does its card have a number of steps."""
    try:
        return (folder / WEIGHTS).is_file() and _card(folder).steps == recipe.steps
    except ModelError:  # the weights are damaged
        return False


def _score(task: Task, runs: Sequence[_Trained]) -> dict[str, dict[str, Scores]]:
    """Return the mean scores by weights file and data set, including those of bicubic."""
    study = task.study
    scores: dict[str, dict[str, Scores]] = {name: {} for name in _models(runs)}
    for dataset, rules in study.datasets.items():
        for scale in sorted({run.recipe.scale for run in runs}):
            models = [run.weights for run in runs if run.recipe.scale == scale]
            request = Request([dataset], models, [scale], rules, study.metrics)
            for row in make_report(request, task.data_root).results:
                scores[row.model][dataset] = row.mean
    return scores


def _models(runs: Sequence[_Trained]) -> list[str]:
    return [*(run.weights for run in runs), BICUBIC]


def _document(
    task: Task,
    arm: str,
    runs: Sequence[_Trained],
    scores: dict[str, dict[str, Scores]],
    seconds: float | None,
) -> ArmDocument:
    """Return an arm as JSON; ``seconds`` is the time per image."""
    recipe, study = runs[-1].recipe, task.study
    followed = next(iter(study.datasets))
    documents: list[RunDocument] = [
        {
            "seed": run.seed,
            "seconds": run.card.seconds,
            "scores": scores[run.weights],
            "course": course(run.folder, followed, task.data_root),
        }
        for run in runs
    ]
    return {
        "arm": arm,
        "paper": study.arms[arm].paper,
        "f": list(recipe.f),
        "n": list(recipe.n),
        "color": recipe.color,
        "steps": recipe.steps,
        "batch": recipe.batch,
        "recipe": recipe.model_dump(
            mode="json", exclude_defaults=True, exclude={"name", "seed", "start"}
        ),
        "after": study.arms[arm].after,
        "parameters": parameters_of(runs[0].card),
        "seconds_per_picture": seconds,
        "runs": documents,
    }

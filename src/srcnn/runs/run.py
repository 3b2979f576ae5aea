"""A training run from recipe to weights file: where data, loop and judge meet.

It stands below `srcnn.evaluation`, so that training itself knows no second way to judge: the loop gets
a function that scores held-back pictures on the judge's road.
"""

from __future__ import annotations

import hashlib
import math
import shlex
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from srcnn.baselines.bicubic import Bicubic
from srcnn.data.catalog import locate
from srcnn.data.folder import LOG, RESOLVED, pictures_in
from srcnn.engine.network import Enhancer
from srcnn.errors import ModelError, SrcnnError, UsageError
from srcnn.evaluation.models import network
from srcnn.evaluation.reference import Original
from srcnn.evaluation.scoring import ImageScores, mean, score_pictures
from srcnn.images.color import channels_in
from srcnn.images.degrade import Degradation
from srcnn.images.files import remove_parts, write_atomically
from srcnn.metrics import Metric, psnr
from srcnn.models.registry import FORMS, Trained
from srcnn.models.srcnn import init_he, init_paper
from srcnn.runs.card import card_of, final_scores, recipe_origin
from srcnn.runs.pictures import Say, degradation_of, find_pictures, open_sampler, read_held_back
from srcnn.training.config import Recipe
from srcnn.training.device import make_fabric
from srcnn.training.log import RunLog
from srcnn.training.loop import Tensors, channels_last, first_state, train, update
from srcnn.training.optimizer import make_optimizer
from srcnn.training.resume import alone, check_resumed, compare_pictures
from srcnn.weights.binary import Weights, kind_of
from srcnn.weights.card import Card
from srcnn.weights.foreign import load
from srcnn.weights.graph import to_onnx
from srcnn.weights.onnx_file import read_card
from srcnn.weights.store import find, shipped

WEIGHTS, SNAPSHOTS, CURVES = "weights.onnx", "snapshots", "curves.png"


@dataclass(frozen=True)
class Plan:
    """A recipe with its pictures found and split; nothing is decoded yet."""

    recipe: Recipe
    origin: tuple[str, str]
    """File name and sha256 of the recipe."""
    training: list[Path]
    held_back: list[Path]

    @property
    def card(self) -> Card:
        """What is known of the weights before training."""
        recipe = self.recipe
        weights: Weights = "binary" if recipe.form == "binary" else "fp32"
        return Card(recipe.name, recipe.scale, recipe.f, recipe.n, recipe.color, weights)


def make_plan(
    recipe: Recipe, recipe_file: str, data_root: Path | None = None, changed: bool = False
) -> Plan:
    """Find the pictures; hold back every so-many-th of the list for validation.

    ``changed``: the recipe is not what stands in its file any more. Raises `UsageError`.
    """
    for name in recipe.scores:
        pictures_in(locate(name, data_root))
    files = find_pictures(recipe.data, data_root)
    if len(files) <= recipe.held_back:
        raise UsageError(
            "held_back", f"{recipe.held_back} of {len(files)} pictures leaves none to train on"
        )
    count = recipe.held_back
    chosen = {int((i + 0.5) * len(files) / count) for i in range(count)}
    name, digest = recipe_origin(recipe_file)
    return Plan(
        recipe,
        (f"{name}, changed", "") if changed else (name, digest),
        [path for i, path in enumerate(files) if i not in chosen],
        [path for i, path in enumerate(files) if i in chosen],
    )


def run_plan(
    plan: Plan,
    folder: Path,
    data_root: Path | None = None,
    device: str = "auto",
    resume: bool = False,
    quiet: bool = False,
    again: str | None = None,
) -> Card | None:
    """Train, write ``folder/weights.onnx``, draw ``folder/curves.png``, and return the card.

    ``again``: what a stopped run goes on with, if not with ``srcnn train --resume``.
    Under torchrun every process takes its part of each batch; the first one returns the card.
    """
    fabric, precision = make_fabric(device, plan.recipe.precision)
    recipe = plan.recipe.model_copy(update={"precision": precision})
    if recipe.batch % fabric.world_size:
        raise UsageError("batch", f"{recipe.batch} is no multiple of {fabric.world_size} processes")
    first = fabric.is_global_zero
    only = alone(folder) if first else nullcontext()
    with only, RunLog(folder / LOG, quiet, first) as log:
        state = first_state(fabric, folder, log, resume)
        if state["step"]:
            check_resumed(recipe, folder, state)
        elif resume and first:
            _check_unfinished(folder)
        if recipe.start is not None and not state["step"]:
            # The name may stand for other weights by the time that somebody reads the card.
            state["started_from"] = _described(recipe.start, recipe.scale)
        torch.manual_seed(recipe.seed)
        model = _first_model(recipe, state["step"])
        held = read_held_back(plan.held_back, recipe.color, log.warn) if first else []
        degradation = degradation_of(recipe)
        # What is selected by is what is learned: the error of the same channels.
        measures = {"psnr": partial(psnr, weights=recipe.channel_weights)}
        held, bicubic = _judgeable(held, recipe, measures, degradation, log.warn)

        def validate(tensors: Tensors) -> float:
            model = network("held back", tensors, plan.card)
            rows = score_pictures(held, [model], recipe.scale, measures, degradation=degradation)
            return _mean_psnr(rows[model.name])

        def keep(tensors: Tensors, step: int, best: bool) -> None:
            if best:
                write_atomically(folder / WEIGHTS, to_onnx(tensors, plan.card))
            if recipe.snapshots:
                (folder / SNAPSHOTS).mkdir(exist_ok=True)
                card = replace(plan.card, steps=step, samples=step * recipe.batch)
                write_atomically(folder / SNAPSHOTS / f"{step:07}.onnx", to_onnx(tensors, card))

        compare_pictures(state, plan.training, plan.held_back, log.warn)
        reading = (plan.card.radius, log.say, log.warn)
        with open_sampler(recipe, plan.training, *reading) as sampler:
            # From here on nothing about the recipe or the pictures can be wrong any more.
            if first:
                remove_parts(folder)
                origin = f"# resolved from {plan.origin[0]} sha256 {plan.origin[1]}\n"
                write_atomically(
                    folder / RESOLVED, (origin + recipe.absolute(data_root).to_yaml()).encode()
                )
            again = again or _advice(folder, data_root)
            tensors, seconds = train(
                recipe,
                model,
                sampler,
                validate,
                keep,
                bicubic,
                fabric,
                folder,
                log,
                state,
                again,
            )
        if not first:
            return None
        models: list[Enhancer] = [Bicubic(), network(recipe.name, tensors, plan.card)]
        card = replace(
            card_of(recipe, plan.card, plan.origin),
            pictures=sampler.pictures,
            seconds=round(seconds, 1),
            started_from=state.get("started_from", ""),
            scores=final_scores(recipe, models, data_root, log.warn),
        )
        write_atomically(folder / WEIGHTS, to_onnx(tensors, card))
        log.end(card=card.to_json())
        # Not before: to load matplotlib takes as long as everything else at the start of a run.
        from srcnn.figures.curves import curves_figure, draw, read_run

        curves = curves_figure([read_run(folder / LOG, f"{recipe.name} x{recipe.scale}")])
        write_atomically(folder / CURVES, draw(curves))
        return card


def _check_unfinished(folder: Path) -> None:
    """`UsageError` for weights of a finished run: one without a checkpoint would begin anew over them."""
    weights = folder / WEIGHTS
    if weights.is_file() and read_card(weights.read_bytes(), str(weights)).steps:
        why = "holds finished weights, and no checkpoint to go on from"
        raise UsageError(folder, why, "give --run a new folder")


def _advice(folder: Path, data_root: Path | None) -> str:
    """The command that goes on with a run."""
    root = [] if data_root is None else ["--data-root", str(data_root)]
    return shlex.join(["srcnn", "train", "--resume", str(folder), *root])


def _judgeable(
    originals: list[Original],
    recipe: Recipe,
    measures: Mapping[str, Metric],
    degradation: Degradation,
    warn: Say,
) -> tuple[list[Original], float]:
    """Those by which weights can be chosen: large enough, and not the same after bicubic; its PSNR."""
    failures: list[SrcnnError] = []
    bicubic = Bicubic(recipe.color)
    rows = score_pictures(
        originals, [bicubic], recipe.scale, measures, failures=failures, degradation=degradation
    )[bicubic.name]
    for error in failures:
        warn(f"{error}; not judged")
    for row in rows:
        if not math.isfinite(row.scores["psnr"]):
            warn(f"{row.name}: is the same after bicubic; not judged")
    usable = {row.name: row for row in rows if math.isfinite(row.scores["psnr"])}
    kept = [original for original in originals if original.name in usable]
    return kept, _mean_psnr(list(usable.values()))


def _mean_psnr(rows: Sequence[ImageScores]) -> float:
    """In dB; NaN of no pictures."""
    return mean(rows)["psnr"] if rows else math.nan


def estimated_seconds(plan: Plan, device: str = "auto") -> float:
    """How long the steps of a plan would take here, from a few on noise; decoding comes on top."""
    recipe = plan.recipe
    fabric, _ = make_fabric(device, recipe.precision)
    model = _first_model(recipe)
    wrapped, optimizer = fabric.setup(channels_last(model), make_optimizer(recipe, model))
    side = recipe.patch + 2 * plan.card.radius
    channels = channels_in(recipe.color)
    x = torch.rand(recipe.batch, channels, side, side, device=fabric.device)
    truth = torch.rand(recipe.batch, channels, recipe.patch, recipe.patch, device=fabric.device)
    weights = torch.ones(recipe.batch, device=fabric.device)
    times = []
    for _ in range(6):
        started = time.perf_counter()
        update(recipe, fabric, wrapped, optimizer, x, truth, weights)
        times.append(time.perf_counter() - started)
    return sorted(times)[len(times) // 2] * recipe.steps


def _first_model(recipe: Recipe, step: int = 0) -> Trained:
    """What training begins with; where it goes on after a ``step``, only the kind of network counts."""
    # A state with free steps behind it is of the folded network.
    form = FORMS["plain" if step > recipe.folded_at else recipe.form]
    if recipe.start is not None and not step:
        path = _start_file(recipe.start, recipe.scale)
        tensors, card = load(path, recipe.scale)
        if (card.f, card.n, card.color) != (recipe.f, recipe.n, recipe.color):
            found = f"has f = {card.f}, n = {card.n}, color {card.color}"
            raise UsageError(recipe.start, f"{found}, not the recipe's")
        if (kind_of(tensors) == "binary") != (recipe.form == "binary"):
            why = f"has {kind_of(tensors)} weights, and the recipe form: {recipe.form}"
            raise UsageError(recipe.start, why)
        return form.from_tensors(tensors, str(path))
    model = form(recipe.f, recipe.n, channels_in(recipe.color))
    (init_he if recipe.init == "he" else init_paper)(model)
    return model


def _described(start: str, scale: int) -> str:
    """A recipe's ``start`` without the way to it, and the sha256 of the file."""
    digest = hashlib.sha256(_start_file(start, scale).read_bytes()).hexdigest()
    return f"{Path(start).name} sha256 {digest}"


def _start_file(start: str, scale: int) -> Path:
    """The weights file of a recipe's ``start``; `ModelError` where there is none."""
    name, _, its = start.rpartition(":")
    path = find(name, int(its)) if name and its.isdigit() else Path(start)
    if not path.is_file():
        known = any(name == start for name, _ in shipped())
        fix = f"give it as {start}:{scale}" if known else ""
        raise ModelError(path, "no such weights file", fix)
    return path

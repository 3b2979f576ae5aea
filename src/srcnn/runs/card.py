"""What the card of a trained network tells: its recipe, its data, its scores."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from srcnn.data.catalog import CATALOG, locate, report_name
from srcnn.data.files import files_in
from srcnn.data.pairs import check_pairs
from srcnn.engine.network import Enhancer
from srcnn.errors import SrcnnError
from srcnn.evaluation.protocol import PROTOCOLS, Protocol
from srcnn.evaluation.reference import read_originals
from srcnn.evaluation.scoring import mean, score_pictures
from srcnn.runs.pictures import degradation_of
from srcnn.training.config import Recipe
from srcnn.weights.card import Card


@dataclass(frozen=True)
class Origin:
    """The recipe that somebody wrote: the name of its file, and the sha256 of that or nothing."""

    file: str
    sha256: str


def recipe_origin(recipe_file: str) -> Origin:
    """Return the origin of a recipe, of a resolved one what it was resolved from."""
    path = Path(recipe_file)
    text = path.read_bytes() if path.is_file() else b""
    resolved = re.match(rb"# resolved from (.*) sha256 (\w*)\n", text)
    if resolved:
        return Origin(resolved[1].decode(), resolved[2].decode())
    name = path.name if path.name.isprintable() else ascii(path.name)[1:-1]
    return Origin(name, hashlib.sha256(text).hexdigest() if text else "")


def card_of(recipe: Recipe, known: Card, origin: Origin) -> Card:
    """Return ``known`` with what the recipe, its origin and the machine tell."""
    return replace(
        known,
        degradation=str(degradation_of(recipe)),
        training_data=tuple(
            Path(name).resolve().name
            for name in [*recipe.data, *(pair.hr for pair in recipe.pairs)]
        ),
        samples=recipe.steps * recipe.batch,
        steps=recipe.steps,
        machine=f"{os.cpu_count()} cores, {platform.machine()}, torch {torch.__version__}",
        seed=recipe.seed,
        recipe=origin.file,
        recipe_sha256=origin.sha256,
        licence=recipe.licence,
    )


def final_scores(
    recipe: Recipe,
    models: Sequence[Enhancer],
    data_root: Path | None,
    warn: Callable[[str], None],
) -> dict[str, dict[str, float]]:
    """By data set of ``recipe.scores``, for the recipe's own network, or data set and model, the means."""
    scores = {}
    for name in recipe.scores:
        folder = locate(name, data_root)
        known = report_name(name, folder)
        rules = _protocol_of(known, recipe)
        failures: list[SrcnnError] = []
        files = files_in(folder, recipe.scale)
        check_pairs(files, recipe.scale)
        originals = read_originals(files.high, rules, failures, low=files.low)
        scored = score_pictures(originals, models, recipe.scale, failures=failures)
        for error in failures:  # the weights are worth more than one of their scores
            warn(f"{error}; not scored")
        for model, rows in scored.items():
            if rows:
                scores[known if model == recipe.name else f"{known} {model}"] = mean(rows)
    return scores


def _protocol_of(dataset: str, recipe: Recipe) -> Protocol:
    """The one that a set is published by; of a colour network the colours are scored too."""
    known = CATALOG.get(dataset)
    name = known.protocol if known else "paper"
    return PROTOCOLS["paper-colour" if name == "paper" and recipe.color != "Y" else name]

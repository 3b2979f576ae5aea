"""The card of a trained network: its recipe, its data and its scores."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from srcnn.data.catalog import CATALOG, locate, report_name
from srcnn.data.files import files_in
from srcnn.data.pairs import check_pairs
from srcnn.engine.network import Enhancer
from srcnn.errors import SrcnnError
from srcnn.evaluation.protocol import PROTOCOLS, Protocol
from srcnn.evaluation.reference import Original, read_originals
from srcnn.evaluation.scoring import mean, score_pictures
from srcnn.runs.pictures import degradation_of
from srcnn.training.config import Recipe
from srcnn.training.log import RunLog
from srcnn.training.state import Learned
from srcnn.weights.card import Card

_CHANGED = ", changed"
"""Suffix of the name of a recipe that differs from its file."""


@dataclass(frozen=True)
class Origin:
    """Identity of a recipe file: its name and its SHA-256, which is empty if unknown."""

    file: str
    sha256: str

    def changed(self) -> Origin:
        """Return the origin of a recipe that differs from its file; a second call has no effect."""
        return Origin(f"{self.file.removesuffix(_CHANGED)}{_CHANGED}", "")


def recipe_origin(recipe_file: str) -> Origin:
    """Return the origin of a recipe file; for a resolved recipe, that of the original file."""
    path = Path(recipe_file)
    text = path.read_bytes() if path.is_file() else b""
    resolved = re.match(rb"# resolved from (.*) sha256 (\w*)\n", text)
    if resolved:
        return Origin(resolved[1].decode(), resolved[2].decode())
    name = path.name if path.name.isprintable() else ascii(path.name)[1:-1]
    return Origin(name, hashlib.sha256(text).hexdigest() if text else "")


def card_of(recipe: Recipe, known: Card, origin: Origin, learned: Sequence[Learned]) -> Card:
    """Return the card ``known``, completed from recipe, origin, machine and steps."""
    return replace(
        known,
        degradation=str(degradation_of(recipe)),
        training_data=tuple(
            Path(name).resolve().name
            for name in [*recipe.data, *(pair.hr for pair in recipe.pairs)]
        ),
        samples=sum(part.samples for part in learned),
        learning_rates=tuple(asdict(part) for part in learned) if len(learned) > 1 else (),
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
    log: RunLog,
) -> dict[str, dict[str, float]]:
    """Return the mean scores of models on the data sets of ``recipe.scores``.

    Returns:
        Scores by data set for the recipe's own network, and by ``"<data set> <model>"`` for others.
    """
    scores = {}
    files = {}
    for name in recipe.scores:
        files[name] = files_in(locate(name, data_root), recipe.scale)
        check_pairs(files[name], recipe.scale)
    scoring = _Scoring([path for found in files.values() for path in found.high], log)
    for name, found in files.items():
        known = report_name(name, locate(name, data_root))
        rules = _protocol_of(known, recipe)
        failures: list[SrcnnError] = []
        originals = scoring.of(known, read_originals(found.high, rules, failures, low=found.low))
        scored = score_pictures(originals, models, recipe.scale, failures=failures)
        for error in failures:  # a missing score must not lose the weights
            log.warn(f"{error}; not scored")
        for model, rows in scored.items():
            if rows:
                scores[known if model == recipe.name else f"{known} {model}"] = mean(rows)
    scoring.end()
    return scores


class _Scoring:
    """Reports the progress of `final_scores`. Images are weighted by the size of their files."""

    def __init__(self, files: Sequence[Path], log: RunLog) -> None:
        self._sizes = {str(path): path.stat().st_size for path in files}
        self._total, self._done = sum(self._sizes.values()), 0
        self._log, self._started = log, time.monotonic()

    def of(self, name: str, originals: Iterable[Original]) -> Iterator[Original]:
        """Yield the images of a data set. An image is done when the next one is requested."""
        for original in originals:
            self._show(name)
            yield original
            self._done += self._sizes.get(original.source, 0)

    def _show(self, name: str) -> None:
        part = self._done / max(1, self._total)
        spent = time.monotonic() - self._started
        # Only `end` reports 1, which ends the line.
        self._log.scoring(name, min(part, 0.99), spent * (1 / part - 1) if part else None)

    def end(self) -> None:
        """Clear the progress line."""
        self._log.scoring("", 1, None)


def _protocol_of(dataset: str, recipe: Recipe) -> Protocol:
    """Return the protocol of a data set's published scores; a color network is scored in color."""
    known = CATALOG.get(dataset)
    name = known.protocol if known else "paper"
    return PROTOCOLS["paper-colour" if name == "paper" and recipe.color != "Y" else name]

"""Selection of weights on the held-back images, which are scored as ``srcnn evaluate`` scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from srcnn.baselines.bicubic import Bicubic
from srcnn.engine.network import Enhancer
from srcnn.errors import SrcnnError
from srcnn.evaluation.reference import Original
from srcnn.evaluation.scoring import ImageScores, mean, score_pictures
from srcnn.images.degrade import Degradation
from srcnn.metrics import Measure, psnr
from srcnn.runs.pictures import Say, degradation_of, read_held_back
from srcnn.training.config import Recipe


@dataclass(frozen=True)
class Validation:
    """The held-back images that select the weights, and how they are scored.

    Attributes:
        originals: The images.
        scale: The scale of the network.
        metrics: PSNR under the name ``psnr``.
        degradations: How their low-resolution images are made. Each image is scored once for each.
        bicubic: Mean PSNR of bicubic interpolation in dB; NaN if there are no images.
    """

    originals: Sequence[Original]
    scale: int
    metrics: Mapping[str, Measure]
    degradations: Sequence[Degradation]
    bicubic: float = math.nan

    def psnr(self, model: Enhancer) -> float:
        """Return the mean PSNR of a model in dB; NaN if there are no images."""
        return _mean_psnr(self.scores(model))

    def scores(
        self, model: Enhancer, failures: list[SrcnnError] | None = None
    ) -> list[ImageScores]:
        """Return the PSNR of each image, once for each degradation.

        Args:
            model: The model.
            failures: Receives the errors of images that are too small. If None, they are raised.
        """
        rows = []
        for degradation in self.degradations:
            rows += score_pictures(
                self.originals,
                [model],
                self.scale,
                self.metrics,
                failures=failures,
                degradation=degradation,
            )[model.name]
        return rows


def make_validation(
    recipe: Recipe, files: list[Path], warn: Say, low: Mapping[Path, Path] | None = None
) -> Validation:
    """Read the held-back images of a recipe.

    Images are left out, with a warning, if they cannot be read, are too small to be scored, or have
    an infinite PSNR because bicubic restores them exactly, such as blank ones.

    Args:
        recipe: The recipe.
        files: The images.
        warn: Called with each warning.
        low: Low-resolution file by image, for images that have one.
    """
    originals = read_held_back(files, recipe.color, warn, low)
    # Selection uses the channel weights of training.
    metrics = {"psnr": partial(psnr, weights=recipe.channel_weights)}
    every = Validation(originals, recipe.scale, metrics, _degradations(recipe))
    failures: list[SrcnnError] = []
    rows = every.scores(Bicubic(recipe.color), failures)
    for warning in dict.fromkeys(f"{error}; not used for validation" for error in failures):
        warn(warning)
    blank = dict.fromkeys(row.name for row in rows if not math.isfinite(row.scores["psnr"]))
    for name in blank:
        warn(f"{name}: bicubic restores it exactly; not used for validation")
    usable = [row for row in rows if row.name not in blank]
    names = {row.name for row in usable}
    return replace(
        every,
        originals=[original for original in originals if original.name in names],
        bicubic=_mean_psnr(usable),
    )


def _degradations(recipe: Recipe) -> list[Degradation]:
    """Return the recipe's degradation, and bicubic alone if its pipeline has clean patches.

    The name of an image seeds its degradation, so that every validation uses the same one.
    """
    degradation = degradation_of(recipe)
    pipeline = degradation.pipeline
    if pipeline is None or pipeline.clean == 0:
        return [degradation]
    return [Degradation()] if pipeline.clean == 1 else [Degradation(), degradation]


def _mean_psnr(rows: Sequence[ImageScores]) -> float:
    return mean(rows)["psnr"] if rows else math.nan

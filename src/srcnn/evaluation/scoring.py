"""Scoring: mod-crop, degrade, enhance, convert to uint8, shave the border, compute metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.bicubic import NAME as MODEL
from srcnn.engine.network import Enhancer, enhance_whole
from srcnn.errors import InputError, LimitError, SrcnnError
from srcnn.evaluation.automatic import Automatic
from srcnn.evaluation.finished import FinishedPictures
from srcnn.evaluation.functions import FunctionAt
from srcnn.evaluation.protocol import BICUBIC, BicubicInput, Views
from srcnn.evaluation.reference import Original
from srcnn.images.color import Color, channels_in, convert, rgb_to_ycbcr, space_of, y_to_gray
from srcnn.images.crop import modcrop, shave
from srcnn.images.degrade import Degradation, Degraded
from srcnn.images.quantize import to_float, to_uint8
from srcnn.metrics import METRICS, Measure, psnr, ssim

Scores = dict[str, float]

_USUAL: dict[str, Measure] = {"psnr": psnr, "ssim": ssim}


@dataclass(frozen=True)
class Scored:
    """The output of a model for an original."""

    original: Original
    image: NDArray[np.number]
    """(H, W), or (H, W, 3) of ``space``; floats around [0, 1]."""
    space: Color
    views: Views
    """The scored views."""

    @property
    def luma(self) -> NDArray[np.uint8]:
        """The first view, (H, W); if that is RGB, its Y."""
        first = next(iter(self.views.values()))
        if first.ndim == 2:
            return first
        return to_uint8(rgb_to_ycbcr(to_float(first, np.float64))[..., 0])


@dataclass(frozen=True)
class ImageScores:
    """Scores of one image, by metric, or by metric and view.

    Attributes:
        name: Name of the image.
        scores: The scores.
        taken: The model that was chosen for the image; None if the caller chose it.
    """

    name: str
    scores: Scores
    taken: str | None = None


Keep = Callable[[str, Scored], None]
"""Receives a model's name and its output."""
Model = Enhancer | FinishedPictures
"""Anything that can be scored: a model that enhances an image, or finished images."""


def score(picture: Views, truth: Views, border: int, metrics: Mapping[str, Measure]) -> Scores:
    """Return every metric of every view.

    ``psnr`` is that of the first view; another view, such as Cb, gives ``psnr_cb``.

    Args:
        picture: Views of the output.
        truth: Views of the truth.
        border: Number of pixels shaved from each side.
        metrics: Functions of (image, truth), by name.
    """
    first = next(iter(truth))
    return {
        name if view == first else f"{name}_{view.lower()}": metric(
            shave(picture[view], border), shave(truth[view], border)
        )
        for name, metric in metrics.items()
        for view in truth
    }


def planes_for(model: Enhancer, degraded: Degraded) -> NDArray[np.float64]:
    """Return the input of a model, (C, h, w) floats: the image on its grid, in its channels."""
    given = degraded.given(model.grid)
    if given.ndim == 2:
        return given[None]
    return np.moveaxis(given[..., : channels_in(model.color)], 2, 0)


def score_model(model: Enhancer, original: Original, degraded: Degraded) -> Scored:
    """Enhance a low-resolution image, given in the channels of the model's ``color``."""
    space = space_of(model.color)
    if isinstance(model, FunctionAt):
        planes = model.enhance_picture(lambda: planes_for(model, degraded))
    else:
        planes = enhance_whole(model, planes_for(model, degraded))
    if model.color != "Y":
        image = np.moveaxis(planes, 0, 2)
        if original.gray:
            image = y_to_gray(convert(image, space, "YCbCr")[..., 0])
    elif degraded.low.ndim == 3:
        image = np.dstack([planes[0], degraded.enlarged[..., 1:]])
    else:
        image = planes[0]
    return Scored(original, image, space, original.protocol.views(image, space))


def check_size(original: Original, scale: int, metrics: Mapping[str, Measure] = _USUAL) -> None:
    """Check that an image is large enough for SSIM and for all metrics.

    Raises:
        InputError: If it is too small.
    """
    smallest = {name: METRICS[name].smallest for name in ("ssim", *metrics) if name in METRICS}
    neediest = max(smallest, key=lambda metric: smallest[metric])
    border = original.protocol.shaved(scale)
    height, width = original.pixels.shape[:2]
    needed = 2 * border + smallest[neediest]
    if min(height, width) // scale * scale < needed:
        why = f"is {width} x {height}, too small for {neediest} at x{scale}"
        raise InputError(
            original.source,
            why,
            f"use at least {-(-needed // scale) * scale} pixels in each direction",
        )


def score_pictures(
    originals: Iterable[Original],
    models: Sequence[Model],
    scale: int,
    metrics: Mapping[str, Measure] = _USUAL,
    keep: Keep | None = None,
    failures: list[SrcnnError] | None = None,
    degradation: Degradation = BICUBIC,
) -> dict[str, list[ImageScores]]:
    """Score models on images.

    Args:
        originals: The images.
        models: What is scored on them.
        scale: Scale.
        metrics: Functions of (image, truth), by name.
        keep: Called with each model's name and output.
        failures: Receives the errors of images that are too small for SSIM or a metric, and of
            finished images that are missing or do not fit. If None, these errors are raised.
        degradation: How low-resolution images are made, unless they are given.

    Returns:
        The scores of each image, by the model's name.

    Raises:
        InputError: If an image cannot be scored and ``failures`` is None.
    """
    rows: dict[str, list[ImageScores]] = {model.name: [] for model in models}
    for original in originals:
        border = original.protocol.shaved(scale)
        try:
            check_size(original, scale, metrics)
        except InputError as error:
            if failures is None:
                raise
            failures.append(error)
            continue
        truth = {view: modcrop(image, scale) for view, image in original.truth.items()}
        degraded: dict[Color, Degraded] = {}
        for model in models:
            chosen: Model = model
            if isinstance(model, Automatic):
                chosen = model.suited(original.condition(scale))
            try:
                made = _made(chosen, original, scale, degradation, degraded)
            except (InputError, LimitError) as error:
                if failures is None:
                    raise
                failures.append(error)
                continue
            scores = score(made.views, truth, border, metrics)
            taken = None if chosen is model else chosen.name
            rows[model.name].append(ImageScores(original.name, scores, taken))
            if keep is not None:
                keep(model.name, made)
    return rows


def _made(
    model: Model,
    original: Original,
    scale: int,
    degradation: Degradation,
    degraded: dict[Color, Degraded],
) -> Scored:
    """Return the output of a model for an original; ``degraded`` caches shared inputs."""
    if isinstance(model, FinishedPictures):
        image = model.read(original, scale)
        return Scored(original, image, "RGB", original.protocol.views(image, "RGB"))
    if model.name == MODEL and original.protocol.bicubic is BicubicInput.INTEGERS:
        return score_model(model, original, original.integer_bicubic(scale))
    if model.color not in degraded:
        degraded[model.color] = original.degraded(model.color, scale, degradation)
    return score_model(model, original, degraded[model.color])


def mean(rows: Sequence[ImageScores]) -> Scores:
    """Return the mean of every metric over the images that have it."""
    several = [row.scores for row in rows]
    names = dict.fromkeys(key for scores in several for key in scores)
    return {key: float(np.mean([s[key] for s in several if key in s])) for key in names}

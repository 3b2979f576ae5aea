"""Comparison of several models on one image: their results and their scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.engine.choosing import choose
from srcnn.engine.network import Enhancer
from srcnn.errors import UsageError
from srcnn.evaluation.automatic import names_at
from srcnn.evaluation.models import open_models
from srcnn.evaluation.protocol import BICUBIC as BICUBIC_ALONE
from srcnn.evaluation.protocol import PROTOCOLS, Protocol
from srcnn.evaluation.reference import Original
from srcnn.evaluation.save import picture_of
from srcnn.evaluation.scoring import Scored, Scores, check_size, score_pictures
from srcnn.images.color import Color, convert, space_of, y_to_gray
from srcnn.images.crop import modcrop
from srcnn.images.degrade import Degradation, low_resolution
from srcnn.images.io import MAX_BYTES, open_picture
from srcnn.images.quantize import to_float, to_uint8
from srcnn.weights.labels import labels_of
from srcnn.weights.store import AUTO, default

MAX_PIXELS = 2**25
"""Default limit on the size of an image. A comparison holds every image whole, as floats: about
150 bytes per pixel."""


@dataclass(frozen=True)
class Shown:
    """The image that a model made, (H, W) gray or (H, W, 3) RGB uint8, with its scores."""

    model: str
    """The model, as the caller named it."""
    label: str
    """Its display name, see `srcnn.weights.labels`."""
    pixels: NDArray[np.uint8]
    scores: Scores

    @property
    def caption(self) -> str:
        """PSNR and SSIM as text."""
        return f"{self.scores['psnr']:.2f} dB / {self.scores['ssim']:.4f}"


@dataclass(frozen=True)
class Comparison:
    """All images and scores of a comparison. Images other than ``low`` have the truth's size."""

    source: str
    scale: int
    protocol: Protocol
    truth: NDArray[np.uint8]
    """The mod-cropped original, (H, W) or (H, W, 3), without alpha."""
    low: NDArray[np.uint8]
    """The low-resolution image, (h, w) or (h, w, 3), rounded for display only."""
    models: list[Shown]
    """The models, bicubic first."""


def compare(
    source: str | Path,
    scale: int,
    models: Sequence[str] | None = None,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
    progress: Callable[[str], None] | None = None,
) -> Comparison:
    """Reduce a high-resolution image, enlarge it by each model, and score the results.

    Scores are those of ``srcnn evaluate``. Alpha is ignored.

    Args:
        source: The image file.
        scale: Scale, 2 or more.
        models: Names or weights files. None selects the default network; bicubic is always
            included.
        max_pixels: Largest number of pixels of the image.
        max_bytes: Largest size of the file, in bytes.
        progress: Called with a line about the current step.

    Raises:
        UsageError: If the scale is below 2.
        ModelError: If a model cannot be used.
        InputError: If the image cannot be read, or is too small to be scored.
        LimitError: If the image is too large.
    """
    if scale < 2:
        raise UsageError("scale", "must be 2 or more")
    names = list(dict.fromkeys([BICUBIC, *([default(scale)] if models is None else models)]))
    # The image is checked before the models, one of which may have to be trained.
    rules = PROTOCOLS["paper"]
    pixels = open_picture(source, max_pixels, max_bytes=max_bytes).read()
    original = Original(str(source), pixels, rules)
    check_size(original, scale)
    if AUTO in names:
        chosen = names_at(scale)[choose(original.condition(scale)).photo]
        names = list(dict.fromkeys(chosen if name == AUTO else name for name in names))
    opened = open_models(names, [scale], say=progress)[scale]
    if progress is not None:
        progress(f"comparing {source}")
    labels = labels_of(names)
    return compare_original(original, scale, dict(zip(labels.values(), opened, strict=True)))


def compare_original(
    original: Original,
    scale: int,
    models: Mapping[str, Enhancer],
    degradation: Degradation = BICUBIC_ALONE,
) -> Comparison:
    """Compare open models on one image.

    Args:
        original: The image.
        scale: Scale, 2 or more.
        models: The models by label. Their names must differ.
        degradation: How the low-resolution image is made. A random one is seeded by the image's
            name.

    Raises:
        InputError: If the image is too small to be scored.
    """
    made: dict[str, NDArray[np.uint8]] = {}

    def keep(model: str, scored: Scored) -> None:
        made[model] = picture_of(scored, scale)

    opened = list(models.values())
    rows = score_pictures([original], opened, scale, keep=keep, degradation=degradation)
    shown = [
        Shown(model.name, label, made[model.name], rows[model.name][0].scores)
        for label, model in models.items()
    ]
    truth = to_float(modcrop(original.pixels, scale), np.float64)
    low = to_uint8(_low(original, scale, opened[-1].color, degradation))
    return Comparison(original.source, scale, original.protocol, to_uint8(truth), low, shown)


def _low(
    original: Original, scale: int, color: Color, degradation: Degradation
) -> NDArray[np.float64]:
    """Return the input of a model of ``color`` as an image; missing channels are bicubic's."""
    clean = low_resolution(to_float(modcrop(original.pixels, scale), np.float64), scale)
    if degradation == BICUBIC_ALONE:
        return clean
    given = original.degraded(color, scale, degradation).low
    if given.ndim == 2:
        if original.gray:
            return y_to_gray(given)
        given = np.dstack([given, convert(clean, "RGB", "YCbCr")[..., 1:]])
    return convert(given, "YCbCr" if color == "Y" else space_of(color), "RGB")

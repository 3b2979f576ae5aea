"""Judging's road: folder -> mod-crop -> degrade -> model on luma -> uint8 -> shave -> metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.degrade import Degradation
from srcnn.engine.network import Enhancer, enhance_whole
from srcnn.errors import InputError
from srcnn.evaluation.protocol import BICUBIC, Protocol, degraded
from srcnn.images.crop import shave
from srcnn.images.depth import to_uint8
from srcnn.images.io import open_picture
from srcnn.metrics import METRICS
from srcnn.metrics.ssim import WINDOW

Scores = dict[str, float]


def score(
    picture: NDArray[np.uint8], truth: NDArray[np.uint8], scale: int, metrics: Sequence[str]
) -> Scores:
    """Every metric of a luma picture against the truth, ``scale`` pixels shaved from each side."""
    a, b = shave(picture, scale), shave(truth, scale)
    return {name: METRICS[name](a, b) for name in metrics}


def score_pictures(
    pictures: Iterable[tuple[str, NDArray[np.uint8]]],
    models: Sequence[Enhancer],
    scale: int,
    metrics: Sequence[str] = ("psnr", "ssim"),
    keep: Callable[[str, str, NDArray[np.uint8]], None] | None = None,
    failures: list[InputError] | None = None,
    degradation: Degradation = BICUBIC,
) -> dict[str, list[dict[str, Any]]]:
    """By model's name, the scores of each (name, luma) picture. ``keep`` gets every judged luma.

    A picture that is too small goes to ``failures``; without such a list its `InputError` is raised.
    """
    rows: dict[str, list[dict[str, Any]]] = {model.name: [] for model in models}
    for name, luma in pictures:
        if min(luma.shape) // scale * scale < 2 * scale + WINDOW:
            error = InputError(name, f"is too small to be judged at x{scale}")
            if failures is None:
                raise error
            failures.append(error)
            continue
        truth, enlarged = degraded(luma, scale, name, degradation)
        for model in models:
            result = to_uint8(enhance_whole(model, enlarged))
            rows[model.name].append({"name": name, **score(result, truth, scale, metrics)})
            if keep is not None:
                keep(name, model.name, result)
    return rows


def mean(rows: Sequence[dict[str, Any]]) -> Scores:
    """The mean over pictures of every metric."""
    names = [key for key in rows[0] if key != "name"]
    return {key: float(np.mean([row[key] for row in rows])) for key in names}


def read_luma(path: Path, protocol: Protocol) -> NDArray[np.uint8]:
    """The channel of a picture that the protocol scores, H x W."""
    return protocol.luma(open_picture(path).read())

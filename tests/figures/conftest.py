"""Comparisons made up on the spot: no network runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from srcnn.evaluation.compare import Comparison, Shown
from srcnn.evaluation.protocol import PROTOCOLS

from ..engine.conftest import picture_of

Make = Callable[..., Comparison]


@pytest.fixture
def make() -> Make:
    """``make(models=["a"], size=(60, 90))``: each model as far from the truth as its place says."""

    def made(
        models: tuple[str, ...] = ("srcnn-915",),
        size: tuple[int, int] = (60, 90),
        kind: str = "rgb",
        source: str = "some/photo.png",
        **other: Any,
    ) -> Comparison:
        truth: NDArray[np.uint8] = np.resize(picture_of(kind, size=(90, 90)), (*size, 3))
        truth = truth if kind == "rgb" else truth[..., 0]
        names = ("bicubic", *models)
        shown = [
            Shown(name, name, far(truth, len(names) - k), {"psnr": 30.0 + k, "ssim": 0.9 + k / 100})
            for k, name in enumerate(names)
        ]
        low = np.ascontiguousarray(truth[1::3, 1::3])
        return Comparison(source, 3, PROTOCOLS["paper"], truth, low, shown, **other)

    return made


def far(truth: NDArray[np.uint8], levels: int) -> NDArray[np.uint8]:
    """The truth with every sample ``levels`` or a few more away, at random, inside 0 to 255."""
    random = np.random.default_rng(levels)
    away = random.integers(levels, levels + 3, truth.shape)
    return np.where(truth < 128, truth + away, truth - away).astype(np.uint8)

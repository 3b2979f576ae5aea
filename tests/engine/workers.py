"""What the worker processes of `test_processes` call; they import it alone."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.engine.upscaler import Upscaler, load

inherited: list[Upscaler] = []
"""The parent's upscaler, for forked workers."""


def picture() -> NDArray[np.uint8]:
    """Return an image of 90 x 110 x 3 noise, which takes several tiles."""
    return np.random.default_rng(0).integers(0, 256, (90, 110, 3), np.uint8)


def upscale(upscaler: Upscaler) -> NDArray[Any]:
    made: NDArray[Any] = upscaler.upscale(picture())
    return made


def upscale_inherited() -> NDArray[Any]:
    return upscale(inherited[-1])


def unpickle_and_upscale(pickled: bytes) -> NDArray[Any]:
    return upscale(pickle.loads(pickled))


def open_and_upscale(weights: str, engine: str) -> NDArray[Any]:
    return upscale(load(weights, 3, engine))

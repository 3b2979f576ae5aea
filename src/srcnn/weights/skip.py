"""Weights whose output is what is to be added to the bicubic picture: a global skip outside of the file.

A state dict does not say whether its program adds the input to the output. It shows on a drawing of
disks, whose truth is known: if the error of bicubic shrinks when the output is added, the skip is
missing, and is put into the weights. y = x + g(x) is a plain stack again, with a filter more for each
channel in every hidden layer: deltas carry x + 1, which ReLU passes, and the last layer takes 1 away.
"""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from srcnn.errors import ModelError
from srcnn.images.resize import imresize
from srcnn.weights.store import SCALES

Arrays = dict[str, NDArray[Any]]
_SIDE = 96
"""Side of the drawing, in pixels."""
_WORSE = 10.0
"""Least squared error, in parts of bicubic's, of an output that is no picture."""
_BETTER = 0.98
"""Largest squared error, in parts of bicubic's, with which a sum of bicubic and output is better.

The paper's networks less their input reach 0.52 to 0.67 at their scale, 200 untrained ones 0.998."""
_ALIKE = 0.3
"""Least correlation of an output that resembles what bicubic lacks: 0.6 to 0.7, and below 0.13."""
_SHIFT = 1.0
"""What is added to the picture, so that ReLU passes what bicubic overshoots below 0."""
_log = logging.getLogger(__name__)


def with_skip(tensors: Arrays, scale: int, source: str) -> Arrays:
    """Return the weights of a network that gives pictures, of one that may lack its skip.

    Args:
        tensors: ``convK.weight`` and ``convK.bias`` of an SRCNN, float32.
        scale: Scale that it is used for; it may have been trained for another one.
        source: Name for the message, and for errors.

    Returns:
        ``tensors`` themselves, or those with the skip added.

    Raises:
        ModelError: What it gives is to be added to bicubic, but is not in units of [0, 1].
    """
    alike = 0.0
    for each in dict.fromkeys((scale, *SCALES)):
        bicubic, truth = _drawing(tensors["conv1.weight"].shape[1], each)
        answer, lacking = _run(tensors, bicubic), truth - bicubic
        error = float(np.square(lacking).mean())
        if np.square(answer - truth).mean() < _WORSE * error:
            return tensors
        if np.square(answer - lacking).mean() < _BETTER * error:
            _log.warning("%s: gives what is to be added to bicubic, so that is done", source)
            return _add_skip(tensors)
        if answer.std() > 0:
            alike = max(alike, float(np.corrcoef(answer.ravel(), lacking.ravel())[0, 1]))
    if alike > _ALIKE:
        why = "gives what is to be added to bicubic, but in other units than those of [0, 1]"
        raise ModelError(source, why, "divide its biases, or its last layer, by 255")
    return tensors


def _drawing(channels: int, scale: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return disks before each other as bicubic leaves them, and as they are.

    Both are (channels, side, side) floats around [0, 1].
    """
    random = np.random.default_rng(1)
    rows, columns = np.mgrid[: _SIDE // scale * scale, : _SIDE // scale * scale]
    truth = np.full((*rows.shape, channels), 0.5)
    for _ in range(60):
        top, left, radius = random.uniform((0, 0, 2), (_SIDE, _SIDE, 14))
        inside = np.hypot(rows - top, columns - left) < radius
        truth[inside] = random.uniform(0.1, 0.9, channels)
    bicubic = imresize(imresize(truth, 1 / scale), float(scale))
    return np.moveaxis(bicubic, 2, 0), np.moveaxis(truth, 2, 0)


def _run(tensors: Arrays, planes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a network makes of (C, H, W) floats."""
    depth = len(tensors) // 2
    weights = [torch.tensor(tensors[f"conv{k}.weight"]) for k in range(1, depth + 1)]
    radius = sum(weight.shape[2] // 2 for weight in weights)
    current = torch.from_numpy(np.ascontiguousarray(planes[None], np.float32))
    current = functional.pad(current, [radius] * 4, mode="replicate")
    with torch.inference_mode():
        for k, weight in enumerate(weights, 1):
            current = functional.conv2d(current, weight, torch.tensor(tensors[f"conv{k}.bias"]))
            current = torch.relu(current) if k < depth else current
    answer: NDArray[np.float64] = current[0].numpy().astype(np.float64)
    return answer


def _add_skip(tensors: Arrays) -> Arrays:
    depth = len(tensors) // 2
    channels = tensors["conv1.weight"].shape[1]
    out = {}
    for k in range(1, depth + 1):
        old, bias = tensors[f"conv{k}.weight"], tensors[f"conv{k}.bias"]
        first, last, centre = k == 1, k == depth, old.shape[2] // 2
        outputs, inputs = old.shape[:2]
        shape = (outputs + (0 if last else channels), inputs + (0 if first else channels))
        weight = np.zeros((*shape, *old.shape[2:]), np.float32)
        weight[:outputs, :inputs] = old
        weight[-channels:, -channels:, centre, centre] += np.eye(channels, dtype=np.float32)
        more = np.full(0 if last else channels, _SHIFT if first else 0, np.float32)
        out[f"conv{k}.weight"] = weight
        out[f"conv{k}.bias"] = np.concatenate([bias - _SHIFT if last else bias, more])
    return out

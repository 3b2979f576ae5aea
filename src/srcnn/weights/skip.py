"""Detect weights whose output is a residual, and add the skip connection that they lack.

A state dict does not say whether its program adds the input to the output. A test drawing of
disks shows it: if adding the network's output reduces the error of bicubic, the skip is missing
and is added to the weights. y = x + g(x) is again a plain stack, with one more filter for each
channel in every hidden layer: deltas carry x + 1, which ReLU passes, and the last layer
subtracts the 1.
"""

from __future__ import annotations

import logging

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from srcnn.errors import ModelError
from srcnn.images.resize import imresize
from srcnn.weights.store import SCALES

Arrays = dict[str, NDArray[np.number]]
_SIDE = 96
"""Side of the drawing in pixels."""
_WORSE = 10.0
"""An output whose squared error is at least this many times bicubic's is not an image."""
_BETTER = 0.98
"""Adding an output improves bicubic if it reduces the squared error below this fraction.

The paper's networks minus their input reach 0.52 to 0.67 at their own scale, 200 untrained ones
0.998.
"""
_ALIKE = 0.3
"""An output above this correlation with bicubic's residual is a residual in other units.

Residual networks reach 0.6 to 0.7; others stay below 0.13.
"""
_SHIFT = 1.0
"""Added to the image so that ReLU passes negative values, which bicubic can produce."""
_log = logging.getLogger(__name__)


def with_skip(tensors: Arrays, scale: int, source: str) -> Arrays:
    """Add the skip connection to weights that lack it, so that the network outputs images.

    Args:
        tensors: ``convK.weight`` and ``convK.bias`` of an SRCNN, float32.
        scale: Scale that the network is used for; it may have been trained for another one.
        source: Name of the file, for the log message and errors.

    Returns:
        ``tensors`` themselves, or new ones with the skip added.

    Raises:
        ModelError: The output is a residual, but not in units of [0, 1].
    """
    alike = 0.0
    for each in dict.fromkeys((scale, *SCALES)):
        bicubic, truth = _drawing(tensors["conv1.weight"].shape[1], each)
        answer, lacking = _run(tensors, bicubic), truth - bicubic
        error = float(np.square(lacking).mean())
        if np.square(answer - truth).mean() < _WORSE * error:
            return tensors
        if np.square(answer - lacking).mean() < _BETTER * error:
            _log.warning("%s: predicts a residual, so bicubic is added", source)
            return _add_skip(tensors)
        if answer.std() > 0:
            alike = max(alike, float(np.corrcoef(answer.ravel(), lacking.ravel())[0, 1]))
    if alike > _ALIKE:
        why = "predicts a residual to bicubic, but not in the units of [0, 1]"
        raise ModelError(source, why, "divide its biases, or its last layer, by 255")
    return tensors


def _drawing(channels: int, scale: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return overlapping disks after bicubic down- and upsampling, and the original.

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
    """Return the network's output for (C, H, W) floats."""
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
        first, last, center = k == 1, k == depth, old.shape[2] // 2
        outputs, inputs = old.shape[:2]
        shape = (outputs + (0 if last else channels), inputs + (0 if first else channels))
        weight = np.zeros((*shape, *old.shape[2:]), np.float32)
        weight[:outputs, :inputs] = old
        weight[-channels:, -channels:, center, center] += np.eye(channels, dtype=np.float32)
        more = np.full(0 if last else channels, _SHIFT if first else 0, np.float32)
        out[f"conv{k}.weight"] = weight
        out[f"conv{k}.bias"] = np.concatenate([bias - _SHIFT if last else bias, more])
    return out

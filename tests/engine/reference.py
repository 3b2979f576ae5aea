"""What an upscale must give, worked out without the package: float64, dense matrices, torch's convolution.

And the small networks that it is worked out for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from srcnn.images.color import Color
from srcnn.weights.card import Card
from srcnn.weights.graph import to_onnx

Floats = NDArray[np.float64]
Tensors = Mapping[str, NDArray[np.float32]]

PEAK = {"uint8": 255.0, "uint16": 65535.0, "float32": 1.0, "float64": 1.0}

# Poynton's and MATLAB's BT.601, studio range: what R, G and B in [0, 1] add to Y, Cb, Cr in 0 to 255.
STUDIO = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]])
BLACK = np.array([16.0, 128.0, 128.0])


def near_identity(
    f: tuple[int, ...] = (5, 3, 3),
    n: tuple[int, ...] = (6, 4),
    offset: float = 0.0,
    noise: float = 0.2,
    seed: int = 0,
    channels: int = 1,
) -> dict[str, NDArray[np.float32]]:
    """Weights whose output is the input plus ``offset`` plus something from every random filter.

    Pictures stay pictures, so nothing is hidden by clamping.
    """
    random = np.random.default_rng(seed)
    widths = (channels, *n, channels)
    tensors: dict[str, NDArray[np.float32]] = {}
    last = len(f)
    for k, size in enumerate(f, 1):
        inputs, outputs = widths[k - 1], widths[k]
        weight = random.normal(0, noise / math.sqrt(inputs), (outputs, inputs, size, size))
        bias = random.normal(0, noise / 4, outputs)
        # The picture travels alone in the first channels, and meets the others at the end.
        weight[:channels] *= k == last
        weight[:channels, :channels] = 0
        for c in range(channels):
            weight[c, c, size // 2, size // 2] = 1
        # ReLU must let through what bicubic overshoots below 0.
        bias[:channels] = 1.0 if k == 1 else offset - 1.0 if k == last else 0.0
        tensors[f"conv{k}.weight"] = weight.astype(np.float32)
        tensors[f"conv{k}.bias"] = bias.astype(np.float32)
    return tensors


def weights_file(tensors: Tensors, scale: int = 3, name: str = "test", color: Color = "Y") -> bytes:
    """The bytes of a weights file of these tensors."""
    weights = [value for key, value in tensors.items() if key.endswith(".weight")]
    sizes = tuple(weight.shape[2] for weight in weights)
    filters = tuple(weight.shape[0] for weight in weights[:-1])
    return to_onnx(tensors, Card(name, scale, sizes, filters, color))


def compact_file(scale: int = 3, color: Color = "Y", name: str = "small", seed: int = 0) -> bytes:
    """The bytes of a weights file of a compact network whose every random filter does something."""
    random = np.random.default_rng(seed)
    channels, sizes = (1 if color == "Y" else 3), {"channels": 5, "depth": 2}
    widths = (channels, 5, 5, 5, channels * scale**2)
    tensors: dict[str, NDArray[np.float32]] = {}
    for k in range(1, len(widths)):
        shape = (widths[k], widths[k - 1], 3, 3)
        deviation = 0.3 / math.sqrt(widths[k - 1])
        tensors[f"conv{k}.weight"] = random.normal(0, deviation, shape).astype(np.float32)
        tensors[f"conv{k}.bias"] = random.normal(0, 0.02, widths[k]).astype(np.float32)
    card = Card(name, scale, color=color, architecture="compact", sizes=sizes)
    return to_onnx(tensors, card)


def radius_of(tensors: Tensors) -> int:
    return sum(v.shape[2] // 2 for key, v in tensors.items() if key.endswith(".weight"))


def network(y: Floats, tensors: Tensors) -> Floats:
    """H x W (x 3) through the network: the edge repeated once, then valid convolutions in float64."""
    r = radius_of(tensors)
    planes = np.atleast_3d(y).transpose(2, 0, 1)
    current = torch.from_numpy(np.pad(planes, [(0, 0), (r, r), (r, r)], mode="edge"))[None]
    depth = len(tensors) // 2
    for k in range(1, depth + 1):
        weight = torch.from_numpy(tensors[f"conv{k}.weight"].astype(np.float64))
        bias = torch.from_numpy(tensors[f"conv{k}.bias"].astype(np.float64))
        current = torch.nn.functional.conv2d(current, weight, bias)
        if k < depth:
            current = current.clamp(min=0)
    out: Floats = current[0].numpy().transpose(1, 2, 0).reshape(y.shape)
    return out


def bicubic(image: Floats, size: tuple[int, int]) -> Floats:
    """H x W x C resized by Keys' kernel (a = -0.5), mirrored at the border: one dense matrix each way.

    An axis that shrinks has a kernel as many times as wide, as MATLAB's imresize has it.
    """
    rows, columns = _matrix(image.shape[0], size[0]), _matrix(image.shape[1], size[1])
    out: Floats = np.einsum("ih,hwc,jw->ijc", rows, image, columns, optimize=True)
    return out


def _matrix(old: int, new: int) -> Floats:
    wide = max(1.0, old / new)
    reach = math.ceil(2 * wide) + 1
    mirrored = np.pad(np.arange(old), reach + 1, mode="symmetric")
    dense = np.zeros((new, old))
    for i in range(new):
        centre = (i + 0.5) * old / new - 0.5
        for at in range(math.floor(centre) - reach + 1, math.floor(centre) + reach + 1):
            x = abs(centre - at) / wide
            near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
            dense[i, mirrored[at + reach + 1]] += near if x <= 1 else far if x < 2 else 0.0
    normal: Floats = dense / dense.sum(1, keepdims=True)
    return normal


def bled(low: Floats) -> Floats:
    """Colour given six times to hidden pixels from the mean of their neighbours that have one."""
    out, known = low.copy(), low[..., -1] > 0
    for _ in range(6):
        before, has = out.copy(), known.copy()
        for y, x in np.argwhere(~has):
            around = np.s_[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
            if has[around].any():
                out[y, x, :-1] = before[around][has[around]][:, :-1].mean(0)
                known[y, x] = True
    return out


def expected(
    image: NDArray[Any],
    size: tuple[int, int],
    tensors: Tensors | None,
    color: Color = "Y",
    passes: tuple[int, ...] = (),
) -> Floats:
    """The enlarged picture in [0, 1], not rounded; ``tensors`` None is bicubic alone.

    ``passes``: scales in which the network runs before its result gets its size; without any it has that
    size at once.
    """
    low = image.reshape(*image.shape[:2], -1) / PEAK[str(image.dtype)]
    if low.shape[2] in (2, 4):
        low = bled(low.astype(np.float64))
    gray = low.shape[2] < 3
    if gray and color != "Y":
        low = np.concatenate([low[..., :1]] * 3 + [low[..., 1:]], axis=2)
    to_ycbcr = low.shape[2] >= 3 and color != "RGB"
    if to_ycbcr:
        low = np.concatenate([(low[..., :3] @ STUDIO.T + BLACK) / 255, low[..., 3:]], axis=2)
    out = bicubic(low.astype(np.float64), size)
    if tensors is not None:
        network_s = np.s_[..., 0] if color == "Y" else np.s_[..., :3]
        if passes:
            current = low[network_s].astype(np.float64)
            for scale in passes:
                shape = (current.shape[0] * scale, current.shape[1] * scale)
                large = bicubic(np.atleast_3d(current), shape).reshape(*shape, *current.shape[2:])
                current = network(large, tensors)
            resized = bicubic(np.atleast_3d(current), size)
            out[network_s] = resized.reshape(out[network_s].shape)
        else:
            out[network_s] = network(out[network_s], tensors)
    if to_ycbcr:
        out[..., :3] = (out[..., :3] * 255 - BLACK) @ np.linalg.inv(STUDIO).T
    if gray and color != "Y":
        # The weights of R, G and B in full-range luma; they add up to 1.
        luma = out[..., :3] @ (STUDIO[0] / STUDIO[0].sum())
        out = np.concatenate([luma[..., None], out[..., 3:]], axis=2)
    return np.clip(out, 0, 1).reshape(*size, *image.shape[2:])


def assert_is(actual: NDArray[Any], wanted: Floats) -> None:
    """``actual`` is ``wanted`` (in [0, 1]) rounded to its dtype, but for what float32 is off: 4e-6."""
    assert actual.shape == wanted.shape
    peak = PEAK[str(actual.dtype)]
    allowed = 4e-6 * peak + (0.5 if peak > 1 else 0.0)
    np.testing.assert_allclose(actual * 1.0, wanted * peak, rtol=0, atol=allowed)

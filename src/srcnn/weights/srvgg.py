"""Convert a compact network to the three-channel SRVGGNetCompact that other tools load.

chaiNNer, ComfyUI and others read this published layout (Real-ESRGAN, appendix) through
spandrel. It maps RGB to RGB, so color conversion becomes part of the weights::

    RGB --body.0--> C channels of luma features   | Cb | Cr      (RGB to YCbCr is in the weights)
        --body.2, 4, ...-->  the luma network     | Cb | Cr      (one tap of 1; PReLU of slope 1)
        --last--> 3 s^2 planes + RGB in each --pixel shuffle--> (s h x s w)

The network's luma residual is added to R, G and B alike, times 255 / 219, so the luma of the
result equals the network's own. The last layer also replaces the nearest-neighbor Cb and Cr of
the anchor with bilinear ones, the best that 3 x 3 taps can do; srcnn itself uses bicubic ones.
A network of three channels needs no extra channels.

The layout pads every convolution with zeros, so within the receptive radius of the border
(depth + 2 low-resolution pixels) its output differs from srcnn's, which repeats the edge.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import ModelError
from srcnn.images.color import linear, space_of
from srcnn.weights.architectures.compact import SLOPE
from srcnn.weights.binary import Tensors
from srcnn.weights.card import Card

_Floats = NDArray[np.float64]


def to_srvgg(tensors: Tensors, card: Card) -> dict[str, NDArray[np.float32]]:
    """Return a compact network as the state dict of an SRVGGNetCompact.

    Args:
        tensors: The network's weights by name.
        card: Their card.

    Raises:
        ModelError: The network belongs to another family.
    """
    if card.architecture != "compact":
        why = f"is a network of family {card.architecture}; only compact networks have this layout"
        raise ModelError(card.name, why)
    layers = card.sizes["depth"] + 2
    state: dict[str, NDArray[np.float32]] = {}
    for k in range(1, layers + 1):
        weight, bias = (
            tensors[f"conv{k}.{part}"].astype(np.float64) for part in ("weight", "bias")
        )
        if k == 1:
            weight, bias = _first(weight, bias, card)
        elif k < layers:
            weight, bias = _hidden(weight, bias, card)
        else:
            weight, bias = _last(weight, bias, card)
        place = f"body.{2 * (k - 1)}"
        state |= {f"{place}.weight": _float32(weight), f"{place}.bias": _float32(bias)}
        if k < layers:
            slopes = np.full(len(bias), SLOPE)
            slopes[len(bias) - _extra(card) :] = 1
            state[f"body.{2 * k - 1}.weight"] = _float32(slopes)
    return state


def _extra(card: Card) -> int:
    """Return the number of channels that only pass through: Cb and Cr beside a luma network."""
    return 3 - card.channels


def _first(weight: _Floats, bias: _Floats, card: Card) -> tuple[_Floats, _Floats]:
    """Merge RGB to the network's color space into the first layer, and add Cb and Cr."""
    matrix, black = linear("RGB", space_of(card.color))
    from_rgb = matrix[:, : card.channels]
    weight_rgb = np.einsum("ocij,rc->orij", weight, from_rgb)
    bias = bias + np.einsum("ocij,c->o", weight, black[: card.channels])
    passed = np.zeros((_extra(card), 3, 3, 3))
    passed[:, :, 1, 1] = matrix[:, card.channels :].T
    return np.concatenate([weight_rgb, passed]), np.append(bias, np.zeros(_extra(card)))


def _hidden(weight: _Floats, bias: _Floats, card: Card) -> tuple[_Floats, _Floats]:
    """Pass the extra channels through a hidden layer."""
    extra, width = _extra(card), len(bias)
    whole = np.zeros((width + extra, width + extra, 3, 3))
    whole[:width, :width] = weight
    for c in range(width, width + extra):
        whole[c, c, 1, 1] = 1
    return whole, np.append(bias, np.zeros(extra))


def _last(weight: _Floats, bias: _Floats, card: Card) -> tuple[_Floats, _Floats]:
    """Convert the residual of each output pixel to R, G and B, and make Cb and Cr bilinear."""
    scale, width = card.scale, weight.shape[1]
    to_rgb, _ = linear(space_of(card.color), "RGB")
    steps = weight.reshape(card.channels, scale**2, width, 3, 3)
    made = np.zeros((3, scale**2, width + _extra(card), 3, 3))
    made[:, :, :width] = np.einsum("cpwij,cr->rpwij", steps, to_rgb[: card.channels])
    smoother = _bilinear(scale)
    smoother[:, 1, 1] -= 1  # subtract the nearest neighbor, which the anchor adds
    for c in range(_extra(card)):
        made[:, :, width + c] = np.einsum("r,pij->rpij", to_rgb[card.channels + c], smoother)
    biases = np.einsum("cp,cr->rp", bias.reshape(card.channels, -1), to_rgb[: card.channels])
    return made.reshape(-1, *made.shape[2:]), biases.ravel()


def _bilinear(scale: int) -> _Floats:
    """Return bilinear taps, (scale^2, 3, 3): one row for each output pixel of an input pixel."""
    offsets = (np.arange(scale) + 0.5) / scale - 0.5
    line = np.stack([np.maximum(-offsets, 0), 1 - np.abs(offsets), np.maximum(offsets, 0)], axis=1)
    taps: _Floats = np.einsum("ik,jl->ijkl", line, line)
    return taps.reshape(scale**2, 3, 3)


def _float32(values: _Floats) -> NDArray[np.float32]:
    return np.ascontiguousarray(values, np.float32)

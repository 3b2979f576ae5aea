"""What a network has learned: the filters of its first layer, and what each layer makes of a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray

from srcnn.models.srcnn import SRCNN

_SHOWN = 16
"""Feature maps of a layer that are drawn at most."""


def filters_figure(networks: Mapping[str, SRCNN]) -> Figure:
    """The first layer's filters of each network as tiles, those of the largest variance first (Figure 5).

    Grey is 0, and each filter has its own contrast.
    """
    figure = Figure(figsize=(3.4 * len(networks), 3.7), layout="constrained")
    for place, (name, network) in enumerate(networks.items(), 1):
        weights = network.layers[0].weight.detach().numpy().mean(1)
        order = np.argsort(weights.reshape(len(weights), -1).var(axis=1))[::-1]
        tiles = [kernel / (np.abs(kernel).max() or 1) for kernel in weights[order]]
        axes = figure.add_subplot(1, len(networks), place)
        axes.imshow(_tiled(tiles, -1.0), cmap="gray", vmin=-1, vmax=1)
        axes.set_title(name, fontsize=11)
        axes.set_axis_off()
    return figure


def features_figure(network: SRCNN, y: NDArray[Any]) -> Figure:
    """Feature maps of each hidden layer for ``y``, the bicubic luma (H x W in [0, 1]), and the output.

    Of each layer the maps of the largest variance; white is that map's largest value (Figure 6).
    """
    maps = layer_outputs(network, y)
    figure = Figure(figsize=(4 * len(maps), 4.4), layout="constrained")
    for place, (title, planes) in enumerate(maps.items(), 1):
        shown = sorted(planes, key=lambda plane: -float(plane.var()))[:_SHOWN]
        tiles = [(plane - plane.min()) / (np.ptp(plane) or 1) for plane in shown]
        axes = figure.add_subplot(1, len(maps), place)
        axes.imshow(_tiled(tiles, 1.0), cmap="gray", vmin=0, vmax=1)
        axes.set_title(title, fontsize=11)
        axes.set_axis_off()
    return figure


def layer_outputs(network: SRCNN, y: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """F1, F2, ... (eq. 1 and 2) and F: C x H' x W' each, of valid convolutions, so smaller than ``y``.

    Of a network of fp32 weights; a binary one shifts its input and adds it to F.
    """
    outputs: dict[str, NDArray[Any]] = {}
    values = torch.from_numpy(np.asarray(y, np.float32))[None, None]
    *hidden, last = network.layers
    with torch.no_grad():
        for k, layer in enumerate(hidden, 1):
            values = torch.relu(layer(values))
            outputs[f"F{k}: {values.shape[1]} maps"] = values[0].numpy()
        outputs["F"] = last(values)[0].numpy()
    return outputs


def _tiled(tiles: Sequence[NDArray[Any]], gap: float) -> NDArray[Any]:
    """Tiles of one size side by side, a line of ``gap`` between them."""
    height, width = tiles[0].shape
    columns = math.ceil(math.sqrt(len(tiles)))
    rows = math.ceil(len(tiles) / columns)
    sheet = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), gap)
    for k, tile in enumerate(tiles):
        top, left = k // columns * (height + 1), k % columns * (width + 1)
        sheet[top : top + height, left : left + width] = tile
    return sheet

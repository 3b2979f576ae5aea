"""What a network has learned: the filters of its first layer, and the feature maps of an image."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray

from srcnn.models.srcnn import SRCNN

_SHOWN = 16
"""Largest number of feature maps drawn per layer."""


def filters_figure(networks: Mapping[str, SRCNN]) -> Figure:
    """Draw the first-layer filters of each network as tiles, by descending variance.

    This is the paper's figure 5. Gray is 0, and each filter has its own contrast.
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


def features_figure(network: SRCNN, y: NDArray[np.number]) -> Figure:
    """Draw the feature maps of each hidden layer, and the output (paper, figure 6).

    Each layer shows its maps with the largest variance. White is the largest value of a map.

    Args:
        network: The network.
        y: The bicubic luma, (H, W) in [0, 1].
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


def layer_outputs(network: SRCNN, y: NDArray[np.number]) -> dict[str, NDArray[np.number]]:
    """Return F1, F2, ... (paper, eq. 1 and 2) and F, each (C, H', W').

    Convolutions are valid, so the outputs are smaller than ``y``. The weights must be fp32: a
    binary network shifts its input and adds it to F.
    """
    outputs: dict[str, NDArray[np.number]] = {}
    values = torch.from_numpy(np.asarray(y, np.float32))[None, None]
    *hidden, last = network.layers
    with torch.no_grad():
        for k, layer in enumerate(hidden, 1):
            values = torch.relu(layer(values))
            outputs[f"F{k}: {values.shape[1]} maps"] = values[0].numpy()
        outputs["F"] = last(values)[0].numpy()
    return outputs


def _tiled(tiles: Sequence[NDArray[np.number]], gap: float) -> NDArray[np.number]:
    """Return tiles of the same size in a grid, separated by lines of value ``gap``."""
    height, width = tiles[0].shape
    columns = math.ceil(math.sqrt(len(tiles)))
    rows = math.ceil(len(tiles) / columns)
    sheet = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), gap)
    for k, tile in enumerate(tiles):
        top, left = k // columns * (height + 1), k % columns * (width + 1)
        sheet[top : top + height, left : left + width] = tile
    return sheet

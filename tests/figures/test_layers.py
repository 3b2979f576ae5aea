"""What a network has learned, as pictures: the layers are the paper's, the tiles in order."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.signal import correlate2d

from srcnn.figures.layers import features_figure, filters_figure, layer_outputs
from srcnn.models.srcnn import SRCNN


@pytest.fixture
def network() -> SRCNN:
    torch.manual_seed(1)
    return SRCNN((5, 1, 3), (4, 3))


def test_layers_are_the_paper_s(network: SRCNN, photo: NDArray[np.uint8]) -> None:
    """F1 by scipy's correlation, and the last is what the network gives without padding."""
    y = photo[:40, :50, 1] / 255
    outputs = layer_outputs(network, y)
    assert list(outputs) == ["F1: 4 maps", "F2: 3 maps", "F"]
    weight, bias = (network.tensors()[f"conv1.{part}"] for part in ("weight", "bias"))
    for k in range(4):
        wanted = np.maximum(0, correlate2d(y, weight[k, 0], "valid") + bias[k])
        assert np.abs(outputs["F1: 4 maps"][k] - wanted).max() < 1e-5
    whole = network(torch.from_numpy(y).float()[None, None], pad=False)[0]
    assert np.array_equal(outputs["F"], whole.detach().numpy())


def test_filters_stand_in_order_of_their_variance(network: SRCNN) -> None:
    """Four 5 x 5 tiles in two rows, each scaled by its own largest value."""
    figure = filters_figure({"one": network, "two": network})
    assert [axes.get_title() for axes in figure.axes] == ["one", "two"]
    sheet = np.asarray(figure.axes[0].images[0].get_array())
    assert sheet.shape == (11, 11)
    kernels = network.tensors()["conv1.weight"][:, 0]
    strongest = max(kernels, key=lambda kernel: float(kernel.var()))
    assert np.allclose(sheet[:5, :5], strongest / np.abs(strongest).max())
    weakest = min(kernels, key=lambda kernel: float(kernel.var()))
    assert np.allclose(sheet[6:, 6:], weakest / np.abs(weakest).max())


def test_feature_maps(network: SRCNN, photo: NDArray[np.uint8]) -> None:
    figure = features_figure(network, photo[:40, :50, 1] / 255)
    assert [axes.get_title() for axes in figure.axes] == ["F1: 4 maps", "F2: 3 maps", "F"]
    for axes in figure.axes:
        sheet = np.asarray(axes.images[0].get_array())
        assert (sheet.min(), sheet.max()) == (0, 1)

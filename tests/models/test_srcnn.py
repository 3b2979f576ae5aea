"""The paper's network: its counts, its equations, its borders."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import srcnn
from srcnn.errors import ModelError, UsageError
from srcnn.evaluation.protocol import PROTOCOLS, degraded
from srcnn.evaluation.reference import Original
from srcnn.images.quantize import to_uint8
from srcnn.metrics import psnr
from srcnn.models.srcnn import PRESETS, SRCNN, init_he, init_paper
from srcnn.weights.store import find


@pytest.mark.parametrize(
    ("name", "weights", "radius"), [("9-1-5", 8_032, 6), ("9-3-5", 24_416, 7), ("9-5-5", 57_184, 8)]
)
def test_presets_have_the_counts_of_the_paper(name: str, weights: int, radius: int) -> None:
    model = SRCNN(PRESETS[name])
    assert model.parameters_without_biases == weights
    assert model.radius == radius


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("f", [(9, 1, 5), (5, 3, 3), (9, 1, 1, 5)])
def test_equations_1_to_3(f: tuple[int, ...], channels: int) -> None:
    """A pixel of the output is what the paper's formulas give, worked out in numpy in float64."""
    torch.manual_seed(0)
    model = SRCNN(f, (6, 5, 4)[: len(f) - 1], channels).double()
    y = torch.rand(1, channels, 20, 19, dtype=torch.float64)
    out = model(y, pad=False)[0].detach().numpy()
    current = y[0].numpy()
    for k, layer in enumerate(model.layers, 1):
        weight, bias = (p.detach().numpy() for p in layer.parameters())
        size = f[k - 1]
        windows = np.lib.stride_tricks.sliding_window_view(current, (size, size), (1, 2))
        current = np.einsum("chwij,ncij->nhw", windows, weight) + bias[:, None, None]
        if k < len(f):
            current = np.maximum(0, current)
    np.testing.assert_allclose(out, current, atol=1e-12)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (23, 17)])
def test_size_stays_and_borders_repeat_the_edge(size: tuple[int, int]) -> None:
    model = SRCNN((9, 3, 5), (4, 3))
    y = torch.rand(2, 1, *size)
    padded = torch.from_numpy(np.pad(y.numpy(), ((0, 0), (0, 0), (7, 7), (7, 7)), mode="edge"))
    out = model(y)
    assert out.shape == y.shape
    torch.testing.assert_close(out, model(padded, pad=False))


def test_the_paper_s_init() -> None:
    torch.manual_seed(0)
    model = SRCNN((9, 5, 5))
    init_paper(model)
    weights = torch.cat([layer.weight.detach().flatten() for layer in model.layers])
    assert abs(float(weights.mean())) < 5e-5
    assert float(weights.std()) == pytest.approx(0.001, rel=0.02)
    assert all(not layer.bias.any() for layer in model.layers if layer.bias is not None)


def test_he_init_keeps_the_variance() -> None:
    torch.manual_seed(0)
    model = SRCNN((9, 5, 5))
    init_he(model)
    for layer in model.layers[:-1]:
        fan_in = layer.weight[0].numel()
        assert float(layer.weight.detach().std()) == pytest.approx((2 / fan_in) ** 0.5, rel=0.05)


def test_shape_is_read_from_the_weights() -> None:
    model = SRCNN((5, 3, 3, 7), (8, 7, 6), channels=3)
    again = SRCNN.from_state_dict(model.state_dict())
    assert (again.f, again.n, again.channels) == (model.f, model.n, 3)
    y = torch.rand(1, 3, 9, 9)
    torch.testing.assert_close(again(y), model(y), rtol=0, atol=0)


@pytest.mark.parametrize(
    "arguments", [((9,), ()), ((9, 2, 5), (64, 32)), ((9, 1, 5), (64,)), ((9, 1, 5), (0, 3))]
)
def test_impossible_shapes_are_refused(
    arguments: tuple[tuple[int, ...], tuple[int, ...]],
) -> None:
    with pytest.raises(UsageError):
        SRCNN(*arguments)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_from_pretrained_sharpens(scale: int, photo: NDArray[np.uint8]) -> None:
    model = srcnn.SRCNN.from_pretrained("srcnn-915", scale=scale)
    assert model.parameters_without_biases == 8_032
    channels = Original("photo", photo, PROTOCOLS["paper"]).channels("Y")
    truth, made = degraded(channels, scale, "photo")
    enlarged = made.enlarged
    with torch.no_grad():
        result = model(torch.from_numpy(enlarged)[None, None].float())[0, 0].numpy()
    # Half a dB above bicubic on an ordinary photograph: no identity, no noise, the right scale.
    assert psnr(to_uint8(result), truth) > psnr(to_uint8(enlarged), truth) + 0.5
    with pytest.raises(ModelError, match="trained for"):
        srcnn.SRCNN.from_pretrained(str(find("srcnn-915", scale)), scale=5)

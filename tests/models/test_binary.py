"""The binarizer against its closed form, and the network against convolutions of weights +-alpha."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from torch import Tensor

import srcnn
from srcnn.errors import ModelError
from srcnn.models.binary import Binarize, BinarySRCNN
from srcnn.models.registry import network_of
from srcnn.models.srcnn import SRCNN, init_he

from ..weights.reference import binary_network, card_of, random_bits, random_tensors

SHAPES = [((9, 1, 5), (64, 32), 1), ((5, 3, 3), (5, 3), 3), ((9, 1, 1, 5), (8, 4, 4), 1)]
Floats = NDArray[np.float64]

FILTERS = hnp.array_shapes(min_dims=4, max_dims=4, max_side=3)
NUMBERS = st.one_of(st.sampled_from([0.0, -0.0, 1.0, -1.0]), st.floats(-2, 2, width=32))


def binarize(weight: Tensor) -> Tensor:
    out: Tensor = Binarize.apply(weight)  # type: ignore[no-untyped-call]
    return out


def by_hand(weight: Floats, gradient: Floats) -> tuple[Floats, Floats]:
    """(binary weights, gradient of the latent ones): one weight after the other, with no matrices."""
    out, back = np.zeros_like(weight), np.zeros_like(weight)
    for filter_ in range(len(weight)):
        w, g = weight[filter_].ravel(), gradient[filter_].ravel()
        alpha = sum(abs(x) for x in w) / len(w)
        s = [1 if x >= 0 else -1 for x in w]
        out[filter_].flat = [alpha * sign for sign in s]
        for i in range(len(w)):
            # B_j = alpha s_j, so weight i moves every B_j by s_j times d alpha / d w_i = s_i / N,
            moved = sum(g[j] * s[j] * s[i] / len(w) for j in range(len(w)))
            # and B_i by alpha, as if the sign were the weight itself between -1 and 1.
            back[filter_].flat[i] = moved + (alpha * g[i] if abs(w[i]) <= 1 else 0)
    return out, back


@settings(deadline=None, max_examples=80)
@given(data=st.data())
def test_forward_and_backward_are_the_closed_form(data: st.DataObject) -> None:
    """Zeros of both signs, weights at the clip, ones of either side of it."""
    shape = data.draw(FILTERS)
    weight, gradient = (data.draw(hnp.arrays(np.float64, shape, elements=NUMBERS)) for _ in "wg")
    latent = torch.tensor(weight, requires_grad=True)
    out = binarize(latent)
    (out * torch.tensor(gradient)).sum().backward()  # type: ignore[no-untyped-call]
    assert latent.grad is not None
    wanted, wanted_back = by_hand(weight, gradient)
    np.testing.assert_allclose(out.detach().numpy(), wanted, atol=1e-12)
    np.testing.assert_allclose(latent.grad.numpy(), wanted_back, atol=1e-12)


def test_a_filter_of_zeros_and_the_sign_of_zero() -> None:
    weight = torch.tensor([[0.0, -2.0], [0.0, -0.0]]).reshape(2, 2, 1, 1)
    np.testing.assert_array_equal(binarize(weight).flatten().numpy(), [1, -1, 0, 0])


def test_outside_the_clip_the_gradient_is_the_derivative() -> None:
    """There signs do not change and nothing goes straight through: what is left is exact."""
    torch.manual_seed(0)
    weight = torch.randn(3, 2, 3, 3, dtype=torch.float64)
    weight = (weight + weight.sign() * 1.01).requires_grad_()
    assert torch.autograd.gradcheck(binarize, (weight,))


def test_inside_the_clip_it_is_the_derivative_and_what_goes_straight_through() -> None:
    """Central differences of a loss through a convolution, in float64."""
    random = np.random.default_rng(0)
    weight = random.uniform(0.1, 0.9, (2, 2, 3, 3)) * random.choice((-1, 1), (2, 2, 3, 3))
    x = torch.tensor(random.normal(size=(1, 2, 8, 7)))

    def loss(latent: Tensor) -> Tensor:
        return torch.nn.functional.conv2d(x, binarize(latent)).square().sum()

    numeric = np.zeros_like(weight)
    for at in np.ndindex(weight.shape):
        step = np.zeros_like(weight)
        step[at] = 1e-5
        ends = [loss(torch.tensor(weight + way * step)).item() for way in (1, -1)]
        numeric[at] = (ends[0] - ends[1]) / 2e-5
    latent = torch.tensor(weight, requires_grad=True)
    binary = binarize(latent)
    binary.retain_grad()
    torch.nn.functional.conv2d(x, binary).square().sum().backward()  # type: ignore[no-untyped-call]
    assert latent.grad is not None
    assert binary.grad is not None
    alpha = np.abs(weight).mean(axis=(1, 2, 3), keepdims=True)
    straight = alpha * binary.grad.numpy()
    assert np.abs(straight).max() > 0.1 * np.abs(numeric).max(), "there is nothing to see"
    np.testing.assert_allclose(latent.grad.numpy(), numeric + straight, rtol=1e-6, atol=1e-6)


def latent_network(f: tuple[int, ...], n: tuple[int, ...], channels: int) -> BinarySRCNN:
    torch.manual_seed(0)
    model = BinarySRCNN(f, n, channels)
    init_he(model)
    with torch.no_grad():
        for layer in model.layers:
            layer.bias.normal_(0, 0.05)  # type: ignore[union-attr]
    return model


@torch.no_grad()
def run(model: SRCNN, batch: NDArray[Any], pad: bool = False) -> NDArray[np.float32]:
    out: NDArray[np.float32] = model(torch.from_numpy(batch), pad=pad).numpy()
    return out


@pytest.mark.parametrize(("f", "n", "channels"), SHAPES)
def test_the_network_is_convolutions_of_two_numbers(
    f: tuple[int, ...], n: tuple[int, ...], channels: int
) -> None:
    """A trained network gives what its latent weights say, and so does the one of its bits."""
    model = latent_network(f, n, channels)
    plain = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    for name, weight in plain.items():
        if name.endswith("weight"):
            mean = np.abs(weight.astype(np.float64)).mean(axis=(1, 2, 3), keepdims=True)
            plain[name] = np.where(weight >= 0, mean, -mean).astype(np.float32)
    side = 2 * model.radius
    batch = np.random.default_rng(0).random((2, channels, side + 5, side + 8), dtype=np.float32)
    centred = binary_network(plain, batch - np.float32(0.5)) + 0.5
    np.testing.assert_allclose(run(model, batch), centred, atol=1e-5)
    again = BinarySRCNN.from_tensors(model.tensors())
    np.testing.assert_allclose(run(again, batch), run(model, batch), atol=1e-6)
    assert_same(again.tensors(), model.tensors())


@pytest.mark.parametrize(("f", "n", "channels"), SHAPES)
def test_stored_bits_give_the_same_picture(
    f: tuple[int, ...], n: tuple[int, ...], channels: int
) -> None:
    bits, plain = random_bits(f, n, channels)
    model = network_of(bits, card_of(f, n, channels, weights="binary"))
    assert isinstance(model, BinarySRCNN)
    side = 2 * model.radius
    batch = np.random.default_rng(0).random((1, channels, side + 1, side + 9), dtype=np.float32)
    np.testing.assert_allclose(run(model, batch), binary_network(plain, batch), atol=1e-5)
    assert_same(model.tensors(), bits)


def assert_same(tensors: dict[str, NDArray[Any]], wanted: dict[str, NDArray[Any]]) -> None:
    """Bits and factors to the last bit; the first biases to rounding, as the shift goes in and out."""
    assert list(tensors) == list(wanted)
    for name, tensor in wanted.items():
        atol = 1e-6 if name == "conv1.bias" else 0
        np.testing.assert_allclose(tensors[name], tensor, rtol=0, atol=atol)
        assert tensors[name].dtype == tensor.dtype


def test_borders_repeat_the_edge() -> None:
    model = latent_network((5, 3, 3), (4, 3), 1)
    r = model.radius
    y = np.random.default_rng(0).random((1, 1, 6, 7), dtype=np.float32)
    padded = np.pad(y, [(0, 0), (0, 0), (r, r), (r, r)], mode="edge")
    np.testing.assert_array_equal(run(model, y, pad=True), run(model, padded))


def test_each_kind_opens_its_own_weights() -> None:
    bits, _ = random_bits((3, 1, 3), (3, 2))
    plain = random_tensors((3, 1, 3), (3, 2))
    with pytest.raises(ModelError, match="contains binary weights; open it with BinarySRCNN"):
        SRCNN.from_tensors(bits)
    with pytest.raises(ModelError, match="contains no binary weights; open it with SRCNN"):
        BinarySRCNN.from_tensors(plain)
    assert type(network_of(plain, card_of((3, 1, 3), (3, 2)))) is SRCNN
    assert srcnn.BinarySRCNN is BinarySRCNN


def test_latent_weights_are_kept_by_the_state_dict() -> None:
    """Training continues from the numbers, not from the bits."""
    model = latent_network((3, 1, 3), (3, 2), 1)
    again = BinarySRCNN.from_state_dict(model.state_dict())
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(again.state_dict()[name].numpy(), value.numpy())

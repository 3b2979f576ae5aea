"""The residual form is another way to train the same network: it folds exactly."""

from __future__ import annotations

import pytest
import torch

from srcnn.errors import UsageError
from srcnn.models.residual import ResidualSRCNN, unfold
from srcnn.models.srcnn import SRCNN, init_he

SHAPES = [
    ((9, 1, 5), (64, 32), 1),
    ((9, 5, 5), (64, 32), 1),
    ((9, 1, 1, 5), (16, 8, 8), 1),
    ((9, 1, 5), (64, 32), 3),
    ((5, 3, 1, 3), (9, 4, 5), 3),
]


def trained(f: tuple[int, ...], n: tuple[int, ...], channels: int = 1) -> ResidualSRCNN:
    torch.manual_seed(0)
    model = ResidualSRCNN(f, n, channels)
    init_he(model.g)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    return model


@pytest.mark.parametrize(("f", "n", "channels"), SHAPES)
def test_folds_to_the_plain_network(f: tuple[int, ...], n: tuple[int, ...], channels: int) -> None:
    """Same output to 1e-6 (in float64, where only rounding is left), overshoots below 0 and above 1 too."""
    model = trained(f, n, channels).double()
    plain = model.fold().double()
    assert plain.f == f
    assert plain.n == n
    assert plain.channels == channels
    x = torch.rand(2, channels, 40, 33, dtype=torch.float64) * 1.6 - 0.3
    torch.testing.assert_close(plain(x, pad=False), model(x), rtol=0, atol=1e-6)


def test_fold_in_float32() -> None:
    model = trained((9, 1, 5), (64, 32))
    x = torch.rand(1, 1, 48, 48)
    torch.testing.assert_close(model.fold()(x, pad=False), model(x), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("f", "n", "channels"), SHAPES)
def test_unfold_is_the_inverse(f: tuple[int, ...], n: tuple[int, ...], channels: int) -> None:
    model = trained(f, n, channels)
    again = unfold(model.fold())
    x = torch.rand(1, channels, 30, 30)
    torch.testing.assert_close(again(x), model(x), rtol=0, atol=1e-5)


def test_only_folded_networks_unfold() -> None:
    with pytest.raises(UsageError, match="residual"):
        unfold(SRCNN((9, 1, 5)))

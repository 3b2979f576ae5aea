"""The residual form is another way to train the same network: it folds exactly."""

from __future__ import annotations

import pytest
import torch

from srcnn.errors import UsageError
from srcnn.models.residual import ResidualSRCNN, unfold
from srcnn.models.srcnn import SRCNN, init_he

SHAPES = [((9, 1, 5), (64, 32)), ((9, 5, 5), (64, 32)), ((9, 1, 1, 5), (16, 8, 8))]


def trained(f: tuple[int, ...], n: tuple[int, ...]) -> ResidualSRCNN:
    torch.manual_seed(0)
    model = ResidualSRCNN(f, n)
    init_he(model.g)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    return model


@pytest.mark.parametrize(("f", "n"), SHAPES)
def test_folds_to_the_plain_network(f: tuple[int, ...], n: tuple[int, ...]) -> None:
    """Same output to 1e-6 (in float64, where only rounding is left), overshoots below 0 and above 1 too."""
    model = trained(f, n).double()
    plain = model.fold().double()
    assert plain.f == f
    assert plain.n == n
    x = torch.rand(2, 1, 40, 33, dtype=torch.float64) * 1.6 - 0.3
    torch.testing.assert_close(plain(x, pad=False), model(x), rtol=0, atol=1e-6)


def test_fold_in_float32() -> None:
    model = trained((9, 1, 5), (64, 32))
    x = torch.rand(1, 1, 48, 48)
    torch.testing.assert_close(model.fold()(x, pad=False), model(x), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("f", "n"), SHAPES)
def test_unfold_is_the_inverse(f: tuple[int, ...], n: tuple[int, ...]) -> None:
    model = trained(f, n)
    again = unfold(model.fold())
    x = torch.rand(1, 1, 30, 30)
    torch.testing.assert_close(again(x), model(x), rtol=0, atol=1e-5)


def test_only_folded_networks_unfold() -> None:
    with pytest.raises(UsageError, match="residual"):
        unfold(SRCNN((9, 1, 5)))

"""Losses against their formulas, and SSIM against the judge's on a picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from srcnn.evaluation.protocol import PROTOCOLS, degraded
from srcnn.evaluation.reference import Original
from srcnn.metrics.ssim import ssim
from srcnn.training.losses import LOSSES, over_channels


@pytest.fixture
def pictures(photo: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The bicubic picture and the truth of a photograph, 288 x 288, in [0, 1]."""
    channels = Original("photo", photo, PROTOCOLS["paper"]).channels("Y")
    truth, made = degraded(channels, 3, "photo")
    return made.enlarged, truth / 255


def batch(*pictures: NDArray[np.float64]) -> Tensor:
    return torch.from_numpy(np.stack(pictures)[:, None]).float()


def test_ssim_is_the_judge_s(
    pictures: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    """Each sample by itself, in float32, also where a sky leaves next to no variance."""
    enlarged, truth = pictures
    a = [enlarged, enlarged * 0.01 + 0.9, truth]
    b = [truth, truth * 0.01 + 0.9, truth]
    loss = LOSSES["ssim"](batch(*a), batch(*b))[:, 0].numpy()
    wanted = [1 - ssim(x, y) for x, y in zip(a, b, strict=True)]
    assert wanted[0] > 0.05
    np.testing.assert_allclose(loss, wanted, atol=2e-5)


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("mse", lambda d: d**2),
        ("euclidean", lambda d: d**2 * np.size(d) / 2),
        ("l1", np.abs),
        ("charbonnier", lambda d: np.sqrt(d**2 + 1e-6)),
    ],
)
def test_pixelwise_losses(
    pictures: tuple[NDArray[np.float64], NDArray[np.float64]], name: str, of: np.ufunc
) -> None:
    enlarged, truth = pictures
    loss = LOSSES[name](batch(enlarged, truth), batch(truth, truth))[:, 0].numpy()
    np.testing.assert_allclose(loss, [of(enlarged - truth).mean(), of(0.0)], rtol=1e-4, atol=1e-9)


def test_ssim_of_three_channels_is_the_judge_s(photo: NDArray[np.uint8]) -> None:
    truth = photo[:64, :60] / 255
    picture = truth**1.1
    a, b = (torch.from_numpy(np.moveaxis(x, 2, 0)[None]).float() for x in (picture, truth))
    loss = LOSSES["ssim"](a, b)
    assert loss.shape == (1, 3)
    for c in range(3):
        assert float(loss[0, c]) == pytest.approx(
            1 - ssim(picture[..., c], truth[..., c]), abs=2e-5
        )
    assert float(over_channels(loss, None)) == pytest.approx(1 - ssim(picture, truth), abs=2e-5)


def test_channels_count_by_their_weights() -> None:
    losses = torch.tensor([[1.0, 2.0, 6.0], [0.0, 4.0, 8.0]])
    assert over_channels(losses, None).tolist() == [3, 4]
    assert over_channels(losses, (1, 0, 0)).tolist() == [1, 0]
    assert over_channels(losses, (0, 3, 1)).tolist() == [3, 5]


def test_euclidean_is_half_the_sum_over_all_channels() -> None:
    y, truth = torch.ones(2, 3, 5, 7), torch.zeros(2, 3, 5, 7)
    assert over_channels(LOSSES["euclidean"](y, truth), None).tolist() == [52.5, 52.5]


@pytest.mark.parametrize("name", LOSSES)
def test_going_downhill_leads_to_the_truth(
    pictures: tuple[NDArray[np.float64], NDArray[np.float64]], name: str
) -> None:
    """Gradients are finite, also where output and truth are equal, and lead from bicubic to the truth."""
    enlarged, truth = (batch(picture[96:128, 96:128]) for picture in pictures)
    y = enlarged.clone().requires_grad_()
    optimizer = torch.optim.Adam([y], lr=3e-3)
    before = float((y - truth).detach().abs().mean())
    for _ in range(200):
        (y.grad,) = torch.autograd.grad(LOSSES[name](y, truth).sum(), y)
        optimizer.step()
    assert float((y - truth).detach().abs().mean()) < before / 4
    same = truth.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(LOSSES[name](same, truth).sum(), same)
    assert torch.isfinite(gradient).all()

"""A network in training, with its optimizer and the moving average of its weights."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from srcnn.data.patches import Batch
from srcnn.models.base import TorchNetwork
from srcnn.training.config import Recipe
from srcnn.training.losses import LOSSES, over_channels
from srcnn.training.optimizer import ema_decay, learning_rate, make_optimizer, update_average
from srcnn.training.state import TrainState


class Learner:
    """A network on the device of ``fabric``, its moving average and its optimizer."""

    def __init__(self, recipe: Recipe, model: TorchNetwork, fabric: Fabric) -> None:
        """Move the network to the device, copy it for the average, and make the optimizer."""
        self.model = model
        self._recipe, self._fabric = recipe, fabric
        self._average = copy.deepcopy(model).requires_grad_(False)
        optimizer = make_optimizer(recipe, model)
        self._wrapped, self._optimizer = fabric.setup(_channels_last(model), optimizer)
        self._average.to(fabric.device)

    @property
    def kept(self) -> TorchNetwork:
        """Network that is validated and saved: the moving average, if there is one."""
        return self._average if self._recipe.ema else self.model

    def step(self, step: int, batch: Sequence[Tensor]) -> float:
        """Take one step, counted from 0, on this process's `share` of a batch; return the loss."""
        lr = learning_rate(self._recipe, step)
        for group in self._optimizer.param_groups:
            group["lr"] = lr * group["factor"]
        loss = update(self._recipe, self._fabric, self._wrapped, self._optimizer, batch).item()
        if self._recipe.ema:
            update_average(self._average, self.model, ema_decay(self._recipe, step))
        return loss

    def is_finite(self) -> bool:
        """Return whether all weights are finite."""
        return all(bool(weight.isfinite().all()) for weight in self.model.parameters())

    def folded(self) -> Learner:
        """Return a learner that continues with `kept` folded, or itself if that is plain."""
        plain = self.kept.fold()
        return self if plain is self.kept else Learner(self._recipe, plain, self._fabric)

    def save_to(self, state: TrainState) -> None:
        """Write the network, the average and the optimizer into ``state``."""
        state.model = self.model.state_dict()
        state.average = self._average.state_dict()
        state.optimizer = self._optimizer.state_dict()

    def load_from(self, state: TrainState) -> None:
        """Restore the network, the average and the optimizer from ``state``."""
        self.model.load_state_dict(state.model)
        self._average.load_state_dict(state.average)
        self._optimizer.load_state_dict(state.optimizer)


def update(
    recipe: Recipe, fabric: Fabric, wrapped: Any, optimizer: Any, batch: Sequence[Tensor]
) -> Tensor:
    """Take one optimizer step.

    Args:
        recipe: Names the loss, the channel weights and the largest gradient norm.
        fabric: Runs the backward pass.
        wrapped: The network, as ``fabric`` set it up.
        optimizer: Its optimizer, as ``fabric`` set it up.
        batch: Input and truth, (N, C, H, W) float32 around [0, 1], and the weight of each sample,
            (N,).

    Returns:
        The loss before the step, a scalar.
    """
    x, truth, weights = batch
    y = wrapped(x, pad=False).float()
    losses = over_channels(LOSSES[recipe.loss](y, truth), recipe.channel_weights)
    loss = (losses * weights).mean()
    optimizer.zero_grad()
    fabric.backward(loss)
    if recipe.clip:
        # A norm that is not finite shows in the loss, which the caller checks.
        fabric.clip_gradients(wrapped, optimizer, max_norm=recipe.clip, error_if_nonfinite=False)
    optimizer.step()
    return loss


def share(batch: Batch, fabric: Fabric) -> list[Tensor]:
    """Return this process's part of a batch, on its device. All parts have the same size."""
    return [
        torch.from_numpy(part[fabric.global_rank :: fabric.world_size]).to(fabric.device)
        for part in batch
    ]


def _channels_last(model: nn.Module) -> nn.Module:
    # torch's type stubs leave out this form of `to`.
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

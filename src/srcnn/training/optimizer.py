"""The optimizer, its learning rate at every step, and the moving average of the weights."""

from __future__ import annotations

import math

import torch
from torch import nn

from srcnn.models.base import TorchNetwork
from srcnn.training.config import Recipe
from srcnn.training.soap import Soap


def make_optimizer(recipe: Recipe, model: TorchNetwork) -> torch.optim.Optimizer:
    """Return SOAP, Adam or SGD with momentum.

    Each layer's weights and biases have their own factor on the learning rate.
    """
    factors = recipe.layer_lr or (1.0,) * len(model.layers)
    groups = [
        {"params": [parameter], "factor": factor * share}
        for layer, factor in zip(model.layers, factors, strict=True)
        for parameter, share in zip(layer.parameters(), (1.0, recipe.bias_lr), strict=True)
    ]
    if recipe.optimizer == "soap":
        return Soap(groups, lr=recipe.lr)
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=recipe.lr, momentum=recipe.momentum)
    return torch.optim.Adam(groups, lr=recipe.lr)


def learning_rate(recipe: Recipe, step: int) -> float:
    """Return the learning rate of a step, counted from 0.

    After the warm-up the rate is constant, falls in steps, or follows half a cosine to 0. Free
    steps have their own warm-up and cosine.
    """
    if step >= recipe.folded_at:
        since, length = step - recipe.folded_at, recipe.free_steps
        return recipe.free_lr * _warmth(recipe, since) * _cosine(since / length)
    begun = [0, *(restart for restart in recipe.restarts if restart <= step)]
    since = step - begun[-1]
    lr = recipe.lr * 0.5 ** (len(begun) - 1) * _warmth(recipe, since)
    if recipe.schedule == "cosine":
        length = [*recipe.restarts, recipe.folded_at][len(begun) - 1] - begun[-1]
        return lr * _cosine(since / length)
    return lr * recipe.gamma ** sum(milestone <= step for milestone in recipe.milestones)


def _warmth(recipe: Recipe, since: int) -> float:
    return min(1.0, (since + 1) / max(1, recipe.warmup))


def _cosine(part: float) -> float:
    """Return half a cosine that falls from 1 to 0 as ``part`` rises from 0 to 1."""
    return 0.5 * (1 + math.cos(math.pi * part))


def ema_decay(recipe: Recipe, step: int) -> float:
    """Return the decay of the moving average at a step.

    It starts small, so that the average soon forgets the initial weights.
    """
    return min(recipe.ema, (1 + step) / (10 + step))


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Set average to decay * average + (1 - decay) * model, in place."""
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)

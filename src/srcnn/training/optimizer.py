"""What moves the weights: the optimiser, its rate at every step, and the average that is kept."""

from __future__ import annotations

import math

import torch
from torch import nn

from srcnn.models.base import TorchNetwork
from srcnn.training.config import Recipe
from srcnn.training.soap import Soap


def make_optimizer(recipe: Recipe, model: TorchNetwork) -> torch.optim.Optimizer:
    """SOAP, Adam, or SGD with momentum; each layer's weights and biases have their factors on the rate."""
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
    """The rate of a step, counted from 0: after the warm-up constant, in steps, or half a cosine to 0.

    Free steps have a warm-up and a cosine of their own.
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
    """From 1 to 0 as ``part`` goes from 0 to 1."""
    return 0.5 * (1 + math.cos(math.pi * part))


def ema_decay(recipe: Recipe, step: int) -> float:
    """The decay of a step: early averages are short, so that the first weights are soon forgotten."""
    return min(recipe.ema, (1 + step) / (10 + step))


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    """average <- decay * average + (1 - decay) * model, in place."""
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)

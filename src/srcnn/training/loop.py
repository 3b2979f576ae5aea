"""The loop: one for every recipe. Devices and precision are Lightning Fabric's."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn

from srcnn.data.patches import PatchSampler
from srcnn.models.residual import ResidualSRCNN
from srcnn.models.srcnn import SRCNN
from srcnn.training.config import Recipe
from srcnn.training.log import RunLog
from srcnn.training.soap import Soap
from srcnn.training.state import load_state, save_state

Tensors = dict[str, NDArray[np.float32]]
Validate = Callable[[Tensors], float]
Keep = Callable[[Tensors], None]


def train(
    recipe: Recipe,
    model: ResidualSRCNN | SRCNN,
    sampler: PatchSampler,
    validate: Validate,
    keep: Keep,
    bicubic: float,
    fabric: Fabric,
    run: Path,
    log: RunLog,
    resume: bool = False,
) -> tuple[Tensors, float]:
    """Train ``model``; returns the best weights by ``validate`` (PSNR in dB) and the seconds it took.

    ``keep`` is given the weights whenever they are the best so far.
    ``bicubic`` is the validation PSNR of doing nothing: weights below it are called out.
    """
    average = copy.deepcopy(model).requires_grad_(False)
    wrapped, optimizer = fabric.setup(_channels_last(model), make_optimizer(recipe, model))
    average.to(fabric.device)
    state: dict[str, Any] = {"step": 0, "seconds": 0.0, "best_psnr": -math.inf, "best": {}}
    if resume:
        state, warning = load_state(run)
        if warning:
            log.say(f"warning: {warning}")
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
    before, started, first = state["seconds"], time.monotonic(), state["step"]
    for step in range(first, recipe.steps):
        lr = learning_rate(recipe, step)
        for group in optimizer.param_groups:
            group["lr"] = lr * group["factor"]
        batch = [tensor.to(fabric.device) for tensor in sampler.batch(step)]
        loss = update(recipe, fabric, wrapped, optimizer, *batch)
        if recipe.ema:
            update_average(average, model, ema_decay(recipe, step))
        done = step + 1
        speed = (done - first) / (time.monotonic() - started)
        left = (recipe.steps - done) / speed
        log.progress(done, recipe.steps, left, f"loss {loss.item():.6f}")
        if done % recipe.validate_every and done < recipe.steps:
            continue
        tensors = plain_tensors(average if recipe.ema else model)
        psnr = validate(tensors)
        state["step"], state["seconds"] = done, before + time.monotonic() - started
        # Written so that NaN, which is what no held-back pictures give, keeps the latest weights.
        if not psnr <= state["best_psnr"]:
            state["best_psnr"] = psnr
            state["best"] = {name: torch.tensor(value) for name, value in tensors.items()}
            keep(tensors)
        state["model"], state["average"] = model.state_dict(), average.state_dict()
        state["optimizer"] = optimizer.state_dict()
        save_state(run, state)
        log.write(
            step=done,
            loss=loss.item(),
            lr=lr,
            psnr=_number(psnr),
            bicubic=_number(bicubic),
            samples_per_second=speed * recipe.batch,
            seconds=state["seconds"],
        )
        if not math.isnan(psnr):
            log.say(f"step {done}: held-back pictures {psnr:.3f} dB (bicubic {bicubic:.3f})")
    if state["best_psnr"] < bicubic:
        log.say(
            f"WARNING: the network is WORSE THAN BICUBIC on held-back pictures: "
            f"{state['best_psnr']:.3f} dB against {bicubic:.3f} dB"
        )
    best: dict[str, torch.Tensor] = state["best"]
    return {name: value.numpy() for name, value in best.items()}, state["seconds"]


def update(
    recipe: Recipe,
    fabric: Fabric,
    wrapped: Any,
    optimizer: Any,
    x: Tensor,
    truth: Tensor,
    weights: Tensor,
) -> Tensor:
    """One step of the optimiser on a batch of `PatchSampler.batch`; the loss before it."""
    y = wrapped(x) if recipe.form == "residual" else wrapped(x, pad=False)
    loss: Tensor = ((y.float() - truth).square().mean(dim=(1, 2, 3)) * weights).mean()
    optimizer.zero_grad()
    fabric.backward(loss)
    if recipe.clip:
        fabric.clip_gradients(wrapped, optimizer, max_norm=recipe.clip)
    optimizer.step()
    return loss


def _number(value: float) -> float | None:
    """What JSON can hold."""
    return value if math.isfinite(value) else None


def _channels_last(model: nn.Module) -> nn.Module:
    # torch's type stubs leave out this form of `to`.
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def make_optimizer(recipe: Recipe, model: ResidualSRCNN | SRCNN) -> torch.optim.Optimizer:
    """SOAP, Adam, or SGD with momentum; each layer is a group with its factor on the rate."""
    layers = (model.g if isinstance(model, ResidualSRCNN) else model).layers
    factors = recipe.layer_lr or (1.0,) * len(layers)
    groups = [
        {"params": list(layer.parameters()), "factor": factor}
        for layer, factor in zip(layers, factors, strict=True)
    ]
    if recipe.optimizer == "soap":
        return Soap(groups, lr=recipe.lr)
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=recipe.lr, momentum=recipe.momentum)
    return torch.optim.Adam(groups, lr=recipe.lr)


def learning_rate(recipe: Recipe, step: int) -> float:
    """The rate of a step, counted from 0: after the warm-up constant, or half a cosine down to 0."""
    begun = [0, *(restart for restart in recipe.restarts if restart <= step)]
    since = step - begun[-1]
    lr = recipe.lr * 0.5 ** (len(begun) - 1) * min(1.0, (since + 1) / max(1, recipe.warmup))
    if recipe.schedule == "constant":
        return lr
    length = [*recipe.restarts, recipe.steps][len(begun) - 1] - begun[-1]
    return lr * 0.5 * (1 + math.cos(math.pi * since / length))


def ema_decay(recipe: Recipe, step: int) -> float:
    """The decay of a step: early averages are short, so that the first weights are soon forgotten."""
    return min(recipe.ema, (1 + step) / (10 + step))


@torch.no_grad()
def update_average(average: nn.Module, model: nn.Module, decay: float) -> None:
    """average <- decay * average + (1 - decay) * model, in place."""
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)


def plain_tensors(model: nn.Module) -> Tensors:
    """The weights of the plain network, whatever form was trained."""
    plain = model.fold() if isinstance(model, ResidualSRCNN) else model
    assert isinstance(plain, SRCNN)
    return plain.tensors()

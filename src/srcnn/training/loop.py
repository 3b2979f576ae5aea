"""The loop: one for every recipe. Devices, precision and several processes are Lightning Fabric's."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn

from srcnn.data.patches import Batch, Sampler
from srcnn.errors import SrcnnError
from srcnn.models.base import TorchNetwork
from srcnn.training.config import Recipe
from srcnn.training.eta import Pace
from srcnn.training.interrupts import Stop
from srcnn.training.log import RunLog
from srcnn.training.losses import LOSSES, over_channels
from srcnn.training.optimizer import ema_decay, learning_rate, make_optimizer, update_average
from srcnn.training.state import load_state, save_state

Tensors = dict[str, NDArray[Any]]
Validate = Callable[[Tensors], float]
State = dict[str, Any]
"""What a run needs to go on: ``step``, ``seconds``, ``model``, ``optimizer``, ..."""
Keep = Callable[[Tensors, int, bool], None]

SAVE_EVERY = 120.0
"""Seconds of work that a kill may cost at most, however far apart the validations are."""


def train(
    recipe: Recipe,
    model: TorchNetwork,
    sampler: Sampler,
    validate: Validate,
    keep: Keep,
    bicubic: float,
    fabric: Fabric,
    run: Path,
    log: RunLog,
    state: State,
    again: str,
) -> tuple[Tensors, float]:
    """Train ``model``; returns the best weights by ``validate`` (PSNR in dB) and the seconds it took.

    ``keep`` is given the weights of each validation, their step, and whether they are the best so far.
    ``state`` is what `first_state` gave. ``bicubic`` is the validation PSNR of doing nothing: weights
    below it are called out.
    Of several processes the first one judges, writes and speaks; the others return no weights.
    At SIGINT and SIGTERM the state of the step is saved, ``again`` is advised, and then they do what they
    always do.
    """
    learner = _Learner(recipe, model, fabric)
    if state["step"]:
        learner.load(state)
    judge = _Judge(validate, keep, bicubic, log, state)
    pace = Pace(recipe.steps, recipe.validate_every)
    if fabric.is_global_zero:
        log.begin(state["step"])
        validate(learner.kept.tensors())  # it works, and takes so long
        pace.judged()
    with Stop(fabric) as stop:
        for step in range(state["step"], recipe.steps):
            if step >= recipe.folded_at:
                learner = learner.folded()
            lr = learning_rate(recipe, step)
            loss = learner.step(step, lr, share(sampler.batch(step), fabric))
            if not math.isfinite(loss):
                raise _diverged(step + 1)
            done = step + 1
            state["losses"] += loss
            state["counted"] += 1
            pace.step()
            log.progress(done, recipe.steps, pace.seconds_left(done), f"loss {loss:.6f}")
            judged = done % recipe.validate_every == 0 or done == recipe.steps
            stopped = stop.wanted()
            if fabric.is_global_zero and (judged or stopped or pace.unsaved > SAVE_EVERY):
                if not all(bool(weight.isfinite().all()) for weight in learner.model.parameters()):
                    raise _diverged(done)  # and the state before it is kept
                if judged:
                    tensors = learner.kept.tensors()
                    speed = recipe.batch / pace.seconds_per_step
                    seconds = state["seconds"] + pace.unsaved
                    mean = state["losses"] / state["counted"]
                    values = {"loss": mean, "lr": lr, "samples_per_second": speed}
                    judge(done, tensors, values | {"seconds": seconds})
                    pace.judged()
                    state["losses"], state["counted"] = 0.0, 0
                state["step"], state["seconds"] = done, state["seconds"] + pace.unsaved
                state |= learner.state()
                save_state(run, state)
                pace.saved()
            if stopped:
                log.say(f"stopped after step {done}; go on with: {again}")
                stop.leave()
    if state["best_psnr"] < bicubic:
        log.warn(
            f"the network is WORSE THAN BICUBIC on held-back pictures: "
            f"{state['best_psnr']:.3f} dB against {bicubic:.3f} dB"
        )
    best: dict[str, Tensor] = state["best"]
    return {name: value.numpy() for name, value in best.items()}, state["seconds"]


class _Learner:
    """A network, its average, and what moves them."""

    def __init__(self, recipe: Recipe, model: TorchNetwork, fabric: Fabric) -> None:
        self.model = model
        self._recipe, self._fabric = recipe, fabric
        self._average = copy.deepcopy(model).requires_grad_(False)
        optimizer = make_optimizer(recipe, model)
        self._wrapped, self._optimizer = fabric.setup(channels_last(model), optimizer)
        self._average.to(fabric.device)

    @property
    def kept(self) -> TorchNetwork:
        """What is judged and written: the average, where there is one."""
        return self._average if self._recipe.ema else self.model

    def step(self, step: int, lr: float, batch: list[Tensor]) -> float:
        """The loss of a batch, from which it has learned."""
        for group in self._optimizer.param_groups:
            group["lr"] = lr * group["factor"]
        loss = update(self._recipe, self._fabric, self._wrapped, self._optimizer, *batch).item()
        if self._recipe.ema:
            update_average(self._average, self.model, ema_decay(self._recipe, step))
        return loss

    def folded(self) -> _Learner:
        """Itself where the network is plain; else one that goes on with what this one keeps, folded."""
        plain = self.kept.fold()
        return self if plain is self.kept else _Learner(self._recipe, plain, self._fabric)

    def state(self) -> State:
        return {
            "model": self.model.state_dict(),
            "average": self._average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }

    def load(self, state: State) -> None:
        self.model.load_state_dict(state["model"])
        self._average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])


def update(
    recipe: Recipe,
    fabric: Fabric,
    wrapped: Any,
    optimizer: Any,
    x: Tensor,
    truth: Tensor,
    weights: Tensor,
) -> Tensor:
    """One step of the optimiser on a `share` of a batch; the loss before it."""
    y = wrapped(x, pad=False).float()
    losses = over_channels(LOSSES[recipe.loss](y, truth), recipe.channel_weights)
    loss = (losses * weights).mean()
    optimizer.zero_grad()
    fabric.backward(loss)
    if recipe.clip:
        # Where it is no number the loss will tell.
        fabric.clip_gradients(wrapped, optimizer, max_norm=recipe.clip, error_if_nonfinite=False)
    optimizer.step()
    return loss


def share(batch: Batch, fabric: Fabric) -> list[Tensor]:
    """This process's part of a batch; the parts are as large as each other."""
    return [
        torch.from_numpy(part[fabric.global_rank :: fabric.world_size]).to(fabric.device)
        for part in batch
    ]


def _diverged(step: int) -> SrcnnError:
    return SrcnnError(
        "training", f"diverged at step {step}: weights or loss are no numbers", "lower lr"
    )


def first_state(fabric: Fabric, run: Path, log: RunLog, resume: bool) -> State:
    """Where a run begins: at step 0, or with ``resume`` at the last state that it saved."""
    state: State = {"step": 0, "seconds": 0.0, "best_psnr": -math.inf, "best": {}}
    state |= {"losses": 0.0, "counted": 0}  # their sum since the last validation, and of how many
    if not resume:
        return state
    with fabric.rank_zero_first():  # it puts a damaged state aside
        saved, warning = load_state(run)
    if warning:
        log.warn(warning)
    if saved is None:
        log.warn("no checkpoint was saved yet: training begins anew")
    return state | (saved or {})


class _Judge:
    """Scores weights, says and logs it, and keeps the best in ``state``."""

    def __init__(
        self, validate: Validate, keep: Keep, bicubic: float, log: RunLog, state: dict[str, Any]
    ) -> None:
        self._validate, self._keep, self._bicubic = validate, keep, bicubic
        self._log, self._state = log, state

    def __call__(self, done: int, tensors: Tensors, values: dict[str, float]) -> None:
        psnr = self._validate(tensors)
        # Written so that NaN, which is what no held-back pictures give, keeps the latest weights.
        best = not psnr <= self._state["best_psnr"]
        if best:
            self._state["best_psnr"] = psnr
            self._state["best"] = {name: torch.tensor(value) for name, value in tensors.items()}
        self._keep(tensors, done, best)
        scores = {"psnr": _number(psnr), "bicubic": _number(self._bicubic)}
        self._log.write(done, {**values, **scores})
        if not math.isnan(psnr):
            self._log.say(
                f"step {done}: held-back pictures {psnr:.3f} dB (bicubic {self._bicubic:.3f})"
            )


def _number(value: float) -> float | None:
    """What JSON can hold."""
    return value if math.isfinite(value) else None


def channels_last(model: nn.Module) -> nn.Module:
    # torch's type stubs leave out this form of `to`.
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

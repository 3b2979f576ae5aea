"""The training loop. Lightning Fabric handles devices, precision and several processes."""

from __future__ import annotations

import math

import torch

from srcnn.data.patches import Sampler
from srcnn.errors import SrcnnError
from srcnn.models.base import TorchNetwork
from srcnn.training.eta import Pace
from srcnn.training.interrupts import Stop
from srcnn.training.learner import Learner, share
from srcnn.training.optimizer import learning_rate
from srcnn.training.session import Hooks, Session, Tensors
from srcnn.training.state import TrainState, save_state

SAVE_EVERY = 120.0
"""Largest amount of work, in seconds, that a killed run loses, however rare validations are."""


def train(
    session: Session, hooks: Hooks, model: TorchNetwork, sampler: Sampler, state: TrainState
) -> Tensors:
    """Train ``model`` on the batches of ``sampler``, starting from ``state``.

    Only rank 0 validates, writes files and logs. On SIGINT or SIGTERM the loop finishes the step,
    saves a checkpoint, prints the session's ``resume_hint`` and raises the signal again.

    Args:
        session: The run.
        hooks: Validation, and what is done with validated weights.
        model: The network, in the form in which it is trained.
        sampler: Returns the batch of every step.
        state: State in which the run begins; updated at each checkpoint.

    Returns:
        The weights with the best validation PSNR. Ranks other than 0 return an empty dict.

    Raises:
        SrcnnError: If the loss or the weights are no longer finite.
    """
    recipe, fabric, log = session.recipe, session.fabric, session.log
    learner = Learner(recipe, model, fabric)
    if state.step:
        learner.load_from(state)
    pace = Pace(recipe.steps, recipe.interval)
    if session.is_first:
        log.begin(state.step)
        hooks.validate(learner.kept.tensors())  # checks that it works, and times it
        pace.validated()
    with Stop(fabric) as stop:
        for step in range(state.step, recipe.steps):
            if step >= recipe.folded_at:
                learner = learner.folded()
            loss = learner.step(step, share(sampler.batch(step), fabric))
            done = step + 1
            _check(math.isfinite(loss), done)
            state.losses, state.counted = state.losses + loss, state.counted + 1
            state.count(recipe.lr, 1, recipe.batch)
            pace.step()
            log.progress(done, recipe.steps, pace.seconds_left(done), f"loss {loss:.6f}")
            validates = done % recipe.interval == 0 or done == recipe.steps
            stopped = stop.wanted()
            if session.is_first and (validates or stopped or pace.unsaved > SAVE_EVERY):
                _check(learner.is_finite(), done)  # or it would replace a good checkpoint
                if validates:
                    _validate(session, hooks, learner.kept.tensors(), state, pace, done)
                state.step, state.seconds = done, state.seconds + pace.unsaved
                learner.save_to(state)
                save_state(session.folder, state)
                pace.saved()
            if stopped:
                log.say(f"stopped after step {done}; continue with: {session.resume_hint}")
                stop.leave()
    if state.best_psnr < hooks.bicubic:
        scores = f"{state.best_psnr:.3f} dB, bicubic {hooks.bicubic:.3f} dB"
        log.warn(f"the network is WORSE THAN BICUBIC on the validation set: {scores}")
    return {name: value.numpy() for name, value in state.best.items()}


def _validate(
    session: Session, hooks: Hooks, tensors: Tensors, state: TrainState, pace: Pace, done: int
) -> None:
    """Score the weights after ``done`` steps, keep them if they are best, and log the scores."""
    loss, seconds = state.losses / state.counted, state.seconds + pace.unsaved
    psnr = hooks.validate(tensors)
    # Without held-back images PSNR is NaN; this form of the test then keeps the latest weights.
    best = not psnr <= state.best_psnr
    if best:
        state.best_psnr = psnr
        state.best = {name: torch.tensor(value) for name, value in tensors.items()}
    hooks.keep(tensors, done, best)
    session.log.write(
        done,
        {
            "loss": loss,
            "lr": learning_rate(session.recipe, done - 1),
            "samples_per_second": session.recipe.batch / pace.seconds_per_step,
            "seconds": seconds,
            "psnr": _number(psnr),
            "bicubic": _number(hooks.bicubic),
        },
    )
    if not math.isnan(psnr):
        scores = f"{psnr:.3f} dB (bicubic {hooks.bicubic:.3f})"
        session.log.say(f"step {done}: validation PSNR {scores}")
    pace.validated()
    state.losses, state.counted = 0.0, 0


def _check(finite: bool, step: int) -> None:
    """Raise `SrcnnError` unless loss and weights are ``finite`` at ``step``."""
    if not finite:
        why = f"diverged at step {step}: the loss or a weight is NaN or infinite"
        raise SrcnnError("training", why, "use a lower lr")


def _number(value: float) -> float | None:
    """Return ``value``, or None if JSON cannot represent it."""
    return value if math.isfinite(value) else None

"""SOAP: Adam in the eigenbasis of Shampoo's preconditioner.

N. Vyas, D. Morwani, R. Zhao, I. Shapira, D. Brandfonbrener, L. Janson, S. Kakade: SOAP: Improving
and Stabilizing Shampoo using Adam, arXiv 2409.11321, algorithm 3. SRCNN's layers are small: a
filter bank of n x c x f x f is treated as a tensor with three modes, n, c and f^2, each with its
own covariance. All of them together cost less than the gradient of the convolution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

_LARGEST_MODE = 512
"""Largest mode that gets its own eigenbasis. Larger modes keep the standard basis."""


class Soap(torch.optim.Optimizer):
    """SOAP with fixed hyperparameters, which are saved in each parameter group.

    ``betas`` holds the decay of the mean, and that of the second moment and the covariances.
    ``every`` is the number of steps between two updates of the eigenbasis.
    """

    def __init__(self, params: Iterable[Any], lr: float) -> None:
        """Take parameters or parameter groups, and the learning rate."""
        # They are in the groups so that a saved state records the values that made it.
        super().__init__(params, {"lr": lr, "betas": (0.95, 0.95), "eps": 1e-8, "every": 10})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Update the parameters. The first call only initializes the eigenbasis."""
        assert closure is None, "not supported"
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._update(parameter, group)

    def _update(self, parameter: Tensor, group: dict[str, Any]) -> None:
        state = self.state[parameter]
        shape = parameter.shape
        gradient = parameter.grad
        assert gradient is not None
        gradient = gradient.reshape(*shape[:2], -1) if len(shape) == 4 else gradient
        modes = [d for d in range(gradient.dim()) if 1 < gradient.shape[d] <= _LARGEST_MODE]
        if gradient.dim() == 1:
            modes = []  # plain Adam for a bias
        beta1, beta2 = group["betas"]
        if not state:
            state["step"] = 0
            state["mean"] = torch.zeros_like(gradient)
            state["square"] = torch.zeros_like(gradient)
            state["covariances"] = [_covariance(gradient, d) for d in modes]
            state["bases"] = [torch.linalg.eigh(c)[1].flip(1) for c in state["covariances"]]
            return
        state["step"] += 1
        t, bases, covariances = state["step"], state["bases"], state["covariances"]
        state["mean"].lerp_(gradient, 1 - beta1)
        turned = _turn(gradient, modes, bases)
        state["square"].lerp_(turned * turned, 1 - beta2)
        mean = _turn(state["mean"], modes, bases) / (1 - beta1**t)
        update = mean / ((state["square"] / (1 - beta2**t)).sqrt() + group["eps"])
        update = _turn(update, modes, [basis.T for basis in bases])
        parameter.add_(update.reshape(shape), alpha=-group["lr"])
        for covariance, d in zip(covariances, modes, strict=True):
            covariance.lerp_(_covariance(gradient, d), 1 - beta2)
        if t % group["every"] == 0:
            for i, d in enumerate(modes):
                # One step of the power method from the old basis, its columns in order of strength.
                strength = (bases[i] * (covariances[i] @ bases[i])).sum(0)
                order = strength.argsort(descending=True)
                state["square"] = state["square"].index_select(d, order)
                bases[i] = torch.linalg.qr(covariances[i] @ bases[i][:, order])[0]


def _covariance(gradient: Tensor, mode: int) -> Tensor:
    rows = gradient.movedim(mode, 0).flatten(1)
    return rows @ rows.T


def _turn(tensor: Tensor, modes: list[int], bases: list[Tensor]) -> Tensor:
    """Return the tensor in the given bases, mode by mode."""
    for d, basis in zip(modes, bases, strict=True):
        tensor = torch.tensordot(tensor, basis, ([d], [0])).movedim(-1, d)
    return tensor

"""SOAP against the paper's algorithms 3 and 4 in plain NumPy, as one large matrix product."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from srcnn.training.soap import Soap

Floats = NDArray[np.float64]
RATE, BETA1, BETA2, EPSILON, EVERY = 3e-3, 0.95, 0.95, 1e-8, 10


class Reference:
    """Algorithm 3 for a tensor with any number of modes.

    The bases of all modes are joined by a Kronecker product, so turning a gradient is the product
    of one matrix with one vector. As in the authors' program, mean and square are corrected for
    their start as in Adam, and the first gradient only finds the first bases.
    """

    def __init__(self, weights: Floats) -> None:
        self.weights = weights.copy()
        self.time = -1
        self.mean, self.square = np.zeros(weights.size), np.zeros(weights.size)
        self.covariances: list[Floats] = []
        self.bases: list[Floats] = []

    def _covariance(self, gradient: Floats, mode: int) -> Floats:
        size = gradient.shape[mode]
        found = np.zeros((size, size))
        for i in range(size):
            for j in range(size):
                found[i, j] = np.sum(gradient.take(i, mode) * gradient.take(j, mode))
        return found

    def step(self, gradient: Floats) -> None:
        self.time += 1
        found = [self._covariance(gradient, mode) for mode in range(gradient.ndim)]
        if self.time == 0:
            self.covariances = found
            self.bases = [np.linalg.eigh(one)[1] for one in found]
            return
        q: Floats = reduce(lambda a, b: np.kron(a, b).astype(np.float64), self.bases)
        g = gradient.ravel()
        self.mean = BETA1 * self.mean + (1 - BETA1) * g  # line 4
        self.square = BETA2 * self.square + (1 - BETA2) * (q.T @ g) ** 2  # line 6
        mean = (q.T @ self.mean) / (1 - BETA1**self.time)
        square = self.square / (1 - BETA2**self.time)
        update = q @ (mean / (np.sqrt(square) + EPSILON))  # lines 7 and 8
        self.weights -= RATE * update.reshape(gradient.shape)
        self.covariances = [  # lines 10 and 11
            BETA2 * old + (1 - BETA2) * new
            for old, new in zip(self.covariances, found, strict=True)
        ]
        if self.time % EVERY == 0:
            self._new_bases(gradient.shape)

    def _new_bases(self, shape: tuple[int, ...]) -> None:
        """Algorithm 4. The strongest direction comes first, and its squares go along."""
        squares = self.square.reshape(shape)
        for mode, (covariance, basis) in enumerate(zip(self.covariances, self.bases, strict=True)):
            order = np.argsort(-np.diag(basis.T @ covariance @ basis))
            squares = np.take(squares, order, axis=mode)
            self.bases[mode] = np.linalg.qr(covariance @ basis[:, order])[0]
        self.square = squares.ravel()


SHAPES = {"a matrix": (6, 5), "filters": (4, 3, 3, 3), "filters of one channel": (9, 1, 3, 3)}
"""The first covariance of each mode has full rank; else its eigenvectors are not unique."""


@pytest.mark.parametrize("kind", SHAPES)
def test_weights_are_those_of_the_paper(kind: str) -> None:
    """Over three bases, with gradients that are stronger in some directions than in others."""
    shape = SHAPES[kind]
    modes = [size for size in (*shape[:2], np.prod(shape[2:], dtype=int)) if size > 1]
    random = np.random.default_rng(4)
    first = random.normal(size=shape)
    stretch = [random.normal(size=(size, size)) for size in modes]
    parameter = torch.nn.Parameter(torch.from_numpy(first.copy()))
    ours = Soap([parameter], RATE)
    reference = Reference(first.reshape(modes))
    for _ in range(26):
        gradient = random.normal(size=modes)
        for mode, matrix in enumerate(stretch):
            gradient = np.moveaxis(np.tensordot(matrix, gradient, (1, mode)), 0, mode)
        parameter.grad = torch.from_numpy(gradient.reshape(shape).copy())
        ours.step()
        reference.step(gradient)
        made = parameter.detach().numpy().reshape(modes)
        np.testing.assert_allclose(made, reference.weights, rtol=0, atol=1e-9)
    assert np.abs(made - first.reshape(modes)).max() > 5 * RATE


def test_a_bias_is_adams() -> None:
    """One step later, as the first gradient moves nothing."""
    random = torch.Generator().manual_seed(1)
    parameters = [torch.nn.Parameter(torch.ones(7)) for _ in range(2)]
    ours = Soap([parameters[0]], RATE)
    adam = torch.optim.Adam([parameters[1]], RATE, (BETA1, BETA2), EPSILON)
    for step in range(20):
        gradient = torch.randn(7, generator=random)
        for parameter in parameters:
            parameter.grad = gradient.clone()
        ours.step()
        if step:
            adam.step()
        torch.testing.assert_close(parameters[0], parameters[1])
    assert (parameters[0] - 1).abs().max() > RATE


def test_a_mode_that_is_too_large_keeps_its_basis() -> None:
    """There is no covariance of 600 x 600 for 600 filters."""
    parameter = torch.nn.Parameter(torch.zeros(600, 2, 3, 3))
    parameter.grad = torch.randn(600, 2, 3, 3, generator=torch.Generator().manual_seed(1))
    optimizer = Soap([parameter], RATE)
    optimizer.step()
    sizes = [len(one) for one in optimizer.state[parameter]["covariances"]]
    assert sizes == [2, 9]

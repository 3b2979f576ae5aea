"""Pairs of patches, cut on the fly from whole degraded pictures that stay decoded in memory.

A patch is never degraded after cutting, so its pixels are those of the picture at test time; the
bicubic picture is padded once by repeating its edge, as the network does, so borders are learned too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srcnn.data.augment import DIHEDRAL, dihedral, full_range
from srcnn.errors import MissingData


@dataclass(frozen=True)
class Pair:
    """A picture for training: truth H x W uint8, bicubic (H + 2r) x (W + 2r) float32 in [0, 1]."""

    truth: NDArray[np.uint8]
    padded: NDArray[np.float32]

    @property
    def error(self) -> float:
        """Mean squared error of the bicubic picture, on [0, 1]."""
        r = (self.padded.shape[0] - self.truth.shape[0]) // 2
        height, width = self.truth.shape
        bicubic = self.padded[r : r + height, r : r + width]
        return float(np.square(bicubic - self.truth / np.float32(255)).mean())


Versions = Callable[[Path], Iterable[tuple[NDArray[np.uint8], NDArray[Any]]]]
"""A file to one or more (truth, its bicubic picture): degraded as the judge does, handed in."""


def load_pairs(files: Iterable[Path], versions: Versions, radius: int) -> list[Pair]:
    """Decode and degrade every picture once."""
    return [
        Pair(np.ascontiguousarray(truth), np.pad(enlarged.astype(np.float32), radius, mode="edge"))
        for file in files
        for truth, enlarged in versions(file)
    ]


_LEAST_ERROR = 1e-4
"""Of a picture, for its weight: 40 dB. An empty sky shall not be all that counts."""


class PatchSampler:
    """Random batches; the batch of a step depends on seed and step alone, so a resumed run repeats it."""

    def __init__(
        self,
        pairs: list[Pair],
        patch: int,
        batch: int,
        seed: int,
        stretched: float = 0.0,
        balanced: bool = False,
    ) -> None:
        """``patch``: side of the output in pixels. Pictures with a shorter side are left out.

        ``stretched``: the part of the patches that go through `full_range`.
        ``balanced``: errors count relative to those of bicubic in the same picture.
        """
        self.pairs = [pair for pair in pairs if min(pair.truth.shape) >= patch]
        if not self.pairs:
            raise MissingData("training pictures", f"none has {patch} pixels in each direction")
        self.patch, self.batch_size, self.seed = patch, batch, seed
        self.stretched = stretched
        areas = np.array([pair.truth.size for pair in self.pairs], np.float64)
        errors = np.array([max(pair.error, _LEAST_ERROR) for pair in self.pairs])
        weights = 1 / errors if balanced else np.ones_like(errors)
        self._weights = (weights * areas.sum() / (weights * areas).sum()).astype(np.float32)
        # By area: every pixel of the set is as likely as any other.
        self._bounds = np.cumsum(areas / areas.sum())

    def batch(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """(N x 1 x (P + 2r) x (P + 2r), N x 1 x P x P, N) float32: bicubic input, truth, weights.

        The weights are of the squared errors, and 1 on average.
        """
        random = np.random.default_rng((self.seed, step))
        inputs, truths, picks = [], [], []
        for _ in range(self.batch_size):
            pick = int(np.searchsorted(self._bounds, random.random(), side="right"))
            picks.append(min(pick, len(self.pairs) - 1))
            pair = self.pairs[picks[-1]]
            height, width = pair.truth.shape
            top = int(random.integers(height - self.patch + 1))
            left = int(random.integers(width - self.patch + 1))
            side = self.patch + pair.padded.shape[0] - height
            k = int(random.integers(DIHEDRAL))
            inputs.append(dihedral(pair.padded[top : top + side, left : left + side], k))
            truths.append(dihedral(pair.truth[top : top + self.patch, left : left + self.patch], k))
        x = torch.from_numpy(np.stack(inputs)[:, None])
        y = torch.from_numpy(np.stack(truths)[:, None]).float() / 255.0
        if self.stretched:
            which = torch.from_numpy(random.random(self.batch_size) < self.stretched)
            x[which], y[which] = full_range(x[which]), full_range(y[which])
        return x, y, torch.from_numpy(self._weights[picks])

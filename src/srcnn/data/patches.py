"""Pairs of patches, cut on the fly from whole degraded pictures that stay decoded in memory.

A patch is never degraded after cutting, so its pixels are those of the picture at test time; the
bicubic picture is padded once by repeating its edge, as the network does, so borders are learned too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.data.augment import DIHEDRAL, dihedral, full_range
from srcnn.errors import InputError, LimitError, MissingData
from srcnn.images.depth import to_float


@dataclass(frozen=True)
class Pair:
    """A picture for training: truth H x W uint8, bicubic (H + 2r) x (W + 2r) float32 in [0, 1]."""

    truth: NDArray[np.uint8]
    padded: NDArray[np.float32]

    def error(self, top: int, left: int, height: int, width: int) -> float:
        """Mean squared error of the bicubic picture in a part of it, on [0, 1]."""
        r = (self.padded.shape[0] - self.truth.shape[0]) // 2
        bicubic = self.padded[r + top : r + top + height, r + left : r + left + width]
        return float(
            np.square(
                bicubic - to_float(self.truth[top : top + height, left : left + width])
            ).mean()
        )


Batch = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
"""(N x 1 x (P + 2r) x (P + 2r), N x 1 x P x P, N): bicubic input, truth, weights of the losses."""


class Sampler(Protocol):
    """Where batches come from."""

    def batch(self, step: int) -> Batch:
        """The batch of a step: a function of seed and step alone, so that a resumed run repeats it."""
        ...


Versions = Callable[[Path], Iterable[tuple[NDArray[np.uint8], NDArray[Any]]]]
"""A file to one or more (truth, its bicubic picture): degraded as the judge does, handed in."""


def load_pairs(
    files: Iterable[Path], versions: Versions, radius: int, warn: Callable[[str], None]
) -> list[Pair]:
    """Decode and degrade every picture once; one that cannot be read is named to ``warn`` and left out."""
    pairs = []
    for file in files:
        try:
            for truth, enlarged in versions(file):
                padded = np.pad(enlarged.astype(np.float32), radius, mode="edge")
                pairs.append(Pair(np.ascontiguousarray(truth), padded))
        except (InputError, LimitError) as error:
            warn(f"{error}; left out")
    return pairs


_LEAST_ERROR = 1e-4
"""Of a picture, for its weight: 40 dB. An empty sky shall not be all that counts."""


class PatchSampler:
    """Random patches of pictures that are all in memory."""

    def __init__(
        self,
        pairs: list[Pair],
        patch: int,
        batch: int,
        seed: int,
        stretched: float = 0.0,
        balanced: bool = False,
        candidates: int = 1,
    ) -> None:
        """``patch``: side of the output in pixels. Pictures with a shorter side are left out.

        ``stretched``: the part of the patches that go through `full_range`.
        ``balanced``: errors count relative to those of bicubic in the same picture.
        ``candidates``: of so many random patches the one is taken in which bicubic errs most.
        """
        self.pairs = [pair for pair in pairs if min(pair.truth.shape) >= patch]
        if not self.pairs:
            raise MissingData("training pictures", f"none has {patch} pixels in each direction")
        self.patch, self.batch_size, self.seed = patch, batch, seed
        self.stretched, self.candidates = stretched, candidates
        areas = np.array([pair.truth.size for pair in self.pairs], np.float64)
        weights = np.ones_like(areas)
        if balanced:
            errors = [pair.error(0, 0, *pair.truth.shape) for pair in self.pairs]
            weights = 1 / np.maximum(errors, _LEAST_ERROR)
        self._weights = (weights * areas.sum() / (weights * areas).sum()).astype(np.float32)
        # By area: every pixel of the set is as likely as any other.
        self._bounds = np.cumsum(areas / areas.sum())

    def batch(self, step: int) -> Batch:
        """See `Sampler.batch`. The weights are of the squared errors, and 1 on average."""
        random = np.random.default_rng((self.seed, step))
        inputs, truths, picks = [], [], []
        for _ in range(self.batch_size):
            places = [self._place(random) for _ in range(self.candidates)]
            pick, top, left = max(places, key=self._error) if len(places) > 1 else places[0]
            picks.append(pick)
            pair = self.pairs[pick]
            side = self.patch + pair.padded.shape[0] - pair.truth.shape[0]
            k = int(random.integers(DIHEDRAL))
            inputs.append(dihedral(pair.padded[top : top + side, left : left + side], k))
            truths.append(dihedral(pair.truth[top : top + self.patch, left : left + self.patch], k))
        x = np.stack(inputs)[:, None]
        y: NDArray[np.float32] = to_float(np.stack(truths)[:, None])
        if self.stretched:
            which = random.random(self.batch_size) < self.stretched
            x[which], y[which] = full_range(x[which]), full_range(y[which])
        return x, y, self._weights[picks]

    def _place(self, random: np.random.Generator) -> tuple[int, int, int]:
        """(which picture, top, left) of a random patch."""
        pick = int(np.searchsorted(self._bounds, random.random(), side="right"))
        pick = min(pick, len(self.pairs) - 1)
        height, width = self.pairs[pick].truth.shape
        top = int(random.integers(height - self.patch + 1))
        return pick, top, int(random.integers(width - self.patch + 1))

    def _error(self, place: tuple[int, int, int]) -> float:
        pick, top, left = place
        return float(self._weights[pick]) * self.pairs[pick].error(
            top, left, self.patch, self.patch
        )

"""Pairs of patches, cut on the fly from whole degraded pictures that stay decoded in memory.

A patch is never degraded after cutting, so its pixels are those of the picture at test time; the
input is padded once by repeating its edge, as the network does, so borders are learned too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.data.augment import DIHEDRAL, Recolour, dihedral
from srcnn.errors import InputError, LimitError, MissingData
from srcnn.images.color import y_to_gray
from srcnn.images.degrade import Degraded
from srcnn.images.grid import Grid
from srcnn.images.quantize import to_float
from srcnn.metrics.psnr import channel_mean

Weights = Sequence[float]


@dataclass(frozen=True)
class Pair:
    """An image for training.

    Attributes:
        truth: (H, W) or (H, W, 3) uint8, sides multiples of ``grid.factor``.
        padded: The input of the network, (H / factor + 2r, W / factor + 2r) or with 3 channels,
            float32 around [0, 1]: the image on ``grid``, its edge repeated over r pixels.
        grid: The grid of the network.
        errors: Where ``grid.factor`` is not 1, the squared errors of the bicubic image on [0, 1],
            averaged over the output pixels of each input pixel: (H / factor, W / factor) or with 3
            channels, float32.
        source: The file that the image came from.
    """

    truth: NDArray[np.uint8]
    padded: NDArray[np.float32]
    grid: Grid
    errors: NDArray[np.float32] | None = None
    source: Path = Path()

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the truth."""
        return self.truth.shape[0], self.truth.shape[1]

    def given(self, top: int, left: int, side: int) -> NDArray[np.float32]:
        """Return the input, with its halo, of a patch of ``side`` output pixels."""
        factor, padded = self.grid.factor, self.grid.padded(side)
        rows = slice(top // factor, top // factor + padded)
        return self.padded[rows, left // factor : left // factor + padded]

    def error(
        self, top: int, left: int, height: int, width: int, weights: Weights | None = None
    ) -> float:
        """Return the mean squared error of the bicubic image in a part of it, on [0, 1].

        ``weights`` are those of the channels in that mean; ``None``: all alike.
        """
        if self.errors is not None:
            f = self.grid.factor
            part = self.errors[top // f : (top + height) // f, left // f : (left + width) // f]
            return channel_mean(part, weights)
        r = self.grid.radius
        bicubic = self.padded[r + top : r + top + height, r + left : r + left + width]
        truth = to_float(self.truth[top : top + height, left : left + width])
        return channel_mean(np.square(bicubic - truth), weights)


Batch = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
"""(N x C x (P / factor + 2r) each way, N x C x P x P, N): input, truth, weights of the losses."""


class Sampler(Protocol):
    """Where batches come from."""

    @property
    def pictures(self) -> int:
        """How many of the files can be learned from."""
        ...

    def batch(self, step: int) -> Batch:
        """The batch of a step: a function of seed and step alone, so that a resumed run repeats it."""
        ...


Versions = Callable[[Path], Iterable[tuple[NDArray[np.uint8], Degraded]]]
"""A function from a file to one or more (truth, its low-resolution image)."""


def make_pair(truth: NDArray[np.uint8], degraded: Degraded, grid: Grid, source: Path) -> Pair:
    """Return the pair of an image and its low-resolution image for networks of ``grid``."""
    given = degraded.given(grid).astype(np.float32)
    borders = [(grid.radius, grid.radius)] * 2 + [(0, 0)] * (given.ndim - 2)
    padded = np.pad(given, borders, mode="edge")
    errors = None
    if grid.factor > 1:
        squares = np.square(degraded.enlarged - to_float(truth, np.float64))
        f, (height, width), *more = grid.factor, given.shape[:2], *given.shape[2:]
        blocks = squares.reshape(height, f, width, f, *more)
        errors = blocks.mean(axis=(1, 3), dtype=np.float64).astype(np.float32)
    return Pair(np.ascontiguousarray(truth), padded, grid, errors, source)


def load_pairs(
    files: Iterable[Path], versions: Versions, grid: Grid, warn: Callable[[str], None]
) -> list[Pair]:
    """Decode and degrade every image once; name one that cannot be read to ``warn``, and skip it."""
    pairs = []
    for file in files:
        try:
            for truth, degraded in versions(file):
                pairs.append(make_pair(truth, degraded, grid, file))
        except (InputError, LimitError) as error:
            warn(f"{error}; left out")
    return pairs


Given = Callable[[Pair, int, int, int, np.random.Generator], NDArray[np.float32]]
"""A function from a pair, top, left and side of a patch, and chance, to what `Pair.given` returns."""

_LEAST_ERROR = 1e-4
"""Of a picture, for its weight: 40 dB. An empty sky shall not be all that counts."""


@dataclass(frozen=True)
class Choice:
    """Which patches are learned from, and what is done to them.

    Attributes:
        stretched: The part of the patches, of luma, that go through `y_to_gray`: a network that saw
            only Y never met the darkest and brightest values of gray images. Bicubic is linear, so
            stretching a degraded patch is degrading a stretched one.
        balanced: Errors count relative to those of bicubic in the same image.
        candidates: Random patches per sample, of which the one with the largest bicubic error is taken.
        channel_weights: Weights of the channels in what these two call an error; ``None``: all alike.
        recolor: What happens to color patches by chance.
        given: Returns the input of a patch in place of `Pair.given`.
    """

    stretched: float = 0.0
    balanced: bool = False
    candidates: int = 1
    channel_weights: Weights | None = None
    recolor: Recolour | None = None
    given: Given | None = None


class PatchSampler:
    """Random patches of images that are all in memory."""

    def __init__(
        self, pairs: list[Pair], patch: int, batch: int, seed: int, choice: Choice | None = None
    ) -> None:
        """Leave out images with a side shorter than ``patch``, the side of the output in pixels."""
        self.choice = choice = choice or Choice()
        self.pairs = [pair for pair in pairs if min(pair.size) >= patch]
        if not self.pairs:
            raise MissingData(
                "training pictures", f"none can be read and has {patch} pixels in each direction"
            )
        self.patch, self.batch_size, self.seed = patch, batch, seed
        areas = np.array([pair.size[0] * pair.size[1] for pair in self.pairs], np.float64)
        weights = np.ones_like(areas)
        if choice.balanced:
            errors = [pair.error(0, 0, *pair.size, choice.channel_weights) for pair in self.pairs]
            weights = 1 / np.maximum(errors, _LEAST_ERROR)
        self._weights = (weights * areas.sum() / (weights * areas).sum()).astype(np.float32)
        # By area: every pixel of the set is as likely as any other.
        self._bounds = np.cumsum(areas / areas.sum())

    def batch(self, step: int) -> Batch:
        """See `Sampler.batch`. The weights are of the squared errors, and 1 on average."""
        random = np.random.default_rng((self.seed, step))
        inputs, truths, picks = [], [], []
        for _ in range(self.batch_size):
            places = [self._place(random) for _ in range(self.choice.candidates)]
            pick, top, left = max(places, key=self._error) if len(places) > 1 else places[0]
            picks.append(pick)
            pair = self.pairs[pick]
            k = int(random.integers(DIHEDRAL))
            inputs.append(dihedral(self._given(pair, top, left, random), k))
            truths.append(dihedral(pair.truth[top : top + self.patch, left : left + self.patch], k))
        x, y = channels_first(np.stack(inputs)), to_float(channels_first(np.stack(truths)))
        if self.choice.stretched:
            which = random.random(self.batch_size) < self.choice.stretched
            x[which], y[which] = y_to_gray(x[which]), y_to_gray(y[which])
        if self.choice.recolor is not None:
            for i in range(self.batch_size):
                x[i], y[i] = self.choice.recolor(random, x[i], y[i])
        return x, y, self._weights[picks]

    @property
    def pictures(self) -> int:
        """See `Sampler.pictures`."""
        return len({pair.source for pair in self.pairs})

    def _place(self, random: np.random.Generator) -> tuple[int, int, int]:
        """(which picture, top, left) of a random patch."""
        pick = int(np.searchsorted(self._bounds, random.random(), side="right"))
        pick = min(pick, len(self.pairs) - 1)
        pair = self.pairs[pick]
        top, left = (
            int(random.integers((n - self.patch) // pair.grid.factor + 1)) * pair.grid.factor
            for n in pair.size
        )
        return pick, top, left

    def _given(
        self, pair: Pair, top: int, left: int, random: np.random.Generator
    ) -> NDArray[np.float32]:
        if self.choice.given is None:
            return pair.given(top, left, self.patch)
        return self.choice.given(pair, top, left, self.patch, random)

    def _error(self, place: tuple[int, int, int]) -> float:
        pick, top, left = place
        return float(self._weights[pick]) * self.pairs[pick].error(
            top, left, self.patch, self.patch, self.choice.channel_weights
        )


def channels_first(patches: NDArray[Any]) -> NDArray[Any]:
    """N x P x P to N x 1 x P x P, N x P x P x 3 to N x 3 x P x P."""
    return patches[:, None] if patches.ndim == 3 else np.moveaxis(patches, 3, 1)

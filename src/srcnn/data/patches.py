"""Sample pairs of patches on the fly from whole degraded images, which stay decoded in memory.

Patches are cut after degradation, so their pixels equal those of the image at test time. The
input is padded once by repeating its edge, as the network does, so borders are learned as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from srcnn.data.augment import DIHEDRAL, Recolor, dihedral
from srcnn.errors import InputError, LimitError, MissingData
from srcnn.images.color import y_to_gray
from srcnn.images.crop import Scalar
from srcnn.images.degrade import Degraded
from srcnn.images.grid import Grid
from srcnn.images.quantize import to_float
from srcnn.metrics.psnr import channel_mean

Weights = Sequence[float]
"""Weights of the channels in a mean."""


@dataclass(frozen=True)
class Pair:
    """An image for training.

    Attributes:
        truth: (H, W) or (H, W, 3) uint8, sides multiples of ``grid.factor``.
        padded: The input of the network: the image on ``grid``, with its edge repeated over r
            pixels. (H / factor + 2r, W / factor + 2r) or with 3 channels, float32 around [0, 1].
        grid: The grid of the network.
        errors: If ``grid.factor`` is not 1, the squared errors of the bicubic image for values in
            [0, 1], averaged over the output pixels of each input pixel: (H / factor, W / factor) or
            with 3 channels, float32.
        source: The file of the image.
    """

    truth: NDArray[np.uint8]
    padded: NDArray[np.float32]
    grid: Grid
    errors: NDArray[np.float32] | None = None
    source: Path = Path()

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the reference."""
        return self.truth.shape[0], self.truth.shape[1]

    def given(self, top: int, left: int, side: int) -> NDArray[np.float32]:
        """Return the input of a patch, including its halo.

        Args:
            top: First row of the patch in the reference, a multiple of the grid's factor.
            left: First column of the patch.
            side: Side of the patch in output pixels.

        Returns:
            (side / factor + 2r, side / factor + 2r) or with 3 channels, float32 around [0, 1].
        """
        factor, padded = self.grid.factor, self.grid.padded(side)
        rows = slice(top // factor, top // factor + padded)
        return self.padded[rows, left // factor : left // factor + padded]

    def error(
        self, top: int, left: int, height: int, width: int, weights: Weights | None = None
    ) -> float:
        """Return the mean squared error of the bicubic image in a region, for values in [0, 1].

        Args:
            top: First row of the region in the reference.
            left: First column of the region.
            height: Height of the region in output pixels.
            width: Width of the region in output pixels.
            weights: Weights of the channels in the mean. Default: equal.
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
"""(input, reference, loss weights): (N, C, P / factor + 2r, P / factor + 2r), (N, C, P, P), N."""


class Sampler(Protocol):
    """A source of training batches."""

    @property
    def pictures(self) -> int:
        """Number of files that are usable for training."""
        ...

    def batch(self, step: int) -> Batch:
        """Return the batch of a step.

        It depends only on the seed and the step, so that a resumed run repeats it.

        Args:
            step: Number of the step, from 0.
        """
        ...


Versions = Callable[[Path], Iterable[tuple[NDArray[np.uint8], Degraded]]]
"""A function from a file to one or more pairs of (reference, its low-resolution image)."""


def make_pair(truth: NDArray[np.uint8], degraded: Degraded, grid: Grid, source: Path) -> Pair:
    """Return the training pair of an image for networks on ``grid``.

    Args:
        truth: (H, W) or (H, W, 3) uint8, sides multiples of ``grid.factor``.
        degraded: Its low-resolution image.
        grid: The grid of the network.
        source: The file of the image.
    """
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
    """Decode and degrade every image once, skipping those that cannot be read.

    Args:
        files: The image files.
        versions: Decodes and degrades a file.
        grid: The grid of the network.
        warn: Called with a message for each skipped file.
    """
    pairs = []
    for file in files:
        try:
            for truth, degraded in versions(file):
                pairs.append(make_pair(truth, degraded, grid, file))
        except (InputError, LimitError) as error:
            warn(f"{error}; skipped")
    return pairs


Given = Callable[[Pair, int, int, int, np.random.Generator], NDArray[np.float32]]
"""A function (pair, top, left, side, random generator) that replaces `Pair.given`."""

_LEAST_ERROR = 1e-4
"""Smallest error of an image (40 dB) used for its weight, so that flat images do not dominate."""


@dataclass(frozen=True)
class Choice:
    """How patches are chosen and augmented.

    Attributes:
        stretched: Fraction of the luma patches that go through `y_to_gray`. A network that sees
            only Y never meets the darkest and brightest values of gray images. Bicubic resizing is
            linear, so stretching and degrading commute.
        balanced: Weight errors relative to those of bicubic in the same image.
        candidates: Random patches per sample; the one with the largest bicubic error is used.
        channel_weights: Weights of the channels in the errors of the two options above. Default:
            equal.
        recolor: Random augmentation of color patches.
        given: Replaces `Pair.given`.
    """

    stretched: float = 0.0
    balanced: bool = False
    candidates: int = 1
    channel_weights: Weights | None = None
    recolor: Recolor | None = None
    given: Given | None = None


class PatchSampler:
    """Samples random patches from images in memory."""

    def __init__(
        self, pairs: list[Pair], patch: int, batch: int, seed: int, choice: Choice | None = None
    ) -> None:
        """Prepare the sampler, excluding images with a side shorter than ``patch``.

        Args:
            pairs: The images.
            patch: Side of a patch in output pixels.
            batch: Patches in a batch.
            seed: Seed of all random choices.
            choice: How patches are chosen and augmented.

        Raises:
            MissingData: No image is large enough.
        """
        self.choice = choice = choice or Choice()
        self.pairs = [pair for pair in pairs if min(pair.size) >= patch]
        if not self.pairs:
            raise MissingData(
                "training images", f"none is readable and at least {patch} pixels in each direction"
            )
        self.patch, self.batch_size, self.seed = patch, batch, seed
        areas = np.array([pair.size[0] * pair.size[1] for pair in self.pairs], np.float64)
        weights = np.ones_like(areas)
        if choice.balanced:
            errors = [pair.error(0, 0, *pair.size, choice.channel_weights) for pair in self.pairs]
            weights = 1 / np.maximum(errors, _LEAST_ERROR)
        self._weights = (weights * areas.sum() / (weights * areas).sum()).astype(np.float32)
        # Choose images in proportion to their area, so that all pixels are equally likely.
        self._bounds = np.cumsum(areas / areas.sum())

    def batch(self, step: int) -> Batch:
        """See `Sampler.batch`. Weights apply to squared errors and average 1 over all patches."""
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
        """Return (index of the image, top, left) of a random patch."""
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


def channels_first(patches: NDArray[Scalar]) -> NDArray[Scalar]:
    """Convert (N, P, P) to (N, 1, P, P), or (N, P, P, 3) to (N, 3, P, P)."""
    return patches[:, None] if patches.ndim == 3 else np.moveaxis(patches, 3, 1)

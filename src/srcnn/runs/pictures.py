"""The images of a training run, decoded and degraded as in an evaluation, in memory or streamed.

Worker processes import this file, so it does not import torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from srcnn.data.augment import Recolor
from srcnn.data.patches import Choice, Pair, PatchSampler, Sampler, load_pairs
from srcnn.data.stream import Cutter, StreamSampler
from srcnn.data.subimages import SubImageSampler
from srcnn.data.windows import WindowDegradation
from srcnn.engine.threads import cores
from srcnn.errors import InputError, LimitError, MissingData
from srcnn.evaluation.protocol import PROTOCOLS, degraded
from srcnn.evaluation.reference import Original
from srcnn.images.color import Color, channels_in
from srcnn.images.crop import modcrop
from srcnn.images.degradations.pipeline import Pipeline
from srcnn.images.degrade import Degradation, Degraded
from srcnn.images.grid import Grid
from srcnn.images.io import open_picture
from srcnn.images.mark import mark_of
from srcnn.images.picture import Picture
from srcnn.images.resize import imresize

if TYPE_CHECKING:
    from srcnn.training.config import Recipe

PROTOCOL = PROTOCOLS["paper"]
Say = Callable[[str], None]
MOST_IN_MEMORY = 2000
"""Largest number of images that are decoded before the first step, however small they are."""
MOST_WORKERS = 8
_NO_FILES: Mapping[Path, Path] = {}
_WINDOW = 512
"""Largest side, in pixels, of the part of a streamed image that is degraded for its few patches."""


@dataclass(frozen=True)
class Versions:
    """The versions of an image: itself, and copies reduced by each factor that leaves enough."""

    scale: int
    shrink: tuple[float, ...]
    degradation: Degradation
    least: int
    """Smallest side of a version, in pixels: the side of a patch."""
    window: int = _WINDOW
    color: Color = "Y"
    low: Mapping[Path, Path] = field(default_factory=dict)
    """Low-resolution file by image, for images that have one. Such images are not reduced."""

    def all(self, file: Path) -> Iterator[tuple[NDArray[np.uint8], Degraded]]:
        """Yield every version of an image, whole: (truth, its low-resolution image)."""
        if file in self.low:
            yield self._given(self._pair(file), file)
            return
        channels = self._channels(file, _open(file).read())
        for factor in self._factors(channels):
            yield self._degraded(channels, factor, file, None)

    def one(self, file: Path, random: np.random.Generator) -> tuple[NDArray[np.uint8], Degraded]:
        """Return a random version of an image; for a large image, a random window of it."""
        if file in self.low:
            return self._given(self._window_of(self._pair(file), random), file)
        pixels = _open(file).read()
        factor = float(random.choice(self._factors(pixels)))
        side = round(self.window / factor)
        top, left = (int(random.integers(max(1, n - side + 1))) for n in pixels.shape[:2])
        channels = self._channels(file, pixels[top : top + side, left : left + side])
        return self._degraded(channels, factor, file, random)

    def _pair(self, file: Path) -> tuple[NDArray[np.number], NDArray[np.number]]:
        """Return the pixels of an image and of its low-resolution file."""
        return _open(file, given=True).read(), open_picture(self.low[file]).read()

    def _window_of(
        self, pair: tuple[NDArray[np.number], NDArray[np.number]], random: np.random.Generator
    ) -> tuple[NDArray[np.number], NDArray[np.number]]:
        """Return a random part of both, aligned to low-resolution pixels."""
        high, low = pair
        side = self.window // self.scale
        top, left = (int(random.integers(max(1, n - side + 1))) for n in low.shape[:2])
        rows, columns = (
            slice(first * self.scale, (first + side) * self.scale) for first in (top, left)
        )
        return high[rows, columns], low[top : top + side, left : left + side]

    def _given(
        self, pair: tuple[NDArray[np.number], NDArray[np.number]], file: Path
    ) -> tuple[NDArray[np.uint8], Degraded]:
        """Return a mod-cropped image with the image of its low-resolution file."""
        original = Original(str(file), pair[0], PROTOCOL, low=pair[1])
        truth = modcrop(original.channels(self.color), self.scale)
        self._check_size(truth, file)
        return truth, original.degraded(self.color, self.scale)

    def _check_size(self, truth: NDArray[np.uint8], file: Path) -> None:
        if min(truth.shape[:2]) < self.least:
            raise InputError(file, f"has fewer than {self.least} pixels in one direction")

    def _factors(self, pixels: NDArray[np.number]) -> list[float]:
        side = min(pixels.shape[:2])
        left = {f: math.ceil(side * f) // self.scale * self.scale for f in self.shrink}
        return [1.0, *(factor for factor in self.shrink if left[factor] >= self.least)]

    def _channels(self, file: Path, pixels: NDArray[np.number]) -> NDArray[np.uint8]:
        return Original(str(file), pixels, PROTOCOL).channels(self.color)

    def _degraded(
        self,
        channels: NDArray[np.uint8],
        factor: float,
        file: Path,
        random: np.random.Generator | None,
    ) -> tuple[NDArray[np.uint8], Degraded]:
        channels = channels if factor == 1 else imresize(channels, factor)
        source = str(file)
        pair = degraded(channels, self.scale, source, self.degradation, random, self.color)
        self._check_size(pair[0], file)
        return pair


def _open(file: Path, given: bool = False) -> Picture:
    """Open an image to learn from.

    An image with its own low-resolution file is ``given``, and always accepted.

    Raises:
        InputError: If srcnn made the image, which therefore has no real detail.
    """
    picture = open_picture(file)
    if not given and mark_of(picture.header.metadata):
        raise InputError(file, "was made by srcnn")
    return picture


def degradation_of(recipe: Recipe) -> Degradation:
    """Return the degradation that a recipe's keys describe."""
    keys = recipe.degradation
    pipeline = None if keys.pipeline is None else Pipeline(**keys.pipeline.model_dump())
    return Degradation(keys.blur, keys.noise, keys.jpeg, pipeline)


def check_usable(
    recipe: Recipe, files: list[Path], grid: Grid, warn: Say, low: Mapping[Path, Path]
) -> None:
    """Check that at least one of the images can be used for training.

    Images are decoded one by one until one can be used. Nothing is logged about the ones before it,
    because `open_sampler` reports them again.

    Raises:
        MissingData: If none can be used.
    """
    told: list[str] = []
    missing = MissingData("training images", "none were found")
    for file in files:
        pairs = load_pairs([file], _versions(recipe, low).all, grid, told.append)
        try:
            _sampler_of(recipe)(pairs)
        except MissingData as error:
            missing = error
        else:
            return
    for warning in told:
        warn(warning)
    raise missing


def _versions(recipe: Recipe, low: Mapping[Path, Path] = _NO_FILES) -> Versions:
    degradation = degradation_of(recipe)
    if degradation.pipeline is not None:  # applies to patches, not to whole images
        degradation = Degradation()
    window = max(_WINDOW, 2 * recipe.patch)
    scale, color = recipe.scale, recipe.color
    return Versions(scale, recipe.shrink, degradation, recipe.patch, window, color, low)


def _sampler_of(recipe: Recipe) -> Callable[[list[Pair]], SubImageSampler | PatchSampler]:
    """Return a function that makes a sampler of images in memory."""
    patch, batch, seed = recipe.patch, recipe.batch, recipe.seed
    if recipe.sub_images:
        stride = recipe.sub_images
        return partial(SubImageSampler, patch=patch, batch=batch, seed=seed, stride=stride)
    return partial(PatchSampler, patch=patch, batch=batch, seed=seed, choice=_choice(recipe))


def _choice(recipe: Recipe) -> Choice:
    recolor = given = None
    if recipe.hue or recipe.brightness > 1:
        recolor = Recolor(recipe.color, recipe.hue, recipe.brightness)
    if (pipeline := degradation_of(recipe).pipeline) is not None:
        given = WindowDegradation(pipeline, recipe.scale, recipe.color)
    return Choice(
        recipe.stretched,
        recipe.balanced,
        recipe.candidates,
        recipe.channel_weights,
        recolor,
        given,
    )


def open_sampler(
    recipe: Recipe,
    files: list[Path],
    grid: Grid,
    say: Say,
    warn: Say,
    low: Mapping[Path, Path] | None = None,
) -> AbstractContextManager[Sampler]:
    """Return the sampler of a recipe: from memory if the images fit, else from worker processes.

    Args:
        recipe: The recipe.
        files: The images.
        grid: The network's grid.
        say: Called with progress messages.
        warn: Called with a warning about each image that cannot be used.
        low: Low-resolution file by image, for ``files`` that have one.
    """
    versions = _versions(recipe, {file: low[file] for file in files if file in low} if low else {})
    size = (recipe.shrink, recipe.megapixels, channels_in(recipe.color))
    if recipe.sub_images or fits_in_memory(files, *size):
        if not recipe.sub_images:
            say(f"decoding {len(files)} images")
        sampler = _sampler_of(recipe)(load_pairs(files, versions.all, grid, warn))
        if isinstance(sampler, SubImageSampler):
            say(f"{len(sampler.places)} sub-images of {sampler.pictures} images")
        return nullcontext(sampler)
    workers = min(MOST_WORKERS, max(1, cores() - 1))
    say(f"streaming {len(files)} images, {workers} at once")
    choice = _choice(recipe)
    make = partial(
        PatchSampler, patch=recipe.patch, batch=recipe.batch, seed=recipe.seed, choice=choice
    )
    cutter = Cutter(versions.one, grid, make)
    return StreamSampler(files, cutter, recipe.seed, workers, warn)


def fits_in_memory(
    files: list[Path], shrink: tuple[float, ...], megapixels: int, channels: int = 1
) -> bool:
    """Return whether all versions of all images are few and small enough to be kept decoded."""
    if len(files) > MOST_IN_MEMORY:
        return False
    left = megapixels * 1e6 / channels / (1 + sum(factor**2 for factor in shrink))
    for file in files:
        try:
            header = open_picture(file).header
        except (InputError, LimitError):
            continue  # reported when it is decoded
        left -= header.width * header.height
        if left < 0:
            return False
    return True


def read_held_back(
    files: list[Path], color: Color, warn: Say, low: Mapping[Path, Path] | None = None
) -> list[Original]:
    """Return the readable images, to be scored in the channels of a network of ``color``.

    A color network is not scored on gray images, for which two of its three channels are trivial.

    Args:
        files: The images.
        color: The network's channels.
        warn: Called with a warning about each image that is left out.
        low: Low-resolution file by image, for images that have one.
    """
    low = low or {}
    rules = replace(PROTOCOL, scored=(color,))
    originals = []
    for file in files:
        try:
            given = open_picture(low[file]).read() if file in low else None
            pixels = _open(file, given is not None).read()
            original = Original(str(file), pixels, rules, low=given)
        except (InputError, LimitError) as error:
            warn(f"{error}; skipped")
            continue
        if color != "Y" and (original.gray or not np.ptp(original.pixels, axis=2).any()):
            warn(f"{file}: is gray; not used for validation")
        else:
            originals.append(original)
    return originals

"""An image to score or to learn from: its scored views, and its low-resolution versions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.data.pairs import like_truth
from srcnn.errors import InputError, LimitError, SrcnnError
from srcnn.evaluation.protocol import BICUBIC, LowResolution, Protocol, Views, degraded, seen
from srcnn.images.alpha import without_alpha
from srcnn.images.color import Color, convert, space_of
from srcnn.images.condition import Condition, condition_of, condition_of_pixels
from srcnn.images.crop import modcrop
from srcnn.images.degrade import Degradation, Degraded, enlarge, low_resolution
from srcnn.images.io import open_picture
from srcnn.images.quantize import to_float, to_uint8
from srcnn.images.resize import imresize


class Original:
    """The truth about one image. Derived images are computed on demand and cached."""

    def __init__(
        self,
        name: str,
        pixels: NDArray[Any],
        protocol: Protocol,
        source: Path | None = None,
        low: NDArray[Any] | None = None,
    ) -> None:
        """Take pixels as `srcnn.images.io` reads them. Alpha is ignored.

        Args:
            name: Name of the image in reports.
            pixels: (H, W), or (H, W, 2..4), uint8 or uint16.
            protocol: Defines what is scored.
            source: Its file, which errors name.
            low: The low-resolution image, if it is given by a file: pixels like those above, of
                floor(H / s) x floor(W / s) for the one scale s that will be used. Without it the
                image is made for every scale.
        """
        self.name = name
        self.source = str(source or name)
        self.protocol = protocol
        self.pixels = without_alpha(pixels)
        """(H, W) gray or (H, W, 3) RGB."""
        self.low = None if low is None else like_truth(low, self.gray)
        self._bicubic: dict[int, NDArray[np.float64]] = {}
        self._files: dict[int, bytes] = {}
        self._channels: dict[Color, NDArray[np.uint8]] = {}

    @property
    def gray(self) -> bool:
        """Whether the image has a single channel."""
        return self.pixels.ndim == 2

    def bicubic(self, scale: int) -> NDArray[np.float64]:
        """Return the YCbCr of the enlarged low-resolution image, (H, W, 3)."""
        if scale not in self._bicubic:
            if self.low is None and self.protocol.low_resolution is LowResolution.FLOAT:
                truth = modcrop(to_float(self.pixels, np.float64), scale)
                low = low_resolution(convert(truth, "RGB", "YCbCr"), scale)
                self._bicubic[scale] = enlarge(low, scale)
            else:
                self._bicubic[scale] = self.degraded("YCbCr", scale).enlarged
        return self._bicubic[scale]

    @cached_property
    def truth(self) -> Views:
        """Scored views of the original."""
        return self.protocol.views(to_float(self.pixels, np.float64), "RGB")

    def channels(self, color: Color) -> NDArray[np.uint8]:
        """Return the channels that are degraded for a model of ``color``, (H, W) or (H, W, 3).

        A luma model gets the one channel that is scored or, if colors are scored too, YCbCr, of
        which it changes Y. For a color model a gray image is R = G = B. The color space is
        `space_of` ``color``.
        """
        if color == "Y" and (self.gray or self.protocol.of_luma):
            return self.truth[self.protocol.scored[0]]
        if color not in self._channels:
            rgb = np.dstack([self.pixels] * 3) if self.gray else self.pixels
            image = convert(to_float(rgb, np.float64), "RGB", space_of(color))
            self._channels[color] = to_uint8(image)
        return self._channels[color]

    def degraded(self, color: Color, scale: int, degradation: Degradation = BICUBIC) -> Degraded:
        """Return the low-resolution image for a model of ``color``, in that model's channels.

        A ``degradation`` other than bicubic requires a protocol that does not round the
        low-resolution image, and an image without a low-resolution file.
        """
        channels = self.channels(color)
        if self.low is not None:
            low = to_float(self.low, np.float64)
        elif self.protocol.low_resolution is LowResolution.FLOAT:
            return degraded(channels, scale, self.name, degradation, color=color)[1]
        else:
            low = to_float(self.low_file(scale), np.float64)
        if channels.ndim == 3:
            rgb = np.dstack([low] * 3) if self.gray else low
            low = convert(rgb, "RGB", space_of(color))
        elif not self.gray:
            low = seen(low, self.protocol.scored[0])
        return Degraded(low, scale, self.protocol.resize)

    def integer_bicubic(self, scale: int) -> Degraded:
        """Return the scored channel, with uint8 images before, between and after `imresize`."""
        if self.low is None:
            low = low_resolution(modcrop(self.channels("Y"), scale), scale)
        else:
            low = to_uint8(self.degraded("Y", scale).low)
        return Degraded(low, scale, _enlarge_integers)

    def low_file(self, scale: int) -> NDArray[np.uint8]:
        """Return the low-resolution image of an 8-bit file: (h, w) gray or (h, w, 3) RGB."""
        file = self.encoded(scale)
        if file is None:
            return self._reduced(scale)
        pixels: NDArray[np.uint8] = open_picture(file).read()
        if self.gray and pixels.ndim == 3:  # a WebP has three channels always
            return np.asarray(pixels[..., 1])
        return pixels

    def encoded(self, scale: int) -> bytes | None:
        """Return the degraded file that a model is given, or None if the protocol has none.

        Its noise depends on the image's name and the degradation's alone.
        """
        degradation = self.protocol.degradation
        if degradation is None:
            return None
        if scale not in self._files:
            seed = [*os.fsencode(f"{self.name} {degradation.name}")]
            low = self._reduced(scale)
            self._files[scale] = degradation.encoded(low, np.random.default_rng(seed))
        return self._files[scale]

    def condition(self, scale: int) -> Condition:
        """Return what a user's program could know about the low-resolution image."""
        file = self.encoded(scale)
        if file is None:
            return condition_of_pixels(self.low_file(scale))
        return condition_of(open_picture(file))

    def _reduced(self, scale: int) -> NDArray[np.uint8]:
        if self.low is not None:
            return to_uint8(to_float(self.low))
        truth = modcrop(to_uint8(to_float(self.pixels)), scale)
        low: NDArray[np.uint8] = self.protocol.resize(truth, 1 / scale)
        return low


def _enlarge_integers(low: NDArray[np.uint8], scale: float) -> NDArray[np.float64]:
    enlarged: NDArray[np.float64] = to_float(imresize(low, scale), np.float64)
    return enlarged


def read_originals(
    files: Sequence[Path],
    protocol: Protocol,
    failures: list[SrcnnError],
    progress: Callable[[str], None] | None = None,
    low: Mapping[Path, Path] | None = None,
) -> Iterator[Original]:
    """Yield images, reading one after another.

    Args:
        files: The images.
        protocol: Defines what is scored.
        failures: Receives the errors of images that cannot be read.
        progress: Called with a line about each image.
        low: Low-resolution file by image, for images that have one.
    """
    for file in files:
        if progress is not None:
            progress(f"scoring {file}")
        try:
            original = read_original(file, protocol, (low or {}).get(file))
        except (InputError, LimitError) as error:
            failures.append(error)
        else:
            yield original


def read_original(path: Path, protocol: Protocol, low: Path | None = None) -> Original:
    """Read an image, and its low-resolution file if given. Its name is the stem of the file."""
    given = None if low is None else open_picture(low).read()
    return Original(path.stem, open_picture(path).read(), protocol, path, given)

"""A picture to be judged, or to be learned from: what is scored of it, and what of it is degraded."""

from __future__ import annotations

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
from srcnn.images.crop import modcrop
from srcnn.images.degrade import Degradation, Degraded, enlarge, low_resolution
from srcnn.images.io import open_picture
from srcnn.images.quantize import to_float, to_uint8
from srcnn.images.resize import imresize


class Original:
    """The truth about one picture. What is asked for is worked out once, and kept."""

    def __init__(
        self,
        name: str,
        pixels: NDArray[Any],
        protocol: Protocol,
        source: Path | None = None,
        low: NDArray[Any] | None = None,
    ) -> None:
        """Take pixels as `srcnn.images.io` reads them; alpha is ignored.

        Args:
            name: Name of the picture in reports.
            pixels: (H, W), or (H, W, 2..4), uint8 or uint16.
            protocol: What is scored of it.
            source: Its file, which errors name.
            low: The low-resolution picture, where there is a file of it; else it is made for every
                scale. Pixels like the above, of floor(H / s) x floor(W / s) at the one scale s that
                is asked for.
        """
        self.name = name
        self.source = str(source or name)
        self.protocol = protocol
        self.pixels = without_alpha(pixels)
        """H x W (gray) or H x W x 3 (RGB)."""
        self.low = None if low is None else like_truth(low, self.gray)
        self._bicubic: dict[int, NDArray[np.float64]] = {}
        self._channels: dict[Color, NDArray[np.uint8]] = {}

    @property
    def gray(self) -> bool:
        return self.pixels.ndim == 2

    def bicubic(self, scale: int) -> NDArray[np.float64]:
        """YCbCr of the low-res picture enlarged, H x W x 3."""
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
        """What is scored."""
        return self.protocol.views(to_float(self.pixels, np.float64), "RGB")

    def channels(self, color: Color) -> NDArray[np.uint8]:
        """What is degraded for a model of ``color``, H x W or H x W x 3 (`space_of` it).

        A luma model has the one channel that is scored, or, where colours are scored too, YCbCr, of which
        it changes Y. To a colour model a gray picture is R = G = B.
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

        Another ``degradation`` than bicubic is for protocols whose low-resolution image is not
        rounded, and for pictures without a low-resolution file.
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
        """Return the one channel with uint8 images in, between and out of `imresize`."""
        if self.low is None:
            low = low_resolution(modcrop(self.channels("Y"), scale), scale)
        else:
            low = to_uint8(self.degraded("Y", scale).low)
        return Degraded(low, scale, _enlarge_integers)

    def low_file(self, scale: int) -> NDArray[np.uint8]:
        """Return the low-resolution image as an 8-bit file holds it: (h, w) gray or (h, w, 3) RGB."""
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
    """Read one picture after another.

    Args:
        files: The pictures.
        protocol: What is scored of them.
        failures: Gets what is wrong with one that cannot be read.
        progress: Called with a line about each picture.
        low: The low-resolution files of the pictures that have one.
    """
    for file in files:
        if progress is not None:
            progress(f"judging {file}")
        try:
            original = read_original(file, protocol, (low or {}).get(file))
        except (InputError, LimitError) as error:
            failures.append(error)
        else:
            yield original


def read_original(path: Path, protocol: Protocol, low: Path | None = None) -> Original:
    """Return the picture of a file, under its name without suffix, with its low-resolution file."""
    given = None if low is None else open_picture(low).read()
    return Original(path.stem, open_picture(path).read(), protocol, path, given)

"""High-res -> low-res -> bicubic: the one model of degradation, for training and judging alike.

The low-res picture is made by bicubic interpolation and enlarged to the wanted size by bicubic
interpolation again; the network's input Y is that enlarged picture. `Degradation` has the other ways.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.images.color import Color, convert, space_of
from srcnn.images.degradations.pipeline import Pipeline
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.grid import Grid
from srcnn.images.io import open_picture
from srcnn.images.metadata import Metadata
from srcnn.images.quantize import to_float, to_uint8
from srcnn.images.resize import blur_and_subsample, imresize


def low_resolution(high: NDArray[Any], scale: int) -> NDArray[Any]:
    """Bicubic H x W (x C), sides multiples of ``scale``, to H / scale x W / scale (x C).

    The dtype is kept: uint8, uint16, or floats around [0, 1], which are neither rounded nor clamped.
    """
    return imresize(high, 1.0 / scale)


def enlarge(low: NDArray[Any], scale: int) -> NDArray[Any]:
    """Bicubic h x w (x C) to h * scale x w * scale (x C); dtype and range as in `low_resolution`."""
    return imresize(low, float(scale))


@dataclass(frozen=True)
class Degraded:
    """A low-resolution image, and what networks of any grid are given of it.

    Attributes:
        low: (h, w) or (h, w, 3) pixels, floats around [0, 1] unless ``resize`` takes others.
        scale: Enlargement that brings back the size of the truth.
        resize: Function of ``low`` and ``scale`` to the enlarged image, (scale * h, scale * w) or
            (scale * h, scale * w, 3) floats around [0, 1].
    """

    low: NDArray[Any]
    scale: int
    resize: Callable[[NDArray[Any], float], NDArray[Any]] = imresize

    @cached_property
    def enlarged(self) -> NDArray[np.float64]:
        """The image enlarged by `resize`: the input of networks of factor 1."""
        return self.resize(self.low, float(self.scale))

    def given(self, grid: Grid) -> NDArray[np.float64]:
        """Return the input of a network of ``grid``: the enlarged image, or the low-resolution one."""
        assert grid.factor in (1, self.scale), "the network is for another scale"
        return self.enlarged if grid.factor == 1 else self.low


@dataclass(frozen=True)
class Degradation:
    """How the low-res picture comes about; as it stands, by MATLAB's bicubic and nothing else."""

    blur: float | None = None
    """Standard deviation, in high-res pixels, of a Gaussian: then as in section 3.3 of the paper the
    picture is blurred and sub-sampled."""
    noise: tuple[float, float] | None = None
    """Least and largest standard deviation of Gaussian noise, in grey levels of 255, in each channel."""
    jpeg: tuple[int, int] | None = None
    """Least and best quality of a JPEG file that the low-res picture passes through, rounded to 8 bits.

    Its chroma, where it has any, is halved each way, as in most such files."""
    pipeline: Pipeline | None = None
    """What makes the low-res picture in place of all that. Its ``clean`` part is left to the caller."""

    def low_resolution(
        self,
        high: NDArray[np.float64],
        scale: int,
        random: np.random.Generator,
        color: Color = "Y",
    ) -> NDArray[np.float64]:
        """H x W luma, or H x W x 3 (`space_of` ``color``), in [0, 1] to those of the low-res picture.

        The sides are multiples of ``scale``. Channels are degraded one by one, but in a JPEG file, which
        is of their RGB.
        """
        if self.pipeline is not None:
            return self.pipeline.low_resolution(high, scale, random, color).astype(np.float64)
        if self.blur is None:
            low = low_resolution(high, scale)
        else:
            low = blur_and_subsample(high, scale, self.blur)
        if self.noise is not None:
            low = low + random.normal(0, random.uniform(*self.noise) / 255, low.shape)
        if self.jpeg is not None:
            quality = int(random.integers(*self.jpeg, endpoint=True))
            picture = convert(low, space_of(color), "RGB") if low.ndim == 3 else low
            file = encode(to_uint8(picture), FORMATS["jpeg"], Metadata(subsampled=True), quality)
            picture = to_float(open_picture(file).read(), np.float64)
            low = convert(picture, "RGB", space_of(color)) if low.ndim == 3 else picture
        return low

    def __str__(self) -> str:
        """For the card: ``bicubic``, or ``Gaussian blur 1.6, noise 0 to 5, JPEG 40 to 95``."""
        if self.pipeline is not None:
            return str(self.pipeline)
        parts = ["bicubic" if self.blur is None else f"Gaussian blur {self.blur:g}"]
        if self.noise is not None:
            parts.append("noise {:g} to {:g}".format(*self.noise))
        if self.jpeg is not None:
            parts.append("JPEG {} to {}".format(*self.jpeg))
        return ", ".join(parts)

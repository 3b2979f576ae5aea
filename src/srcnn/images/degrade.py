"""Degradations for training and evaluation: high-resolution, low-resolution, bicubic.

By default bicubic interpolation makes the low-resolution image and enlarges it again. The Y of the
enlarged image is the input of SRCNN. `Degradation` has the alternatives.
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
    """Reduce an image by bicubic interpolation.

    Args:
        high: (H, W[, C]), sides multiples of ``scale``: uint8, uint16, or floats around [0, 1],
            which are neither rounded nor clamped.
        scale: Scale of the reduction.

    Returns:
        (H / scale, W / scale[, C]) of the same dtype.
    """
    return imresize(high, 1.0 / scale)


def enlarge(low: NDArray[Any], scale: int) -> NDArray[Any]:
    """Enlarge (h, w[, C]) by bicubic interpolation; dtype and range as in `low_resolution`."""
    return imresize(low, float(scale))


@dataclass(frozen=True)
class Degraded:
    """A low-resolution image, and the inputs that networks of any grid derive from it.

    Attributes:
        low: (h, w) or (h, w, 3) pixels, floats around [0, 1] unless ``resize`` accepts others.
        scale: Scale that restores the size of the reference.
        resize: Function of ``low`` and ``scale`` to the enlarged image, (scale * h, scale * w) or
            (scale * h, scale * w, 3) floats around [0, 1].
    """

    low: NDArray[Any]
    scale: int
    resize: Callable[[NDArray[Any], float], NDArray[Any]] = imresize

    @cached_property
    def enlarged(self) -> NDArray[np.float64]:
        """The image enlarged by ``resize``, the input of networks with factor 1."""
        return self.resize(self.low, float(self.scale))

    def given(self, grid: Grid) -> NDArray[np.float64]:
        """Return the input of a network on ``grid``: the enlarged or the low-resolution image."""
        assert grid.factor in (1, self.scale), "the network is for another scale"
        return self.enlarged if grid.factor == 1 else self.low


@dataclass(frozen=True)
class Degradation:
    """How low-resolution images are made; by default with MATLAB's bicubic.

    Attributes:
        blur: Standard deviation, in high-resolution pixels, of a Gaussian. If set, the image is
            blurred and subsampled as in section 3.3 of the paper.
        noise: Smallest and largest standard deviation of Gaussian noise in each channel, in gray
            levels of 255.
        jpeg: Lowest and highest quality of a JPEG file in which the low-resolution image is saved,
            rounded to 8 bits. Its chroma has half the resolution, as in most files.
        pipeline: Replaces all of the above. The caller handles its ``clean`` fraction.
    """

    blur: float | None = None
    noise: tuple[float, float] | None = None
    jpeg: tuple[int, int] | None = None
    pipeline: Pipeline | None = None

    def low_resolution(
        self,
        high: NDArray[np.float64],
        scale: int,
        random: np.random.Generator,
        color: Color = "Y",
    ) -> NDArray[np.float64]:
        """Make the low-resolution image.

        Channels are degraded independently, except by a JPEG file, which stores RGB.

        Args:
            high: (H, W) luma, or (H, W, 3) in `space_of` ``color``, floats in [0, 1], sides
                multiples of ``scale``.
            scale: Scale of the reduction.
            random: Source of randomness.
            color: Color space of the channels.

        Returns:
            (H / scale, W / scale) or (H / scale, W / scale, 3) floats.
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
        """Return a description for the card, such as ``Gaussian blur 1.6, JPEG 40 to 95``."""
        if self.pipeline is not None:
            return str(self.pipeline)
        parts = ["bicubic" if self.blur is None else f"Gaussian blur {self.blur:g}"]
        if self.noise is not None:
            parts.append("noise {:g} to {:g}".format(*self.noise))
        if self.jpeg is not None:
            parts.append("JPEG {} to {}".format(*self.jpeg))
        return ", ".join(parts)

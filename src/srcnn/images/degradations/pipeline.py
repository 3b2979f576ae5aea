"""A random pipeline of degradations that real low-quality images have undergone.

::

    blur | noise | reduction, in random order  -->  JPEG or WebP  -->  8 bits
    reduction: resize to low resolution,  or  resize --> JPEG --> resize to low resolution

Every part except the reduction has a probability. Random order and several kernels follow Zhang,
Liang, Van Gool, Timofte: "Designing a Practical Degradation Model for Deep Blind Image
Super-Resolution", ICCV 2021; the second round of JPEG and resizing follows Wang, Xie, Dong, Shan:
"Real-ESRGAN", ICCVW 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.images.color import Color, linear, space_of
from srcnn.images.degradations.blur import Blur
from srcnn.images.degradations.compression import Jpeg, Webp
from srcnn.images.degradations.noise import CHANNELS, DISTRIBUTIONS, Noise
from srcnn.images.degradations.resizing import Resize
from srcnn.images.degradations.step import Planes, Step
from srcnn.images.kernels import KERNELS, KernelName
from srcnn.images.quantize import to_float, to_uint8

_ISOTROPIC = 0.5
"""Probability that a blur is isotropic."""
_ALIASED = 0.2
"""Probability that a resize has no anti-aliasing."""
_SUBSAMPLED = 0.75
"""Probability that a JPEG file is 4:2:0, like most files, rather than 4:4:4."""
_NAMES: tuple[KernelName, ...] = tuple(KERNELS)

Size = tuple[int, int]
"""(height, width) in pixels."""


@dataclass(frozen=True)
class Pipeline:
    """Probabilities and ranges of random degradations.

    Attributes:
        clean: Fraction of the training patches that skip the pipeline and are only reduced by
            MATLAB's bicubic. The other attributes apply to the rest.
        blur: Probability of a blur.
        sigma: Smallest and largest standard deviation of the blur in high-resolution pixels. A blur
            after the reduction has 1 / ``scale`` of it in low-resolution pixels.
        noise: Probability of noise.
        level: Smallest and largest standard deviation of the noise in gray levels of 255.
        twice: Probability that the reduction is a resize, a JPEG file, and another resize.
        jpeg: Probability that the low-resolution image is finally saved as JPEG.
        webp: Probability that it is saved as WebP instead.
        quality: Lowest and highest quality of all these files.
    """

    clean: float = 0.5
    blur: float = 0.4
    sigma: tuple[float, float] = (0.0, 1.5)
    noise: float = 0.4
    level: tuple[float, float] = (0.0, 10.0)
    twice: float = 0.2
    jpeg: float = 0.65
    webp: float = 0.1
    quality: tuple[int, int] = (25, 98)

    def draw(self, random: np.random.Generator, size: Size, scale: int) -> list[Step]:
        """Draw random steps for an image.

        Args:
            random: Source of randomness.
            size: (height, width), multiples of ``scale``.
            scale: Scale of the reduction.
        """
        parts = ["reduction"]
        parts += ["blur"] if random.random() < self.blur else []
        parts += ["noise"] if random.random() < self.noise else []
        steps: list[Step] = []
        unit = 1.0  # high-resolution pixels per current pixel
        for part in random.permutation(parts):
            if part == "reduction":
                steps += self._reduction(random, size, scale)
                unit = float(scale)
            elif part == "blur":
                steps.append(self._draw_blur(random, unit))
            else:
                steps.append(self._draw_noise(random))
        last = random.random()
        if last < self.jpeg:
            steps.append(self._draw_jpeg(random))
        elif last < self.jpeg + self.webp:
            steps.append(Webp(self._draw_quality(random)))
        return steps

    def low_resolution(
        self,
        high: NDArray[Any],
        scale: int,
        random: np.random.Generator,
        color: Color = "Y",
    ) -> NDArray[np.float32]:
        """Degrade an image with random steps.

        Args:
            high: (H, W) luma or (H, W, 3) floats in [0, 1], sides multiples of ``scale``.
            scale: Scale of the reduction, a whole number.
            random: Source of randomness.
            color: Color space of ``high``, see `space_of`. Three channels are degraded as RGB, luma
                like a gray image.

        Returns:
            (H / scale, W / scale), or with 3 channels, float32 in [0, 1]: 8-bit luma, or 8-bit RGB
            in the space of ``color``.
        """
        steps = self.draw(random, (high.shape[0], high.shape[1]), scale)
        if high.ndim == 2:
            luma: NDArray[np.float32] = apply(steps, high[None].astype(np.float32), random)[0]
            return luma
        space = space_of(color)
        planes = np.ascontiguousarray(np.moveaxis(high, 2, 0), np.float32)
        low = apply(steps, _converted(planes, space, "RGB"), random)
        return np.ascontiguousarray(np.moveaxis(_converted(low, "RGB", space), 0, 2))

    def _reduction(self, random: np.random.Generator, size: Size, scale: int) -> list[Step]:
        low = (size[0] // scale, size[1] // scale)
        if random.random() >= self.twice:
            return [_draw_resize(random, low)]
        factor = scale ** -random.random()
        between = (round(size[0] * factor), round(size[1] * factor))
        return [
            _draw_resize(random, between),
            self._draw_jpeg(random),
            _draw_resize(random, low),
        ]

    def _draw_blur(self, random: np.random.Generator, unit: float) -> Blur:
        first, second = random.uniform(*self.sigma, 2) / unit
        angle = random.uniform(0, 180)
        if random.random() < _ISOTROPIC:
            return Blur((first, first))
        return Blur((first, second), angle)

    def _draw_noise(self, random: np.random.Generator) -> Noise:
        distribution = DISTRIBUTIONS[random.integers(len(DISTRIBUTIONS))]
        channels = CHANNELS[random.integers(len(CHANNELS))]
        return Noise(distribution, random.uniform(*self.level), channels)

    def _draw_jpeg(self, random: np.random.Generator) -> Jpeg:
        return Jpeg(self._draw_quality(random), random.random() < _SUBSAMPLED)

    def _draw_quality(self, random: np.random.Generator) -> int:
        return int(random.integers(*self.quality, endpoint=True))

    def __str__(self) -> str:
        """Return a description for the card."""
        return (
            f"{self.clean:g} bicubic; else resized by {', '.join(KERNELS)} with chances of "
            f"blur {self.blur:g} (sigma {_span(self.sigma)}), "
            f"noise {self.noise:g} ({_span(self.level)}), "
            f"JPEG before a resize {self.twice:g}, JPEG {self.jpeg:g}, WebP {self.webp:g} "
            f"(quality {_span(self.quality)})"
        )


def apply(steps: Sequence[Step], planes: Planes, random: np.random.Generator) -> Planes:
    """Degrade an image by steps, and round the result to 8 bits like a file.

    Args:
        steps: The steps, first to last.
        planes: (C, H, W) float32 around [0, 1].
        random: Source of randomness.

    Returns:
        (C, h, w) float32 in [0, 1].
    """
    for step in steps:
        planes = step(planes, random)
    return to_float(to_uint8(planes))


def _draw_resize(random: np.random.Generator, size: Size) -> Resize:
    kernel = _NAMES[random.integers(len(_NAMES))]
    # A box without anti-aliasing picks one of several samples, which shifts the image at even
    # scales.
    antialias = random.random() >= _ALIASED or kernel == "box"
    return Resize(size, kernel, antialias)


def _converted(planes: Planes, old: Color, new: Color) -> Planes:
    """Apply `convert` to planes, several times faster because each channel is contiguous."""
    if old == new:
        return planes
    matrix, offset = linear(old, new)
    out: Planes = np.tensordot(matrix.T.astype(np.float32), planes, 1)
    out += offset.astype(np.float32)[:, None, None]
    return out


def _span(ends: tuple[float, float]) -> str:
    return "{:g} to {:g}".format(*ends)

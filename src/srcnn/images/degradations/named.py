"""Fixed degradations of low-resolution images, by name, each ending in the bytes of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srcnn.images.degradations.blur import Blur
from srcnn.images.degradations.compression import Jpeg, Webp, to_pixels
from srcnn.images.degradations.noise import Noise
from srcnn.images.degradations.resizing import Resize
from srcnn.images.degradations.step import Planes, Step
from srcnn.images.encode import encode
from srcnn.images.formats import FORMATS
from srcnn.images.quantize import to_float


@dataclass(frozen=True)
class Larger:
    """A larger version of an image that was saved as JPEG and then reduced.

    Attributes:
        factor: How much larger it was.
        jpeg: The file.
    """

    factor: float
    jpeg: Jpeg

    def __call__(self, planes: Planes, random: np.random.Generator) -> Planes:
        """See `Step`."""
        size = (planes.shape[1], planes.shape[2])
        large = (round(size[0] * self.factor), round(size[1] * self.factor))
        for step in (Resize(large), self.jpeg, Resize(size)):
            planes = step(planes, random)
        return planes

    def __str__(self) -> str:
        """Return a short description."""
        return f"{self.factor:g} times as large as {self.jpeg}, reduced"


@dataclass(frozen=True)
class Named:
    """One degradation.

    Attributes:
        name: Its name.
        steps: What happens to the low-resolution image.
        file: How it is saved. None is PNG.
    """

    name: str
    steps: Sequence[Step] = ()
    file: Jpeg | Webp | None = None

    def encoded(self, low: NDArray[np.uint8], random: np.random.Generator) -> bytes:
        """Degrade an image.

        Args:
            low: (h, w) gray or (h, w, 3) RGB low-resolution image.
            random: Source of the noise.

        Returns:
            The bytes of a file of the same size.
        """
        pixels = low
        if self.steps:
            planes = to_float(low[None] if low.ndim == 2 else np.moveaxis(low, 2, 0))
            for step in self.steps:
                planes = step(planes, random)
            pixels = to_pixels(planes)
        if self.file is None:
            return encode(pixels, FORMATS["png"])
        return self.file.encode(np.ascontiguousarray(pixels))

    def __str__(self) -> str:
        """Return a description for reports."""
        return ", ".join([*map(str, self.steps), str(self.file) if self.file else "PNG"])


NAMED = {
    each.name: each
    for each in (
        Named("clean"),
        Named("jpeg-90", file=Jpeg(90)),
        Named("jpeg-75", file=Jpeg(75)),
        Named("jpeg-50", file=Jpeg(50)),
        Named("jpeg-30", file=Jpeg(30)),
        Named("jpeg-50-444", file=Jpeg(50, subsampled=False)),
        Named("resaved-50", (Jpeg(50),)),
        Named("reduced", (Larger(1.5, Jpeg(60)),), Jpeg(85)),
        Named("webp-50", file=Webp(50)),
        Named("noise-5", (Noise("Gaussian", 5),)),
        Named("noise-10", (Noise("Gaussian", 10),)),
        Named("grain-8", (Noise("Gaussian", 8, "luma"),)),
        Named("photon-10", (Noise("Poisson", 10),)),
        Named("blur", (Blur((0.7, 0.7)),)),
        Named("phone", (Blur((0.5, 0.5)), Noise("Poisson", 6)), Jpeg(80)),
        Named("old-web", (Blur((0.6, 0.6)), Noise("Gaussian", 3)), Jpeg(40)),
    )
}
"""The degradations of the protocol ``photo``. Lengths are pixels of the low-resolution image, noise
is in gray levels. ``jpeg-30`` to ``jpeg-90`` are 4:2:0; ``resaved-50`` was a JPEG and is a PNG."""

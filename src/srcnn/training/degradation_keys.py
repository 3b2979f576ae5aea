"""The recipe keys that define how low-resolution images are made."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from srcnn.images.degradations.pipeline import Pipeline
from srcnn.training.keys import STRICT, Chance, NotNegative, Quality, Rate

Sigma = Annotated[float, Field(ge=0, le=10)]
Level = Annotated[float, Field(ge=0, le=100)]


class PipelineKeys(BaseModel):
    """Probabilities and ranges of a random degradation pipeline, drawn for every patch.

    See `srcnn.images.degradations`.
    """

    model_config = STRICT

    clean: Chance = Pipeline.clean
    """Fraction of the patches that are only reduced by MATLAB's bicubic. The others draw each step
    below."""
    blur: Chance = Pipeline.blur
    """Probability of a Gaussian blur, isotropic or anisotropic, before or after the resize."""
    sigma: tuple[Sigma, Sigma] = Pipeline.sigma
    """Smallest and largest standard deviation of the blur, in HR pixels, before and after the
    resize."""
    noise: Chance = Pipeline.noise
    """Probability of Gaussian or Poisson noise in RGB, luma or chroma, before or after resizing."""
    level: tuple[Level, Level] = Pipeline.level
    """Smallest and largest standard deviation of the noise, in gray levels of 255."""
    twice: Chance = Pipeline.twice
    """Probability that the image is resized twice, with JPEG compression in between."""
    jpeg: Chance = Pipeline.jpeg
    """Probability that the low-resolution image is JPEG-compressed at the end."""
    webp: Chance = Pipeline.webp
    """Probability that it is WebP-compressed instead."""
    quality: tuple[Quality, Quality] = Pipeline.quality
    """Lowest and highest quality of all these files."""

    @model_validator(mode="after")
    def _fits(self) -> PipelineKeys:
        _check_ranges(sigma=self.sigma, level=self.level, quality=self.quality)
        if self.jpeg + self.webp > 1:
            raise ValueError("the chances of jpeg and webp must add up to at most 1")
        return self


class DegradationKeys(BaseModel):
    """How low-resolution images are made. Without any key, by MATLAB's bicubic alone."""

    model_config = STRICT

    blur: Rate | None = None
    """Standard deviation, in HR pixels, of a Gaussian blur that is followed by subsampling: the
    paper's alternative to bicubic. Other work uses 1.6 at x3."""
    noise: tuple[NotNegative, NotNegative] | None = None
    """Smallest and largest standard deviation of Gaussian noise on the low-resolution image, in
    gray levels."""
    jpeg: tuple[Quality, Quality] | None = None
    """Lowest and highest quality of JPEG compression applied to the low-resolution image."""
    pipeline: PipelineKeys | None = None
    """Random pipeline that replaces all keys above. ``{}`` uses the default probabilities."""

    @model_validator(mode="after")
    def _fits(self) -> DegradationKeys:
        _check_ranges(noise=self.noise, jpeg=self.jpeg)
        others = (self.blur, self.noise, self.jpeg)
        if self.pipeline is not None and any(key is not None for key in others):
            raise ValueError(
                "pipeline cannot be combined with blur, noise or jpeg; set them inside it"
            )
        return self


def _check_ranges(**ranges: tuple[float, float] | None) -> None:
    """Check that both ends of each range are in ascending order.

    Raises:
        ValueError: If the first end of a range exceeds the second.
    """
    for name, ends in ranges.items():
        if ends is not None and ends[0] > ends[1]:
            raise ValueError(f"{name} must be a range from low to high")

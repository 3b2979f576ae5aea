"""The keys of a recipe that say how low-resolution pictures are made."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from srcnn.images.degradations.pipeline import Pipeline
from srcnn.training.keys import STRICT, Chance, NotNegative, Quality, Rate

Sigma = Annotated[float, Field(ge=0, le=10)]
Level = Annotated[float, Field(ge=0, le=100)]


class PipelineKeys(BaseModel):
    """Chances and ranges of a pipeline that every patch draws from, see `srcnn.images.degradations`."""

    model_config = STRICT

    clean: Chance = Pipeline.clean
    """Part of the patches that are MATLAB's bicubic alone; the others draw each of the following."""
    blur: Chance = Pipeline.blur
    """Chance of a Gaussian blur, isotropic or not, before or after the resize."""
    sigma: tuple[Sigma, Sigma] = Pipeline.sigma
    """Least and largest standard deviation of the blur, in HR pixels, before and after the resize."""
    noise: Chance = Pipeline.noise
    """Chance of Gaussian or Poisson noise, in RGB, luma or chroma, before or after the resize."""
    level: tuple[Level, Level] = Pipeline.level
    """Least and largest standard deviation of the noise, in gray levels of 255."""
    twice: Chance = Pipeline.twice
    """Chance that the picture is resized twice, with a JPEG file in between."""
    jpeg: Chance = Pipeline.jpeg
    """Chance that the low-resolution picture passes through a JPEG file at the end."""
    webp: Chance = Pipeline.webp
    """Chance that it passes through a WebP file instead."""
    quality: tuple[Quality, Quality] = Pipeline.quality
    """Least and best quality of all these files."""

    @model_validator(mode="after")
    def _fits(self) -> PipelineKeys:
        _check_ranges(sigma=self.sigma, level=self.level, quality=self.quality)
        if self.jpeg + self.webp > 1:
            raise ValueError("jpeg and webp exclude each other: their chances add up to at most 1")
        return self


class DegradationKeys(BaseModel):
    """How the low-res picture is made; with no key by MATLAB's bicubic and nothing else."""

    model_config = STRICT

    blur: Rate | None = None
    """The paper's other way: a Gaussian of this standard deviation, in HR pixels, then sub-sampling.

    Others took 1.6 at x3."""
    noise: tuple[NotNegative, NotNegative] | None = None
    """Least and largest standard deviation of Gaussian noise on the low-res picture, in grey levels."""
    jpeg: tuple[Quality, Quality] | None = None
    """Least and best quality of a JPEG file that the low-res picture passes through."""
    pipeline: PipelineKeys | None = None
    """A random pipeline in place of all these; ``{}`` has the usual chances."""

    @model_validator(mode="after")
    def _fits(self) -> DegradationKeys:
        _check_ranges(noise=self.noise, jpeg=self.jpeg)
        others = (self.blur, self.noise, self.jpeg)
        if self.pipeline is not None and any(key is not None for key in others):
            raise ValueError("pipeline has its own blur, noise and jpeg: put them into it")
        return self


def _check_ranges(**ranges: tuple[float, float] | None) -> None:
    """Raise `ValueError` for a range that falls."""
    for name, ends in ranges.items():
        if ends is not None and ends[0] > ends[1]:
            raise ValueError(f"{name} is a range: its ends rise")

"""Evaluation protocols as data, which every report prints."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import InputError, UsageError, choices
from srcnn.images.color import Color, convert
from srcnn.images.crop import modcrop
from srcnn.images.degradations.named import NAMED, Named
from srcnn.images.degrade import Degradation, Degraded
from srcnn.images.quantize import to_float, to_uint8
from srcnn.images.resize import imresize, resize_as_opencv

BICUBIC = Degradation()
"""Degradation that the protocols use."""

Views = dict[str, NDArray[np.uint8]]
"""Scored views of an image by name: (H, W) or (H, W, 3) uint8."""

# Weights of MATLAB's rgb2gray.
_GRAY = np.array([0.298936021293776, 0.587043074451121, 0.114020904255103])

_VIEWS: dict[str, Callable[[NDArray[np.number], Color], NDArray[np.number]]] = {
    "Y": lambda image, color: convert(image, color, "YCbCr")[..., 0],
    "Cb": lambda image, color: convert(image, color, "YCbCr")[..., 1],
    "Cr": lambda image, color: convert(image, color, "YCbCr")[..., 2],
    "YCbCr": lambda image, color: convert(image, color, "YCbCr"),
    "RGB": lambda image, color: convert(image, color, "RGB"),
    "gray": lambda image, color: convert(image, color, "RGB") @ _GRAY,
}


class LowResolution(Enum):
    """How the low-resolution image is made and enlarged. Reports print the values."""

    FLOAT = "mod-crop, MATLAB bicubic imresize down and up in float, not rounded"
    FILE = "mod-crop, MATLAB bicubic imresize down, rounded to uint8, then up in float"
    ENCODED = "mod-crop, MATLAB bicubic imresize down, rounded, degraded, saved, then up in float"
    OPENCV = "mod-crop, OpenCV's INTER_CUBIC down, rounded to uint8, then up in float"


class BicubicInput(Enum):
    """Input of the model ``bicubic``. Reports print the values."""

    GIVEN = "what networks are given"
    INTEGERS = "MATLAB bicubic imresize of uint8 pictures down and up"


class Border(Enum):
    """Which pixels at the border are scored. Reports print the values."""

    SHAVED = "scale pixels shaved from each side"
    KEPT = "nothing shaved"


class ProtocolDocument(TypedDict):
    """A `Protocol` as JSON.

    Attributes:
        name: Name of the protocol.
        channel: Description of what is scored.
        scored: Names of the scored views; the first one gives ``psnr``, another, such as Cb,
            ``psnr_cb``.
        low_resolution: How the low-resolution image is made.
        bicubic: Input of bicubic interpolation.
        output: How the output of a model is rounded.
        border: Which pixels at the border are not scored.
        degradation: What the low-resolution image goes through, in words; null without any.
    """

    name: str
    channel: str
    scored: list[str]
    low_resolution: str
    bicubic: str
    output: str
    border: str
    degradation: str | None


@dataclass(frozen=True)
class Protocol:
    """One way to score images.

    Alpha is ignored. A gray image is scored by its one channel, without conversion.
    """

    name: str
    channel: str
    """Description of what is scored."""
    scored: tuple[str, ...] = ("Y",)
    """Names of the scored views. The first one gives ``psnr``, another, such as Cb, ``psnr_cb``."""
    low_resolution: LowResolution = LowResolution.FLOAT
    """Input of the models: floats, or an image rounded as in a file."""
    bicubic: BicubicInput = BicubicInput.GIVEN
    """Input of the model ``bicubic``: that of the other models, or integer images throughout."""
    output: str = "rounded to uint8"
    border: Border = Border.SHAVED
    degradation: Named | None = None
    """What the low-resolution image goes through, with ``ENCODED`` alone."""

    @property
    def resize(self) -> Callable[[NDArray[Any], float], NDArray[Any]]:
        """Function of (H, W) or (H, W, C) pixels and a scale that resizes; it keeps the dtype."""
        return resize_as_opencv if self.low_resolution is LowResolution.OPENCV else imresize

    @property
    def of_luma(self) -> bool:
        """Whether a single channel is scored."""
        return self.scored in (("Y",), ("gray",))

    @property
    def together(self) -> tuple[str, ...]:
        """Scored views that have three channels."""
        return tuple(view for view in self.scored if view in ("YCbCr", "RGB"))

    def views(self, image: NDArray[np.number], color: Color) -> Views:
        """Return the scored views of an image.

        Args:
            image: (H, W, 3) floats of the color space ``color``, or (H, W) gray, which has one
                view.
            color: The color space.
        """
        if image.ndim == 2:
            return {self.scored[0]: to_uint8(image)}
        return {name: to_uint8(seen(image, name, color)) for name in self.scored}

    def shaved(self, scale: int) -> int:
        """Return the number of pixels that are not scored on each side."""
        return scale if self.border is Border.SHAVED else 0

    def like(self, other: Protocol) -> bool:
        """Return whether both protocols give the same metrics for their first view."""
        return replace(
            self, name=other.name, channel=other.channel, scored=self.scored[:1]
        ) == replace(other, scored=other.scored[:1])

    def to_document(self) -> ProtocolDocument:
        """Return the protocol as JSON, with a sentence for each choice."""
        return {
            "name": self.name,
            "channel": self.channel,
            "scored": list(self.scored),
            "low_resolution": self.low_resolution.value,
            "bicubic": self.bicubic.value,
            "output": self.output,
            "border": self.border.value,
            "degradation": None if self.degradation is None else str(self.degradation),
        }


PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol("paper", "Y of MATLAB rgb2ycbcr, uint8"),
        Protocol("paper-gray", "MATLAB rgb2gray, uint8", ("gray",), bicubic=BicubicInput.INTEGERS),
        Protocol(
            "paper-colour",
            "Y, Cb, Cr of MATLAB rgb2ycbcr, each and together, and RGB, uint8",
            ("Y", "Cb", "Cr", "YCbCr", "RGB"),
        ),
        Protocol("8bit", "Y of MATLAB rgb2ycbcr, uint8", low_resolution=LowResolution.FILE),
        Protocol("border", "Y of MATLAB rgb2ycbcr, uint8", border=Border.KEPT),
        Protocol("opencv", "Y of MATLAB rgb2ycbcr, uint8", low_resolution=LowResolution.OPENCV),
        Protocol(
            "full-range", "MATLAB rgb2gray, uint8", ("gray",), low_resolution=LowResolution.FILE
        ),
        Protocol("rgb", "R, G and B together, uint8", ("RGB",), low_resolution=LowResolution.FILE),
    )
}
"""Protocols by name. ``paper`` is for Set5 and Set14, ``paper-gray`` for the paper's BSD200, and
``paper-colour`` for its Table 5.

What Table 5 calls RGB is the joint error of Y, Cb and Cr: ``psnr_ycbcr``. The paper's bicubic
scores on BSD200 are those of integer images and its SRCNN scores are not, so each is computed as it
was printed. ``rgb`` is how mmagic reports, and ``full-range`` how ports report that take Y in 0 to
255 from OpenCV or Pillow. The others show the effect of a single step.
"""


PHOTO = "photo"
"""Name of all `PHOTO_PROTOCOLS` together."""
PHOTO_PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            f"{PHOTO}/{each.name}",
            "Y of MATLAB rgb2ycbcr, and RGB, uint8",
            ("Y", "RGB"),
            LowResolution.ENCODED,
            degradation=each,
        )
        for each in NAMED.values()
    )
}
"""Protocols by name for images as people have them, one for each degradation."""


def seen(image: NDArray[np.number], view: str, color: Color = "RGB") -> NDArray[np.number]:
    """Return the view ``view`` of (H, W, 3) floats of a color space, without rounding."""
    return _VIEWS[view](image, color)


def protocol_named(name: str) -> Protocol:
    """Return the protocol with this name.

    Raises:
        UsageError: If the name is unknown.
    """
    if name in PHOTO_PROTOCOLS:
        return PHOTO_PROTOCOLS[name]
    if name not in PROTOCOLS:
        known = [*PROTOCOLS, PHOTO, *(PHOTO_PROTOCOLS if name.startswith(PHOTO) else ())]
        raise UsageError(f"protocol '{name}'", "is unknown", choices(name, known))
    return PROTOCOLS[name]


def protocols_named(names: Iterable[str]) -> list[Protocol]:
    """Return the protocols with these names, each once; ``photo`` is one for each degradation.

    Raises:
        UsageError: If a name is unknown.
    """
    wanted = chain.from_iterable(PHOTO_PROTOCOLS if name == PHOTO else [name] for name in names)
    return [protocol_named(name) for name in dict.fromkeys(wanted)]


def degraded(
    truth: NDArray[np.uint8],
    scale: int,
    source: str,
    degradation: Degradation = BICUBIC,
    random: np.random.Generator | None = None,
    color: Color = "Y",
) -> tuple[NDArray[np.uint8], Degraded]:
    """Mod-crop an image and degrade it.

    Args:
        truth: (H, W) or (H, W, 3) uint8.
        scale: Reduction, a whole number.
        source: File name, for errors. It also seeds ``degradation``, so that an evaluation is
            reproducible.
        degradation: How the low-resolution image is made.
        random: Random generator to use instead of the file name's.
        color: Channels of the model, see `srcnn.images.degrade.Degradation.low_resolution`.

    Returns:
        The mod-cropped truth, and the low-resolution image.

    Raises:
        InputError: If the image is smaller than ``scale`` pixels.
    """
    truth = modcrop(truth, scale)
    if truth.size == 0:
        raise InputError(source, f"is smaller than {scale} pixels")
    random = random or np.random.default_rng([*os.fsencode(Path(source).name)])
    low = degradation.low_resolution(to_float(truth, np.float64), scale, random, color)
    return truth, Degraded(low, scale)

"""How a picture is judged, as data: every report prints it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.degrade import Degradation, enlarge
from srcnn.errors import InputError, UsageError
from srcnn.images.color import rgb_to_ycbcr
from srcnn.images.crop import modcrop
from srcnn.images.depth import to_float, to_uint8

BICUBIC = Degradation()
"""How the protocols make the low-res picture."""

# MATLAB's rgb2gray.
_GRAY = np.array([0.298936021293776, 0.587043074451121, 0.114020904255103])


def _matlab_y(rgb: NDArray[Any]) -> NDArray[np.uint8]:
    return to_uint8(rgb_to_ycbcr(rgb)[..., 0])


def _matlab_gray(rgb: NDArray[Any]) -> NDArray[np.uint8]:
    return to_uint8(rgb @ _GRAY)


_CHANNELS: dict[str, Callable[[NDArray[Any]], NDArray[np.uint8]]] = {
    "Y of MATLAB rgb2ycbcr, uint8": _matlab_y,
    "MATLAB rgb2gray, uint8": _matlab_gray,
}


@dataclass(frozen=True)
class Protocol:
    """One way to judge. Alpha is ignored; a one-channel picture is used as it is."""

    name: str
    channel: str
    """What is scored."""
    low_resolution: str = "mod-crop, MATLAB bicubic imresize down and up in float, not rounded"
    output: str = "rounded to uint8"
    border: str = "scale pixels shaved from each side"

    def luma(self, pixels: NDArray[Any]) -> NDArray[np.uint8]:
        """The scored channel, H x W uint8, of a picture as `srcnn.images.io` reads it."""
        image = to_float(pixels, np.float64)
        if image.ndim == 2:
            return to_uint8(image)
        if image.shape[2] == 2:
            return to_uint8(image[..., 0])
        return _CHANNELS[self.channel](image[..., :3])

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol("paper", "Y of MATLAB rgb2ycbcr, uint8"),
        Protocol("paper-gray", "MATLAB rgb2gray, uint8"),
    )
}
"""``paper`` for Set5 and Set14; the paper's BSD200 rows are ``paper-gray``."""


def protocol_named(name: str) -> Protocol:
    if name not in PROTOCOLS:
        raise UsageError(f"protocol '{name}'", "is unknown", f"use {', '.join(PROTOCOLS)}")
    return PROTOCOLS[name]


def degraded(
    truth: NDArray[np.uint8],
    scale: int,
    source: str,
    degradation: Degradation = BICUBIC,
    random: np.random.Generator | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """(mod-cropped truth, its bicubic picture around [0, 1]); H x W each.

    Chance, where there is any in ``degradation``, is that of the file's name unless ``random`` is
    given: a judge repeats itself.
    """
    truth = modcrop(truth, scale)
    if truth.size == 0:
        raise InputError(source, f"is smaller than {scale} pixels")
    random = random or np.random.default_rng([*Path(source).name.encode()])
    low = degradation.low_resolution(to_float(truth, np.float64), scale, random)
    return truth, enlarge(low, scale)

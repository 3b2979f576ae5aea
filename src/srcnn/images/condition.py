"""What an image has been through, as far as its file and a sample of its pixels show."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.images.alpha import without_alpha
from srcnn.images.blockiness import blockiness
from srcnn.images.io import open_picture
from srcnn.images.noise_level import noise_level
from srcnn.images.parts import read_at, riff_chunks
from srcnn.images.picture import Header, Picture
from srcnn.images.quantize import peak
from srcnn.images.source import SharedFile, Stored, open_stored

_ROWS = 64
"""Height of a strip in pixels, a multiple of JPEG's blocks."""
_STRIPS = 16
"""Largest number of strips that are measured."""
_COLUMNS = 2048
"""Largest width of a strip that is measured; with the above, 2 megapixels at most."""
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of R, G and B in luma (ITU-R BT.601, section 2.5.1)."""


@dataclass(frozen=True)
class Condition:
    """Evidence of damage.

    Attributes:
        quality: libjpeg's quality for the tables of a JPEG file, 1 to 100; 0 for other files.
        lossy_webp: Whether the file is a WebP that was saved with loss.
        noise: Standard deviation of the noise in gray levels, see `srcnn.images.noise_level`: the
            median of the channels.
        whiteness: How much it is like noise rather than texture, see the same.
        blockiness: See `srcnn.images.blockiness`.
    """

    quality: int
    lossy_webp: bool
    noise: float
    whiteness: float
    blockiness: float


def condition_of(picture: Picture) -> Condition:
    """Measure an opened image, which can still be read afterwards.

    Only strips are held, and at most 2 megapixels are measured. Only the first of several pages counts.

    Raises:
        InputError: The image cannot be decoded.
    """
    again = picture if picture.stored is None else _opened_again(picture, picture.stored)
    with closing(again.strips(_ROWS)) as strips:  # type: ignore[type-var]  # all are generators
        sample = list(_sampled(strips, again.header.height))
    return _measured(sample, picture.header, picture.stored)


def condition_of_pixels(pixels: NDArray[Any], picture: Picture | None = None) -> Condition:
    """Measure an image in memory.

    Args:
        pixels: (H, W), or (H, W, C), C = 2 to 4; uint8, uint16 or floats in [0, 1].
        picture: Where they were read from.
    """
    strips = (pixels[top : top + _ROWS] for top in range(0, len(pixels), _ROWS))
    sample = list(_sampled(strips, len(pixels)))
    if picture is None:
        return _measured(sample, None, None)
    return _measured(sample, picture.header, picture.stored)


def _opened_again(picture: Picture, stored: Stored) -> Picture:
    """Open a file a second time: the strips of an image can be read only once."""
    file = stored.open() if isinstance(stored, SharedFile) else stored
    return open_picture(file, sys.maxsize, picture.name, sys.maxsize)


def _sampled(strips: Iterator[NDArray[Any]], height: int) -> Iterator[NDArray[np.float32]]:
    """Yield parts of evenly spaced strips, (h, w, 1) or (h, w, 3) gray levels of 255."""
    count = -(-height // _ROWS)
    wanted = {round(k) for k in np.linspace(0, count - 1, min(count, _STRIPS))}
    for number, strip in enumerate(strips):
        if number in wanted:
            left = (strip.shape[1] - _COLUMNS) // 2 // 8 * 8 if strip.shape[1] > _COLUMNS else 0
            part = without_alpha(strip[:, left : left + _COLUMNS])
            unit = np.float32(255 / peak(part.dtype))
            levels = part.astype(np.float32) * unit
            yield levels[..., None] if levels.ndim == 2 else levels


def _measured(
    sample: list[NDArray[np.float32]], header: Header | None, stored: Stored | None
) -> Condition:
    channels = sample[0].shape[2]
    noise = [noise_level(part[..., k] for part in sample) for k in range(channels)]
    lumas = (part @ _LUMA if channels == 3 else part[..., 0] for part in sample)
    return Condition(
        quality=0 if header is None else header.metadata.quality,
        lossy_webp=header is not None and stored is not None and _is_lossy_webp(header, stored),
        noise=round(float(np.median([each.level for each in noise])), 2),
        whiteness=round(float(np.median([each.whiteness for each in noise])), 2),
        blockiness=round(blockiness(lumas), 3),
    )


def _is_lossy_webp(header: Header, stored: Stored) -> bool:
    """Return whether a WebP has a lossy image or frame at its top (RFC 9649, section 2.5)."""
    if header.format.name != "webp":
        return False
    with open_stored(stored) as file:
        for kind, start, _ in riff_chunks(file):
            # A frame of an animation begins with 16 bytes of its own; only lossy frames have ALPH.
            inner = read_at(file, start + 16, 4) if kind == b"ANMF" else kind
            if inner in (b"VP8 ", b"ALPH"):
                return True
    return False

"""Choose between a network for clean images and its training for photos.

A clean network takes blocks and noise for detail and sharpens them. On Set14 at x2, `fast` is worse
than bicubic on 12 of 14 pictures at JPEG quality 30, on 3 at quality 80 and on none at 90; with
noise of 5 gray levels on 5, of 4 on one, of 3 on none. The network for photos costs a little on
clean images, so each limit lies where the clean one would begin to do harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from srcnn.images.condition import Condition

LOWEST_QUALITY = 95
"""JPEG quality below which an image gets the network for photos, whatever it looks like."""
TEXTURE = 0.6
"""Whiteness of texture, see `srcnn.images.noise_level`."""
MOST_NOISE = 0.9
"""Noise, in gray levels, times whiteness above that of texture, up to which an image is clean: 2.2
gray levels of white noise, and more where there is texture. Clean pictures of Set14 reach 0.85."""
MOST_BLOCKINESS = 1.16
"""Blockiness up to which an image is clean."""


class ChoiceRow(TypedDict):
    """A `Choice` in a JSON document.

    Attributes:
        photo: Whether the network for photos was taken.
        why: The reason, in words.
        quality: libjpeg's quality for the tables of a JPEG file, 1 to 100; 0 for other files.
        noise: Standard deviation of the noise in gray levels.
        whiteness: How much it is like noise rather than texture; 1 is white noise.
        blockiness: How much slopes change at the borders of blocks, relative to elsewhere.
    """

    photo: bool
    why: str
    quality: int
    noise: float
    whiteness: float
    blockiness: float


@dataclass(frozen=True)
class Choice:
    """Which network an image gets.

    Attributes:
        photo: Whether it is the one for photos.
        why: The reason, as the end of "It is taken since the image ..."
        condition: The numbers behind it.
    """

    photo: bool
    why: str
    condition: Condition

    def row(self) -> ChoiceRow:
        """Return the choice as a row of a JSON document."""
        seen = self.condition
        return {
            "photo": self.photo,
            "why": self.why,
            "quality": seen.quality,
            "noise": seen.noise,
            "whiteness": seen.whiteness,
            "blockiness": seen.blockiness,
        }

    def numbers(self) -> str:
        """Return the numbers as text."""
        seen = self.condition
        quality = f"JPEG quality {seen.quality}, " if seen.quality else ""
        noise = f"noise {seen.noise:.2f} (whiteness {seen.whiteness:.2f})"
        return f"{quality}{noise}, blockiness {seen.blockiness:.3f}"


def choose(condition: Condition) -> Choice:
    """Choose a network for an image in some condition."""
    return Choice(True, why, condition) if (why := _damage(condition)) else _clean(condition)


def _damage(seen: Condition) -> str:
    """Return the strongest evidence of damage in a few words, or an empty string."""
    if 0 < seen.quality < LOWEST_QUALITY:
        return f"is a JPEG of quality {seen.quality}"
    if seen.lossy_webp:
        return "is a WebP that was saved with loss"
    if seen.noise * (seen.whiteness - TEXTURE) > MOST_NOISE:
        return f"has noise of {seen.noise:.1f} gray levels"
    if seen.blockiness > MOST_BLOCKINESS:
        return "has the blocks of a JPEG"
    return ""


def _clean(seen: Condition) -> Choice:
    kind = f"is a JPEG of quality {seen.quality} and" if seen.quality else "has no blocks and"
    return Choice(False, f"{kind} {'has ' if seen.quality else ''}little noise", seen)

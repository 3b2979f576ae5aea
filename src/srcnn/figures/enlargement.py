"""An HTML page that shows an image before and after it was enlarged, without reducing it first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.figures.detail import changed_box
from srcnn.figures.page import Entry, Page
from srcnn.images.encode import fitted
from srcnn.images.formats import FORMATS
from srcnn.images.io import open_picture
from srcnn.images.metadata import PROFILE, Metadata
from srcnn.images.picture import Picture
from srcnn.images.resize import imresize

LARGEST = 4096
"""Largest side of the part that is shown, in pixels of the result; browsers hold images whole."""
_ROWS = 64


@dataclass(frozen=True)
class _Window:
    """A rectangle of an image."""

    top: int
    left: int
    height: int
    width: int

    def read(self, picture: Picture) -> NDArray[np.uint8]:
        """Return the pixels as a browser shows them: 8 bits, with alpha over white."""
        kept, at, end = [], 0, self.top + self.height
        for strip in picture.strips(_ROWS):
            rows = strip[max(0, self.top - at) : max(0, end - at)]
            if len(rows):
                kept.append(fitted(rows[:, self.left : self.left + self.width], FORMATS["jpeg"]))
            at += len(strip)
        return np.concatenate(kept)


def enlargement_page(source: Path, result: Path, model: str) -> bytes:
    """Return the page of an image and its enlargement, in UTF-8.

    It shows the source with square pixels, its bicubic enlargement, and the result. Differences are
    relative to bicubic. If the result exceeds `LARGEST` in either direction, the middle is shown.

    Args:
        source: The image that was enlarged.
        result: Its enlargement.
        model: Name of the model that made it.

    Raises:
        InputError: If either cannot be read.
    """
    small, large = (open_picture(path) for path in (source, result))
    size, new = ((p.header.height, p.header.width) for p in (small, large))
    before, after = _middles(size, new)
    low = before.read(small)
    picture = after.read(large)
    bicubic = imresize(low, size=(after.height, after.width))
    scale = round(new[1] / size[1], 2)
    sizes = f"{size[1]} x {size[0]}", f"{new[1]} x {new[0]}"
    part = (after.height, after.width) != new
    about = f"{sizes[0]} pixels, enlarged to {sizes[1]}"
    about += f"; here is the middle, {after.width} x {after.height} of them." if part else "."
    profile = small.header.metadata.block(PROFILE)
    return Page(
        title=f"{source.name} at x{scale:g}: srcnn upscale",
        heading=f"{source.name}, x{scale:g}",
        about=about,
        size=(after.height, after.width),
        entries=(
            Entry("source", sizes[0], low),
            Entry(BICUBIC, sizes[1], bicubic),
            Entry(model, sizes[1], picture),
        ),
        left=1,
        right=2,
        reference=1,
        box=changed_box(bicubic, picture),
        metadata=Metadata(fields={} if profile is None else {PROFILE: profile}),
    ).to_html()


def _middles(size: tuple[int, int], new: tuple[int, int]) -> tuple[_Window, _Window]:
    """Return the windows of a source and of its enlargement that are shown.

    Args:
        size: (height, width) of the source.
        new: (height, width) of the enlargement.
    """
    starts, sides = [], []
    for old, side in zip(size, new, strict=True):
        shown = min(old, max(1, LARGEST * old // side))
        start = (old - shown) // 2
        end = round((start + shown) * side / old)
        starts.append((start, round(start * side / old)))
        sides.append((shown, end - starts[-1][1]))
    (top, top_new), (left, left_new) = starts
    (height, height_new), (width, width_new) = sides
    before = _Window(top, left, height, width)
    return before, _Window(top_new, left_new, height_new, width_new)

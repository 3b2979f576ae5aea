"""Check that files are suited to evaluation or training: sizes, channels, own results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srcnn.data.layouts import Files
from srcnn.errors import InputError, LimitError, MissingData, UsageError
from srcnn.images.alpha import without_alpha
from srcnn.images.io import open_picture
from srcnn.images.mark import mark_of
from srcnn.images.picture import Header


def without_results(files: Files) -> Files:
    """Remove the images that srcnn itself made, and count them as skipped.

    Raises:
        MissingData: No image remains.
    """
    made = {file for file in files.high if (header := _header(file)) and mark_of(header.metadata)}
    if not made:
        return files
    if len(made) == len(files.high):
        why = f"contains only images made by srcnn ({len(made)})"
        raise MissingData(files.folder, why, "use --hr to include them")
    for file in sorted(made):
        files.left_out.add("made by srcnn", file.name)
    return replace(files, high=[file for file in files.high if file not in made])


def check_pairs(files: Files, scale: int) -> None:
    """Check the sizes and channels of all images and their low-resolution files.

    The low-resolution file of H x W pixels must have floor(H / scale) x floor(W / scale); the rest
    of the image is cropped. Files that cannot be read are skipped here; reading their pixels
    reports them later.

    Raises:
        UsageError: Some pairs do not fit; the error names the first.
    """
    wrong = [
        (low, why)
        for high, low in files.low.items()
        if high in files.high and (why := _mismatch(high, low, scale))
    ]
    if wrong:
        more = f"; {len(wrong) - 1} more do not fit" if len(wrong) > 1 else ""
        raise UsageError(wrong[0][0], wrong[0][1] + more)


def _mismatch(high: Path, low: Path, scale: int) -> str:
    """Return why a pair does not fit; empty if it fits or cannot be read."""
    large, small = _header(high), _header(low)
    if large is None or small is None:
        return ""
    wanted = large.width // scale, large.height // scale
    if (small.width, small.height) != wanted:
        is_size = f"is {small.width} x {small.height}"
        needs = f"needs {wanted[0]} x {wanted[1]} at x{scale}"
        return f"{is_size}, but {high.name} of {large.width} x {large.height} {needs}"
    if (large.channels < 3) == (small.channels < 3):
        return ""
    colored, gray = (low, high) if large.channels < 3 else (high, low)
    try:
        pixels = without_alpha(open_picture(colored).read())
    except (InputError, LimitError):
        return ""
    if not np.ptp(pixels, axis=2).any():  # gray, stored as RGB
        return ""
    return f"is {'gray' if gray is low else 'in color'}, but {high.name} is not"


def like_truth(low: NDArray[np.number], gray: bool) -> NDArray[np.number]:
    """Convert low-resolution pixels to the channels of the reference.

    `check_pairs` has made sure that R, G and B are equal where the two differ.

    Args:
        low: (h, w) or (h, w, 1 to 4).
        gray: Whether the reference is gray.

    Returns:
        (h, w) gray or (h, w, 3) RGB.
    """
    low = without_alpha(low)
    if gray and low.ndim == 3:
        return low[..., 0]
    return np.dstack([low] * 3) if not gray and low.ndim == 2 else low


def _header(file: Path) -> Header | None:
    try:
        return open_picture(file).header
    except (InputError, LimitError):
        return None

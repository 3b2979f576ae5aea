"""High-res -> low-res -> bicubic: the one model of degradation, for training and judging alike.

Section 3.3 of the paper: the low-res picture is made by bicubic interpolation and enlarged to the
wanted size by bicubic interpolation again; the network's input Y is that enlarged picture.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from srcnn.images.resize import imresize


def low_resolution(high: NDArray[Any], scale: int) -> NDArray[Any]:
    """Shrink a picture whose sides are multiples of ``scale``; floats are not rounded."""
    return imresize(high, 1.0 / scale)


def enlarge(low: NDArray[Any], scale: int) -> NDArray[Any]:
    """Bicubic enlargement by a whole ``scale``."""
    return imresize(low, float(scale))

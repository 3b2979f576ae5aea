"""Conversion between an image and the channels that a network processes.

A luma network processes Y, and R, G and B each gain what Y gains: as the conversion is linear, Cb
and Cr stay bicubic (paper, section 4.1). A color network processes all three channels; a gray image
runs through it as R = G = B, and the result is the luma of its output.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.images.color import Y_TO_RGB, Color, convert, rgb_to_y, y_to_gray


def to_planes(picture: NDArray[np.float32], color: Color) -> NDArray[np.float32]:
    """Return the planes to enlarge, the network's channels first.

    For a color image and a luma network, R, G and B follow Y. Alpha is last.

    Args:
        picture: (C, H, W): gray; gray, alpha; RGB; RGB, alpha.
        color: The network's channels.
    """
    gray = len(picture) < 3
    if color == "Y":
        return picture if gray else np.concatenate([rgb_to_y(picture[:3])[None], picture])
    bands = 1 if gray else 3
    rgb = np.broadcast_to(picture[:bands], (3, *picture.shape[1:]))
    return np.concatenate([_convert(rgb, "RGB", color), picture[bands:]])


def to_picture(
    planes: NDArray[np.float32], answer: NDArray[np.float32], color: Color, channels: int
) -> NDArray[np.float32]:
    """Return the image of enlarged `to_planes` and the network's output.

    Args:
        planes: Enlarged planes of `to_planes`, which are overwritten.
        answer: The network's output, (1, H, W) or (3, H, W).
        color: The network's channels.
        channels: Channels of the image, including alpha.
    """
    if color == "Y":
        if channels < 3:
            planes[0] = answer[0]
            return planes
        planes[1:4] += (answer[0] - planes[0]) * np.float32(Y_TO_RGB)
        return planes[1:]
    rgb = _convert(answer, color, "RGB")
    if channels < 3:
        planes[2] = y_to_gray(rgb_to_y(rgb))
        return planes[2:]
    planes[:3] = rgb
    return planes


def split(picture: NDArray[np.float32], color: Color) -> NDArray[np.float32]:
    """Return the network's channels of an image, followed by the rest of it.

    The rest is enlarged by interpolation. For a color image and a luma network it is R, G and B
    without the contribution of Y, then alpha; otherwise it is alpha alone. This costs less than
    `to_planes` if the enlarged image is not needed for anything else.

    Args:
        picture: (C, H, W): gray; gray, alpha; RGB; RGB, alpha.
        color: The network's channels.
    """
    planes = to_planes(picture, color)
    if color == "Y" and len(picture) >= 3:
        planes[1:4] -= planes[0] * np.float32(Y_TO_RGB)
    return planes


def merge(
    rest: NDArray[np.float32], answer: NDArray[np.float32], color: Color, channels: int
) -> NDArray[np.float32]:
    """Return the image of ``channels`` channels.

    Args:
        rest: Enlarged rest of `split`, which is overwritten.
        answer: The network's output, (1, H, W) or (3, H, W).
        color: The network's channels.
        channels: Channels of the image, including alpha.
    """
    if color == "Y" and channels >= 3:
        rest[:3] += answer * np.float32(Y_TO_RGB)
        return rest
    colors = answer if color == "Y" else _convert(answer, color, "RGB")
    if color != "Y" and channels < 3:
        colors = y_to_gray(rgb_to_y(colors))[None]
    return colors if channels in (1, 3) else np.concatenate([colors, rest])


def _convert(planes: NDArray[Any], old: Color, new: Color) -> NDArray[Any]:
    return np.moveaxis(convert(np.moveaxis(planes, 0, 2), old, new), 2, 0)

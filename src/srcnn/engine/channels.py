"""What of a picture is enlarged for a network, and what the picture becomes of the network's answer.

A luma network is given Y, and R, G and B each gain what Y gains: as the conversion is linear, that leaves
Cb and Cr bicubic (paper, section 4.1). A colour network is given all three channels; a gray picture goes
through it as R = G = B, and comes back as the luma of the answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.images.color import Y_TO_RGB, Color, convert, rgb_to_y, y_to_gray


def to_planes(picture: NDArray[np.float32], color: Color) -> NDArray[np.float32]:
    """C x H x W (gray; gray, alpha; RGB; RGB, alpha) to what is enlarged: first the network's channels.

    Of a colour picture R, G and B follow a luma network's Y; alpha is last.
    """
    gray = len(picture) < 3
    if color == "Y":
        return picture if gray else np.concatenate([rgb_to_y(picture[:3])[None], picture])
    colours = 1 if gray else 3
    rgb = np.broadcast_to(picture[:colours], (3, *picture.shape[1:]))
    return np.concatenate([_convert(rgb, "RGB", color), picture[colours:]])


def to_picture(
    planes: NDArray[np.float32], answer: NDArray[np.float32], color: Color, channels: int
) -> NDArray[np.float32]:
    """The picture of ``channels`` channels from enlarged `to_planes`, which are overwritten.

    ``answer`` is the network's, 1 x H x W or 3 x H x W.
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
    """Return a network's channels of a picture, and after them the rest of it.

    The rest is what is enlarged by interpolation: of a color picture and a luma network R, G and B
    without what Y gives to them, then alpha; else alpha alone. It costs less than `to_planes`, where
    the enlarged picture is not needed for anything else.

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
    """Return the picture of ``channels`` channels.

    Args:
        rest: Enlarged rest of `split`, which is overwritten.
        answer: The network's channels, (1, H, W) or (3, H, W).
        color: What they are.
        channels: Channels of the picture, alpha included.
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

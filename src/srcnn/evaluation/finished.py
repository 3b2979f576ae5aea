"""Scoring of finished images, which any program made from an 8-bit low-resolution image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srcnn.data.folder import pictures_in
from srcnn.data.layouts import Files
from srcnn.data.names import match, own_name, scales_in
from srcnn.errors import InputError, MissingData
from srcnn.evaluation.reference import Original
from srcnn.images.alpha import without_alpha
from srcnn.images.color import rgb_to_ycbcr, y_to_gray
from srcnn.images.crop import modcrop, shave
from srcnn.images.io import open_picture
from srcnn.images.quantize import to_float
from srcnn.metrics import psnr


def rgb_input(original: Original, scale: int) -> NDArray[np.uint8]:
    """Return the low-resolution image that programs receive, (h, w, 3) RGB uint8.

    It is reduced by MATLAB's bicubic. A gray image becomes R = G = B.
    """
    low = original.low_file(scale)
    return np.dstack([low] * 3) if low.ndim == 2 else low


def score_rgb(original: Original, upscaled: NDArray[np.uint8], scale: int) -> float:
    """Return the PSNR, in dB, of the first view of the original's protocol.

    Args:
        original: The truth.
        upscaled: (H, W, 3) RGB uint8 of the size of the mod-cropped truth.
        scale: Scale, which sets the width of the border that is not scored.
    """
    image: NDArray[Any] = to_float(upscaled, np.float64)
    if original.gray:
        image = y_to_gray(rgb_to_ycbcr(image)[..., 0])
    view, truth = next(iter(original.truth.items()))
    made = original.protocol.views(image, "RGB")[view]
    border = original.protocol.shaved(scale)
    return psnr(shave(made, border), shave(modcrop(truth, scale), border))


@dataclass(frozen=True)
class FinishedPictures:
    """A folder of upscaled images that is scored like a model.

    Attributes:
        name: The folder, as the caller named it.
        folder: Folder in which the images of one data set and scale were found.
        files: Upscaled image by the path of its original.
    """

    name: str
    folder: Path
    files: Mapping[str, Path]

    def read(self, original: Original, scale: int) -> NDArray[np.float64]:
        """Return the upscaled image of an original, in the size of the mod-cropped truth.

        Returns:
            (H, W, 3) RGB in [0, 1], or (H, W) if the original is gray.

        Raises:
            InputError: If it is missing, cannot be read, or has a different size or color type.
            LimitError: If it is too large.
        """
        file = self.files.get(original.source)
        if file is None:
            raise InputError(original.source, f"has no upscaled image in {self.folder}")
        pixels = without_alpha(open_picture(file).read())
        height, width = modcrop(original.pixels, scale).shape[:2]
        if pixels.shape[:2] not in ((height, width), original.pixels.shape[:2]):
            is_size = f"is {pixels.shape[1]} x {pixels.shape[0]}"
            raise InputError(
                file, f"{is_size}, but {original.name} at x{scale} is {width} x {height}"
            )
        image: NDArray[np.float64] = to_float(pixels[:height, :width], np.float64)
        if original.gray:
            return image if image.ndim == 2 else y_to_gray(rgb_to_ycbcr(image)[..., 0])
        if image.ndim == 2:
            if np.ptp(original.pixels, axis=2).any():
                raise InputError(file, f"is gray, but {original.name} is in color")
            image = np.dstack([image] * 3)
        return image


def finished_pictures(folder: Path, dataset: str, files: Files, scale: int) -> FinishedPictures:
    """Find the upscaled images of a data set.

    Args:
        folder: A folder of images, or one with a subfolder such as ``set5_x3``, ``set5``, ``X3`` or
            ``image_SRF_3``.
        dataset: Name of the data set.
        files: Files of the data set, which are not mistaken for upscaled images.
        scale: Scale of the images.

    Raises:
        MissingData: If the folder has no image of the data set.
        UsageError: If several files could belong to one original.
    """
    if not folder.is_dir():
        raise MissingData(f"--pictures {folder}", "no such folder")
    place = folder
    for name in (f"{dataset}_x{scale}", dataset):
        if (folder / name).is_dir():
            place = folder / name
            break
    inner = [each for each in sorted(place.iterdir()) if each.is_dir()]
    place = next((each for each in inner if scales_in(each.name) == {scale}), place)
    known = {file.resolve() for file in (*files.high, *files.low.values())}
    others = [file for file in pictures_in(place) if file.resolve() not in known]
    found = match(files.high, others, scale)
    if not found:
        first = files.high[0]
        names = f"{first.stem}.png or {own_name(first)}_x{scale}.png"
        raise MissingData(
            place, f"contains no image of {dataset} at x{scale}", f"name them {names}"
        )
    return FinishedPictures(str(folder), place, {str(file): made for file, made in found.items()})

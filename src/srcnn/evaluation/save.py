"""Writes scored images: the scored luma, the color image, the truth and its low resolution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srcnn.evaluation.reference import Original
from srcnn.evaluation.scoring import Scored
from srcnn.images.color import convert, gray_to_y
from srcnn.images.crop import modcrop
from srcnn.images.encode import encode
from srcnn.images.files import write_atomically
from srcnn.images.formats import FORMATS, format_of_bytes
from srcnn.images.quantize import to_float, to_uint8

TRUTH, LOW = "truth", "low-resolution"
REFERENCES = (TRUTH, LOW)
"""Folders that are written beside those of the models."""


def saved_names(files: Iterable[Path]) -> Iterator[str]:
    """Yield the names of saved images, without suffix, in lower case.

    Not all file systems distinguish case.
    """
    for file in files:
        yield file.stem.casefold()
        yield f"{file.stem}_y".casefold()


def save_references(folder: Path, original: Original, scale: int) -> None:
    """Write the truth and the low-resolution image, rounded to 8 bits.

    ``truth/<name>.png`` has the size of the results, ``low-resolution/<name>.png`` is smaller; the
    latter is the degraded file if the protocol has one, such as ``<name>.jpg``.

    Raises:
        OutputError: If either cannot be written.
    """
    png = FORMATS["png"]
    pictures = {TRUTH: modcrop(to_uint8(to_float(original.pixels)), scale)}
    file = original.encoded(scale)
    if file is None:
        pictures[LOW] = original.low_file(scale)
    else:
        fmt = format_of_bytes(file[:16]) or png
        write_atomically(folder / LOW / f"{original.name}{fmt.suffixes[0]}", file)
    for name, picture in pictures.items():
        write_atomically(folder / name / f"{original.name}.png", encode(picture, png))


def save_scored(folder: Path, scored: Scored, scale: int) -> None:
    """Write ``<name>_y.png``, the scored luma, (H, W), and ``<name>.png``, the color image.

    Raises:
        OutputError: If either cannot be written.
    """
    png, name = FORMATS["png"], scored.original.name
    write_atomically(folder / f"{name}_y.png", encode(scored.luma, png))
    write_atomically(folder / f"{name}.png", encode(picture_of(scored, scale), png))


def picture_of(scored: Scored, scale: int) -> NDArray[np.uint8]:
    """Return the image that a model made, (H, W) gray or (H, W, 3) RGB.

    If only luma was scored, Cb and Cr are enlarged from the low-resolution image, never taken from
    the truth.
    """
    if scored.image.ndim == 3:
        return to_uint8(convert(scored.image, scored.space, "RGB"))
    if scored.original.gray:
        return scored.luma
    ycbcr = scored.original.bicubic(scale).copy()
    luma = to_float(scored.luma, np.float64)
    ycbcr[..., 0] = gray_to_y(luma) if "gray" in scored.views else luma
    return to_uint8(convert(ycbcr, "YCbCr", "RGB"))

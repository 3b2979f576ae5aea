"""Convert PIL images from and to the package's images, with the metadata of files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import InputError
from srcnn.images.formats import FORMATS
from srcnn.images.io import MAX_PIXELS
from srcnn.images.metadata import EXIF, PROFILE, XMP, Metadata
from srcnn.images.picture import Header, Picture, check_pixels
from srcnn.images.pil_metadata import MM_PER_INCH, ORIENTATION, exif_for, metadata_of

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

_READ_AS = {
    "1": "L",
    "La": "LA",
    "RGBX": "RGB",
    "RGBa": "RGBA",
    "PA": "RGBA",
    "YCbCr": "RGB",
    "HSV": "RGB",
    "CMYK": "RGB",
    **{mode: mode for mode in ("L", "LA", "RGB", "RGBA")},
    **dict.fromkeys(("I;16", "I;16L", "I;16B", "I;16N", "I"), "I;16"),
}
"""Mode in which the pixels of each PIL mode are read; that of "P" depends on its palette."""
_CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "I;16": 1}
"""Number of channels by mode."""
_KIN = {"MPO": "jpeg", "DIB": "bmp"}
"""Formats that Pillow gives another name."""


class PilPicture(Picture):
    """An image whose pixels are those of a PIL image."""

    def __init__(self, name: str, header: Header, image: Image) -> None:
        """Wrap ``image``."""
        super().__init__(name, header)
        self._image = image

    def strips(self, rows: int) -> Iterator[NDArray[np.number]]:
        """See `Picture.strips`."""
        width, height = self._image.size
        for top in range(0, height, rows):
            try:
                strip = self._image.crop((0, top, width, min(top + rows, height)))
                pixels = _pixels(strip)
            except Exception as error:  # a bad image can make Pillow or libvips raise anything
                raise InputError(self.name, f"cannot be decoded ({error})") from None
            if pixels.dtype == np.int32:
                if pixels.min() < 0 or pixels.max() > 65535:
                    why = "has values of more than 16 bits (mode I)"
                    raise InputError(self.name, why, "scale them to 0 to 65535")
                pixels = pixels.astype(np.uint16)
            yield pixels


def is_pil(image: object) -> TypeGuard[Image]:
    """Return whether an object is a PIL image, without importing Pillow."""
    return not isinstance(image, type) and hasattr(image, "getbands") and hasattr(image, "getexif")


def open_pil(image: Image, max_pixels: int = MAX_PIXELS, name: str = "PIL image") -> Picture:
    """Open a PIL image like `srcnn.images.io.open_picture` would open it as a file.

    The EXIF orientation is applied, a palette becomes RGB, a transparent color becomes alpha, and
    CMYK becomes sRGB by the image's profile. Only the current frame of an animation is used.

    Args:
        image: An image of any mode but "F" and "LAB"; it must not change until the pixels are read.
        max_pixels: Largest number of pixels, width times height.
        name: Name of the image in error messages.

    Raises:
        InputError: The mode is not supported, or the image cannot be decoded.
        LimitError: The image exceeds ``max_pixels``.
    """
    mode = _mode_read(image)
    if mode is None:
        why = f"has mode {image.mode}, which is not supported"
        raise InputError(name, why, "convert it to RGB or L")
    channels = _CHANNELS[mode] + (_CHANNELS[mode] in (1, 3) and _color_key(image) is not None)
    fmt = FORMATS.get(_KIN.get(image.format or "", (image.format or "").lower()), FORMATS["png"])
    dtype = np.dtype(np.uint16 if mode == "I;16" else np.uint8)
    as_stored = Header(image.width, image.height, channels, dtype, fmt)
    check_pixels([as_stored], max_pixels, name)
    if 0 in image.size:
        raise InputError(name, "has no pixels")
    try:
        turned = image.getexif().get(ORIENTATION, 1) != 1  # Pillow rotates TIFF while loading it
        image.load()
        upright, exif = _upright(image)
        metadata = metadata_of(image, upright, exif)
    except Exception as error:  # damaged bytes make Pillow raise almost any exception
        raise InputError(name, f"cannot be decoded ({error})") from None
    cmyk = image.mode == "CMYK"
    header = Header(
        *upright.size, channels, dtype, fmt, metadata=metadata, cmyk=cmyk, turned=turned
    )
    return PilPicture(name, header, upright)


def to_pil(pixels: NDArray[np.number], metadata: Metadata) -> Image:
    """Return pixels as a PIL image, with metadata where Pillow itself would store them.

    ``info`` of the result has "exif" (with orientation 1 and the new size), "dpi", "xmp",
    "icc_profile" and PNG texts. As for every PIL image, `save` writes those that its format takes
    from there, and the others on request: ``result.save("out.jpg", exif=result.getexif(),
    dpi=result.info["dpi"])``.

    Args:
        pixels: (H, W) or (H, W, C) uint8, C = 2 to 4, or (H, W) uint16.
        metadata: The result of `Header.metadata_for` for the size of ``pixels``.
    """
    from PIL import Image

    image = Image.fromarray(pixels)
    if metadata.resolution:
        image.info["dpi"] = tuple(value * MM_PER_INCH for value in metadata.resolution)
    for key, name in (("icc_profile", PROFILE), ("xmp", XMP)):
        if block := metadata.block(name):
            image.info[key] = block
    if exif := metadata.block(EXIF):
        image.info["exif"] = exif_for(image, exif)
    image.info.update(metadata.texts().items())
    return image


def _mode_read(image: Image) -> str | None:
    """Return the mode in which an image's pixels are read, or ``None`` if it is not supported."""
    if image.mode != "P":
        return _READ_AS.get(image.mode)
    if image.has_transparency_data:
        return "RGBA"
    return "L" if image.palette is not None and image.palette.mode == "L" else "RGB"


def _color_key(image: Image) -> tuple[int, ...] | None:
    """Return the color that an image without alpha treats as transparent, a number per channel."""
    key = image.info.get("transparency")
    if isinstance(key, int) and image.mode in ("1", "L", "I;16"):
        return (key,)
    if isinstance(key, tuple) and image.mode == "RGB" and len(key) == 3:
        return key
    return None


def _pixels(strip: Image) -> NDArray[np.number]:
    """Return a strip's pixels: (H, W) or (H, W, C) uint8 or uint16, or int32 for mode "I"."""
    if strip.mode == "CMYK":
        from srcnn.images.vips_fields import inks_to_srgb

        return inks_to_srgb(np.asarray(strip), strip.info.get("icc_profile"))
    mode = _mode_read(strip)
    deep = mode == "I;16"
    pixels = np.asarray(strip if deep or strip.mode == mode else strip.convert(mode))
    if deep and strip.mode != "I":
        pixels = pixels.astype(np.uint16)
    key = _color_key(strip)
    if key is None:
        return pixels
    samples = pixels.reshape(*pixels.shape[:2], -1)
    opaque = np.iinfo(pixels.dtype).max
    alpha = np.where((samples == key).all(axis=2, keepdims=True), 0, opaque)
    return np.concatenate([samples, alpha.astype(pixels.dtype)], axis=2)


def _upright(image: Image) -> tuple[Image, Exif]:
    """Return a loaded image as it is displayed, and its EXIF."""
    from PIL import ImageOps

    exif = image.getexif()
    turned = exif.get(ORIENTATION, 1) in range(2, 9)
    return (ImageOps.exif_transpose(image) if turned else image), exif

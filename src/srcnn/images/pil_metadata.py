"""Convert the metadata of PIL images to and from those of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from srcnn.images.jpeg import quality_of
from srcnn.images.metadata import Metadata
from srcnn.images.validation import MOST_ENTRIES, cost_of_exif

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

ORIENTATION = 0x0112
"""EXIF tag of the orientation."""
MM_PER_INCH = 25.4
"""Millimeters per inch."""
_EXIF_IFD, _WIDTH, _HEIGHT = 0x8769, 0xA002, 0xA003
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
_INCH = 2
_SAMPLING_420 = 2
_NO_TEXTS = ("compression", "XML:com.adobe.xmp", "Raw profile type exif", "Raw profile type xmp")
"""Strings in the ``info`` of an image that are not PNG texts."""


def metadata_of(image: Image, upright: Image, exif: Exif) -> Metadata:
    """Return the metadata of an image.

    Args:
        image: The image as stored.
        upright: The image as displayed.
        exif: EXIF of ``image``.
    """
    from srcnn.images.vips_fields import fields_of, srgb_profile

    info = upright.info
    profile = srgb_profile() if image.mode == "CMYK" else info.get("icc_profile")
    if profile and profile[16:20] not in (b"RGB ", b"GRAY"):
        profile = None  # it describes the colors before the image was converted
    xmp = info.get("xmp")
    texts = {
        key: str(value)
        for key, value in info.items()
        if isinstance(key, str) and isinstance(value, str) and key not in _NO_TEXTS
    }
    fields = fields_of(_exif_block(image, exif), profile, xmp, texts)
    metadata = Metadata(_resolution(info), fields=fields)
    tables = getattr(image, "quantization", None)
    if tables:
        from PIL.JpegImagePlugin import get_sampling

        quality = quality_of(sum(tables.get(0, ())))
        subsampled = get_sampling(image) == _SAMPLING_420
        metadata = replace(metadata, quality=quality, subsampled=subsampled)
    return metadata


def _exif_block(image: Image, exif: Exif) -> bytes | None:
    """Return an image's EXIF without its orientation, or ``None`` if there is none."""
    from PIL.Image import Exif

    try:
        if image.format == "TIFF":
            from srcnn.images.tiff import descriptive

            exif = descriptive(exif)
        if ORIENTATION in exif:
            block = exif.tobytes()
            exif = Exif()
            exif.load(block)
            del exif[ORIENTATION]
        block = exif.tobytes() if len(exif) else b""
        return block if 0 < cost_of_exif(block) <= MOST_ENTRIES else None
    except Exception:  # drop broken EXIF; the pixels may still be intact
        return None


def _resolution(info: Mapping[Any, Any]) -> tuple[float, float] | None:
    """Return an image's pixels per millimeter, or ``None`` if they are unknown."""
    dpi = info.get("dpi")
    # Without a resolution, Pillow reports 72 for a JPEG with EXIF, and 1 for a TIFF.
    if not dpi or min(dpi) <= 1 or (dpi == (72, 72) and not info.get("jfif_unit", 1)):
        return None
    return float(dpi[0]) / MM_PER_INCH, float(dpi[1]) / MM_PER_INCH


def exif_for(image: Image, block: bytes) -> bytes:
    """Return an EXIF block for an upright image with another size and resolution."""
    from PIL.Image import Exif

    exif = Exif()
    exif.load(block)
    exif[ORIENTATION] = 1
    details = exif.get_ifd(_EXIF_IFD)
    if {_WIDTH, _HEIGHT} & details.keys():
        details[_WIDTH], details[_HEIGHT] = image.size
    if {_X_RESOLUTION, _Y_RESOLUTION} & exif.keys() and "dpi" in image.info:
        exif[_X_RESOLUTION], exif[_Y_RESOLUTION] = image.info["dpi"]
        exif[_RESOLUTION_UNIT] = _INCH
    return exif.tobytes()

"""Metadata as libvips stores them, and conversion of CMYK to sRGB."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from srcnn.images.forks import survive_forks
from srcnn.images.metadata import EXIF_FIELDS, PROFILE, TEXTS, XMP, Field

# pyvips forwards libvips's warnings to Python's log, and prints a traceback if one is not UTF-8.
pyvips._remove_log_handler()
survive_forks()

_KEPT = ("icc-profile-data", "xmp-data", "iptc-data", "delay", "loop")
_KEPT_ALL = (EXIF_FIELDS, TEXTS)


def _fields(image: Any) -> list[str]:
    try:
        return list(image.get_fields())
    except UnicodeDecodeError:  # pyvips lists nothing if a PNG text has a keyword in Latin-1
        return [key for key in (*_KEPT, "exif-data") if image.get_typeof(key)]


def kept(image: Any) -> dict[str, Field]:
    """Return the fields of a libvips image that results keep."""
    found: dict[str, Field] = {}
    for key in _fields(image):
        if key in _KEPT or key.startswith(_KEPT_ALL):
            with suppress(UnicodeDecodeError):  # a text that is neither ASCII nor UTF-8
                value = image.get(key)
                if isinstance(value, bytes | str | int | list):
                    found[key] = value
    return found


def fields_of(
    exif: bytes | None,
    profile: bytes | None = None,
    xmp: bytes | None = None,
    texts: Mapping[str, str] | None = None,
) -> dict[str, Field]:
    """Return the fields that libvips would read from a PNG file with these contents.

    Args:
        exif: EXIF block.
        profile: ICC profile.
        xmp: XMP packet.
        texts: Texts by keyword.
    """
    fields: dict[str, Field] = {}
    if exif or texts:
        from PIL import Image
        from PIL.PngImagePlugin import PngInfo

        carrier, info = io.BytesIO(), PngInfo()
        for key, text in (texts or {}).items():
            with suppress(ValueError):  # the keyword is invalid in PNG
                info.add_text(key, text)
        Image.new("L", (1, 1)).save(carrier, "PNG", exif=exif, pnginfo=info)
        fields = kept(pyvips.Image.pngload_buffer(carrier.getvalue()))
    for key, data in ((PROFILE, profile), (XMP, xmp)):
        if data:
            fields[key] = data
    return fields


def srgb_profile() -> bytes:
    """Return the ICC profile of images converted from CMYK."""
    return bytes(pyvips.Image.profile_load("srgb"))


def inks_to_srgb(inks: NDArray[np.number], profile: bytes | None) -> NDArray[np.number]:
    """Convert (H, W, 4) uint8 CMYK, 255 being full ink, to (H, W, 3) uint8 sRGB, as for files."""
    height, width = inks.shape[:2]
    data = np.ascontiguousarray(inks)
    image = pyvips.Image.new_from_memory(data, width, height, 4, "uchar")
    image = image.copy(interpretation="cmyk")
    if profile:
        image.set_type(pyvips.GValue.blob_type, PROFILE, profile)
    return np.asarray(to_srgb(image).numpy())


def to_srgb(image: Any) -> Any:
    """Convert a CMYK image by its own profile or else libvips's; the result has an sRGB profile."""
    depth = 16 if image.format == "ushort" else 8
    return image.icc_transform("srgb", embedded=True, input_profile="cmyk", depth=depth)

"""What libvips knows of a picture beside its pixels, and the sRGB colors of its inks."""

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

# pyvips hands libvips's warnings to Python's log, and prints a traceback where one is no UTF-8.
pyvips._remove_log_handler()
survive_forks()

_KEPT = ("icc-profile-data", "xmp-data", "iptc-data", "delay", "loop")
_KEPT_ALL = (EXIF_FIELDS, TEXTS)


def _fields(image: Any) -> list[str]:
    try:
        return list(image.get_fields())
    except UnicodeDecodeError:  # pyvips lists nothing when one PNG text has a name in Latin-1
        return [key for key in (*_KEPT, "exif-data") if image.get_typeof(key)]


def kept(image: Any) -> dict[str, Field]:
    """Return those fields that libvips found which are handed on."""
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
    """Return the fields that libvips would read from a PNG file with these contents."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    carrier, info = io.BytesIO(), PngInfo()
    for key, text in (texts or {}).items():
        with suppress(ValueError):  # no PNG has a text of that name
            info.add_text(key, text)
    Image.new("L", (1, 1)).save(carrier, "PNG", exif=exif, pnginfo=info)
    fields = kept(pyvips.Image.pngload_buffer(carrier.getvalue()))
    for key, data in ((PROFILE, profile), (XMP, xmp)):
        if data:
            fields[key] = data
    return fields


def srgb_profile() -> bytes:
    """Return the ICC profile of pictures that were converted from inks."""
    return bytes(pyvips.Image.profile_load("srgb"))


def inks_to_srgb(inks: NDArray[Any], profile: bytes | None) -> NDArray[Any]:
    """Convert (H, W, 4) uint8 CMYK, 255 full ink, to (H, W, 3) uint8 sRGB as files are converted."""
    height, width = inks.shape[:2]
    data = np.ascontiguousarray(inks)
    image = pyvips.Image.new_from_memory(data, width, height, 4, "uchar")
    image = image.copy(interpretation="cmyk")
    if profile:
        image.set_type(pyvips.GValue.blob_type, PROFILE, profile)
    return np.asarray(to_srgb(image).numpy())


def to_srgb(image: Any) -> Any:
    """Convert inks by their own profile, else by that of libvips; the sRGB profile takes its place."""
    depth = 16 if image.format == "ushort" else 8
    return image.icc_transform("srgb", embedded=True, input_profile="cmyk", depth=depth)

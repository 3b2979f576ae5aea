"""Read HEIC with pi-heif, whose libheif rotates and mirrors an image as the file requests.

EXIF repeats that orientation, so it is not applied a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from srcnn.errors import InputError
from srcnn.images.avif import is_turned, named_coding
from srcnn.images.exif_block import ORIENTATION, small_number
from srcnn.images.heif_boxes import read_header, without_metadata
from srcnn.images.metadata import Field, Metadata
from srcnn.images.picture import Header, Picture
from srcnn.images.source import Stored, open_stored
from srcnn.images.validation import MOST_ENTRIES, cost_of_exif

if TYPE_CHECKING:
    from srcnn.images.formats import Format

_CHANNELS = {"L": 1, "LA": 2, "La": 2, "RGB": 3, "RGBA": 4, "RGBa": 4}
"""Number of channels by pi-heif's mode."""


class HeicPicture(Picture):
    """An image that libheif decodes as a whole."""

    def __init__(self, name: str, header: Header, image: Any) -> None:
        """Wrap an image of pi-heif."""
        super().__init__(name, header)
        self._image = image

    def strips(self, rows: int) -> Iterator[NDArray[np.number]]:
        """See `Picture.strips`."""
        pixels = self._pixels()
        for top in range(0, self.header.height, rows):
            yield pixels[top : top + rows]

    def _pixels(self) -> NDArray[np.number]:
        header = self.header
        try:
            pixels = np.asarray(self._image)
        except Exception as error:  # damaged bytes make pi-heif raise almost any exception
            raise InputError(self.name, f"cannot be decoded ({error})") from None
        shape = (header.height, header.width, *([header.channels] if header.channels > 1 else []))
        if pixels.shape != shape or pixels.dtype != header.dtype:
            why = f"is not a readable HEIC (its header says {header.width} x {header.height})"
            raise InputError(self.name, why)
        return _straight(pixels) if self._image.premultiplied_alpha else pixels


def open_heic(name: str, source: Stored, fmt: Format) -> Picture:
    """Open a HEIC file.

    Raises:
        InputError: The file is not readable.
    """
    import pi_heif

    try:
        with open_stored(source) as file:
            told = read_header(file)
            exif, xmp, coding = told.exif(file), told.xmp(file), named_coding(file)
            # An orientation in EXIF counts as well, because other programs apply it.
            turned = is_turned(file) or (small_number(exif or b"", ORIENTATION) or 1) > 1
            file.seek(0)
            data = without_metadata(file.read())
        opened = pi_heif.open_heif(data, convert_hdr_to_8bit=False)
        image = opened[opened.primary_index]
        mode, _, bits = image.mode.partition(";")
        channels = _CHANNELS[mode]
        metadata = Metadata(coding=coding, fields=_fields(exif, image.info.get("icc_profile"), xmp))
    except Exception as error:  # as above
        raise InputError(name, f"is not a readable HEIC ({error})") from None
    dtype = np.dtype(np.uint16 if bits else np.uint8)
    width, height = image.size
    header = Header(
        width, height, channels, dtype, fmt, len(opened), metadata, turned=turned, held=True
    )
    return HeicPicture(name, header, image)


def _fields(exif: bytes | None, profile: bytes | None, xmp: bytes | None) -> dict[str, Field]:
    from srcnn.images.vips_fields import fields_of

    if exif and not 0 < cost_of_exif(exif) <= MOST_ENTRIES:
        exif = None  # drop broken EXIF; the pixels may still be intact
    return fields_of(exif, profile, xmp)


def _straight(pixels: NDArray[np.integer]) -> NDArray[np.integer]:
    """Convert premultiplied to straight alpha."""
    most = np.iinfo(pixels.dtype).max
    alpha = pixels[..., -1:].astype(np.float64)
    color = np.divide(pixels[..., :-1] * float(most), alpha, where=alpha > 0, out=0 * alpha)
    color = np.minimum(np.rint(color), most).astype(pixels.dtype)
    return np.concatenate([color, pixels[..., -1:]], axis=-1)

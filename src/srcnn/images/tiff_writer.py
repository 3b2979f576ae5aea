"""Write TIFF with tifffile strip by strip, including EXIF."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from srcnn.images.exif_block import RATING, RATING_PERCENT
from srcnn.images.geotiff import tags_of_land
from srcnn.images.metadata import EXIF as EXIF_BLOCK
from srcnn.images.metadata import IPTC, PROFILE, XMP
from srcnn.images.photoshop import iptc_of
from srcnn.images.tiff import DESCRIPTIVE, EXIF, GPS, INTEROP, as_read

if TYPE_CHECKING:
    from srcnn.images.encode import Page

_WIDTH, _HEIGHT = 40962, 40963
_STRIP = 2**18
"""Size of a strip in bytes before compression; a reader keeps one in memory."""
_LEVEL = 4


class TiffWriter:
    """Writes pages with their metadata to a seekable file."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        """Start a file.

        Args:
            file: Where to write.
            size: Size of the uncompressed pixels in bytes; from 2 GB on, the file becomes a
                BigTIFF.
        """
        from tifffile import FileHandle
        from tifffile import TiffWriter as Writer  # not at the start of every command

        self._file = file
        self._big = size >= 2**31
        # The name does not matter, but tifffile rejects that of a temporary file, a number.
        handle = FileHandle(file, name="file")
        self._writer = Writer(handle, bigtiff=self._big, byteorder="<")

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *error: object) -> None:
        """Finish the file."""
        self._writer.close()

    def write(self, page: Page) -> None:
        """Write a page with its metadata."""
        size, metadata = page.size, page.metadata
        pixels = iter(page.strips)
        first = next(pixels)
        channels = first.shape[2] if first.ndim == 3 else 1
        rows = max(1, _STRIP // (size[1] * channels * first.itemsize))
        exif = metadata.block(EXIF_BLOCK)
        extra = [
            (tag, code, None, block, False)
            for tag, code, block in (
                (700, 1, metadata.block(XMP)),
                (33723, 7, iptc_of(metadata.block(IPTC) or b"")),
            )
            if block
        ]
        extra += tags_of_land(metadata.tags)
        resolution = metadata.resolution
        self._writer.write(
            _compressed(first, pixels, rows),
            shape=(*size, *first.shape[2:]),
            dtype=first.dtype,
            photometric="rgb" if channels > 2 else "minisblack",
            planarconfig="contig" if channels > 1 else None,
            extrasamples=["unassalpha"] if channels in (2, 4) else None,
            compression="zlib",
            predictor=True,
            rowsperstrip=rows,
            iccprofile=metadata.block(PROFILE),
            resolution=(resolution[0] * 10, resolution[1] * 10) if resolution else None,
            resolutionunit="centimeter" if resolution else None,
            extratags=extra + (self._exif_tags(exif, size) if exif else []),
            software=False,
            metadata=None,
        )

    def _exif_tags(self, block: bytes, size: tuple[int, int]) -> list[tuple[Any, ...]]:
        """Write EXIF's directories, and return the page's tags that point to them."""
        from PIL import Image

        exif = Image.Exif()
        tags: list[tuple[Any, ...]] = []
        try:
            exif.load(block)
            for tag in DESCRIPTIVE:
                text = exif.get(tag)
                if isinstance(text, str):
                    tags.append((tag, 2, None, as_read(text).encode() + b"\0", False))
            for tag in (RATING, RATING_PERCENT):
                if isinstance(value := exif.get(tag), int) and 0 <= value <= 0xFFFF:
                    tags.append((tag, 3, 1, value, False))
            for tag, name in ((EXIF, "ExifTag"), (GPS, "GPSTag")):
                values = dict(exif.get_ifd(tag))
                if INTEROP in values:
                    values[INTEROP] = exif.get_ifd(INTEROP)
                if tag == EXIF and {_WIDTH, _HEIGHT} & values.keys():
                    values[_HEIGHT], values[_WIDTH] = size
                if values:
                    tags.append(
                        (name, 16 if self._big else 4, 1, self._directory(tag, values), False)
                    )
        except Exception:  # drop a block that Pillow cannot read
            pass
        return tags

    def _directory(self, group: int, values: Mapping[int, Any]) -> int:
        """Write a directory of tags at the end of the file, and return its offset."""
        from PIL.TiffImagePlugin import ImageFileDirectory_v2

        head = b"II\x2b\0\x08\0\0\0" + bytes(8) if self._big else b"II\x2a\0" + bytes(4)
        directory = ImageFileDirectory_v2(head, group=group)
        for tag, value in values.items():
            directory[tag] = as_read(value)
        position = self._file.seek(0, io.SEEK_END)
        position += self._file.write(bytes(position % 2))
        self._file.write(directory.tobytes(position))
        return position


def _compressed(
    first: NDArray[np.number], more: Iterator[NDArray[np.number]], rows: int
) -> Iterator[bytes]:
    """Yield strips of ``rows`` rows, differenced and deflated, from strips of any height."""
    left = first
    while len(left):
        while len(left) < rows and (strip := next(more, None)) is not None:
            left = np.concatenate([left, strip])
        strip, left = left[:rows], left[rows:]
        change = np.ascontiguousarray(strip, strip.dtype.newbyteorder("<"))
        change = np.concatenate([change[:, :1], change[:, 1:] - change[:, :-1]], axis=1)
        yield zlib.compress(change.tobytes(), _LEVEL)
        if not len(left):
            left = next(more, left)
